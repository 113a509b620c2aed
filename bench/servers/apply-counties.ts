import { readdirSync } from 'node:fs'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import type { LongLat } from '../../src/core/geometry.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { readEnvironment } from '../../src/platform/node/settings.ts'
import { noDeadlines } from '../../src/platform/platform.ts'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import { applyRegion, storedSnapshot } from '../../src/regions/versions/apply.ts'
import { planRegion } from '../../src/regions/versions/plan/plan.ts'
import { usCounties } from '../../test/support/us-counties.ts'

// Applies every county of the United States, or the first COUNTIES of them, twice, and prints what it took, as JSON.
const environment = readEnvironment(process.env)
const all = await usCounties()
const jurisdictions = all.jurisdictions.slice(0, Number(process.env.COUNTIES ?? all.jurisdictions.length))
const documents = { ...all, jurisdictions }
const remote = environment.remote && { ...environment.remote, deadlines: noDeadlines }
const platform = nodePlatform({ ...environment, remote, log: () => {} })
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)
let most = 0
const watching = setInterval(() => {
  most = Math.max(most, openFiles())
}, 200)

const timed = async (name: string) => {
  const startedAt = performance.now()
  const named = { ...documents, region: { ...documents.region, name } }
  await applyRegion(platform, shippedMigrations(), 'us', named, { by: 'bench', retries: 20 })
  return (performance.now() - startedAt) / 1000
}

/** One boundary of the region is moved, as by an annexation. */
function movedWest(from: Documents): Documents {
  const [first, ...rest] = from.jurisdictions
  if (first === undefined) return from
  const west = ([long, lat]: LongLat): LongLat => [long - 0.01, lat]
  const boundary = first.boundary.map(feature => ({
    ...feature,
    coordinates: feature.coordinates.map(polygon => polygon.map(ring => ring.map(west))),
  }))
  return { ...from, jurisdictions: [{ ...first, boundary }, ...rest] }
}

const before = process.cpuUsage()
const seconds = await timed('Counties')
const again = await timed('All counties')
const { user, system } = process.cpuUsage(before)
const processor = (user + system) / 1e6
const current = await storedSnapshot(platform, 'us')
const planStartedAt = performance.now()
planRegion(current, movedWest(documents), platform.clock.now())
const plan = (performance.now() - planStartedAt) / 1000
const megabytes = process.resourceUsage().maxRSS / 1024
clearInterval(watching)
await platform.close()
process.stdout.write(
  JSON.stringify({
    databases: jurisdictions.length,
    seconds,
    again,
    processor,
    plan,
    megabytes,
    openFiles: most,
  }),
)
