import { readdirSync } from 'node:fs'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { readEnvironment } from '../../src/platform/node/settings.ts'
import { noDeadlines } from '../../src/platform/platform.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
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

const before = process.cpuUsage()
const seconds = await timed('Counties')
const again = await timed('All counties')
const { user, system } = process.cpuUsage(before)
const processor = (user + system) / 1e6
const megabytes = process.resourceUsage().maxRSS / 1024
clearInterval(watching)
await platform.close()
process.stdout.write(
  JSON.stringify({
    databases: jurisdictions.length,
    seconds,
    again,
    processor,
    megabytes,
    openFiles: most,
  }),
)
