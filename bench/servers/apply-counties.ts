import { readdirSync } from 'node:fs'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { readEnvironment } from '../../src/platform/node/settings.ts'
import { noDeadlines } from '../../src/platform/platform.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { usCounties } from '../../test/support/us-counties.ts'

// Applies every county of the United States, or the first COUNTIES of them, twice on files, and prints what it took, as JSON.
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

const seconds = await timed('Counties')
const megabytes = process.resourceUsage().maxRSS / 1024
const again = environment.remote === undefined ? await timed('All counties') : 0
clearInterval(watching)
await platform.close()
process.stdout.write(
  JSON.stringify({ databases: jurisdictions.length, seconds, again, megabytes, openFiles: most }),
)
