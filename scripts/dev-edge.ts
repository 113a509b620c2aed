import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeOfStart } from '../src/admin/setup/codes.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'
import { readRegionFiles, regionsIn } from '../src/platform/node/tenants.ts'
import { storedRegions } from '../src/regions/versions/apply.ts'
import { migrateAll } from '../src/regions/versions/migrate.ts'
import { seedRegion } from '../src/regions/versions/seed.ts'
import { wrangler, wranglerArguments } from '../test/support/edge.ts'
import { startSqld } from '../test/support/sqld.ts'

/*
 * The same app as `npm start`, as it runs at the edge: in workerd, against a real libSQL server with a
 * namespace for each tenant. All its data is under DATA_DIR/edge.
 */

const { port, host, dataDir, tenantsDir, publicUrl } = readEnvironment(process.env)
const folder = join(dataDir, 'edge')
mkdirSync(folder, { recursive: true })
const sqld = await startSqld({ folder: join(folder, 'sqld') })
const platform = nodePlatform({
  dataDir: folder,
  remote: { url: sqld.url, adminUrl: sqld.adminUrl },
  log: () => {},
})
const migrations = readMigrations()
await migrateAll(platform, migrations)
for (const region of await regionsIn(tenantsDir)) {
  const { outcome } = await seedRegion(
    platform,
    migrations,
    region,
    await readRegionFiles(tenantsDir, region),
  )
  console.log(`region ${region}: ${outcome}`)
}
const isEmpty = (await storedRegions(platform)).length === 0
// The worker finds it in the same directory.
const setupCode = isEmpty ? await codeOfStart(platform) : undefined
const signingKey = platform.secrets.get('SIGNING_KEY')
const masterKey = platform.secrets.get('MASTER_KEY')
await platform.close()
const variables = {
  DATABASE_URL: sqld.url,
  DATABASE_ADMIN_URL: sqld.adminUrl,
  SIGNING_KEY: signingKey ?? '',
  MASTER_KEY: masterKey ?? '',
  PUBLIC_URL: publicUrl,
}
const settings = { port, host, folder: join(folder, 'workerd'), variables }
const child = spawn(wrangler, wranglerArguments(settings), { stdio: 'inherit' })
console.log(`\nCountyline at the edge opens on http://localhost:${port}/ (libSQL server on ${sqld.url})\n`)
if (setupCode !== undefined) console.log(`It has no region yet. Set-up code: ${setupCode}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal))
child.once('exit', async code => {
  await sqld.stop()
  process.exit(code ?? 0)
})
