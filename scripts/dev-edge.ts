import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrations } from '../src/platform/node/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'
import { readRegionFiles, regionsIn } from '../src/platform/node/tenants.ts'
import { migrateAll } from '../src/regions/migrate.ts'
import { seedRegion } from '../src/regions/seed.ts'
import { startSqld } from '../test/support/sqld.ts'

/*
 * The same app as `npm start`, as it runs at the edge: in workerd, against a real libSQL server with a namespace for
 * each tenant. Everything it keeps is under DATA_DIR/edge.
 */

const { port, dataDir, tenantsDir, publicUrl } = readEnvironment(process.env)
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
const signingKey = platform.secrets.get('SIGNING_KEY')
await platform.close()
const wrangler = spawn(
  'wrangler',
  [
    'dev',
    '--port',
    String(port),
    '--persist-to',
    join(folder, 'workerd'),
    '--var',
    `DATABASE_URL:${sqld.url}`,
    '--var',
    `SIGNING_KEY:${signingKey}`,
    '--var',
    `PUBLIC_URL:${publicUrl}`,
    '--show-interactive-dev-session=false',
  ],
  { stdio: 'inherit' },
)
console.log(`\nCountyline at the edge opens on http://localhost:${port}/ (libSQL server on ${sqld.url})\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => wrangler.kill(signal))
wrangler.once('exit', async code => {
  await sqld.stop()
  process.exit(code ?? 0)
})
