import { serve } from '@hono/node-server'
import { createApp, jobHandlers } from './app.ts'
import { asProblem } from './core/problem.ts'
import { linger } from './platform/node/linger.ts'
import { readMigrations } from './platform/node/migrations.ts'
import { jsonLog, nodePlatform } from './platform/node/platform.ts'
import { asSent } from './platform/node/proxy.ts'
import { jobRunner } from './platform/node/runner.ts'
import { readEnvironment } from './platform/node/settings.ts'
import { readRegionFiles, regionsIn } from './platform/node-tenants.ts'
import { listDatabases, migrateAll } from './regions/migrate.ts'
import { seedRegion } from './regions/seed.ts'

const DRAIN_MILLISECONDS = 4_000

try {
  await start()
} catch (error) {
  const { message, cause } = asProblem(error)
  process.stderr.write(
    `Countyline did not start: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`,
  )
  process.exitCode = 1
}

async function start(): Promise<void> {
  const environment = readEnvironment(process.env)
  const { port, tenantsDir, trustProxy } = environment
  const platform = nodePlatform(environment)
  const migrations = readMigrations()
  const { failed } = await migrateAll(platform, migrations)
  for (const { database, error } of failed) jsonLog('error', 'migration-failed', { database, error })
  const regions = await regionsIn(tenantsDir)
  for (const region of regions) {
    const seeded = await seedRegion(platform, migrations, region, await readRegionFiles(tenantsDir, region))
    if (seeded.outcome === 'refused') {
      for (const { severity, file, line, message, mend } of seeded.faults) {
        if (severity === 'error')
          jsonLog('error', 'document-refused', { file: `${region}/${file}`, line, message, mend })
      }
    } else {
      jsonLog(seeded.outcome === 'differs' ? 'warn' : 'info', `region-${seeded.outcome}`, {
        region,
        version: seeded.version,
      })
    }
  }
  const runner = jobRunner(platform, jobHandlers)
  const app = createApp(platform)
  const fetch = (request: Request) => app.fetch(trustProxy ? asSent(request) : request)
  // What a caller has not sent yet is left to `linger`.
  const server = serve({ fetch, port, autoCleanupIncoming: false }, () => {
    process.stdout.write(invitation(port, regions))
    runner.start(() => listDatabases(platform))
  })
  server.on('request', linger)
  server.on('error', error => {
    process.stderr.write(`Countyline cannot listen on port ${port}: ${error.message}. Set PORT to another.\n`)
    process.exit(1)
  })
  const stop = () => {
    const late = setTimeout(() => process.exit(1), DRAIN_MILLISECONDS)
    server.close(async () => {
      await runner.stop()
      await platform.close()
      clearTimeout(late)
      process.exit(0)
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function invitation(port: number, regions: readonly string[]): string {
  const site = `http://localhost:${port}`
  const others = regions.map(region => `  ${site}/r/${region}/`).join('\n')
  return `\nCountyline is open:\n\n  ${site}/                              the site of the region that answers for localhost\n  ${site}/open311/discovery.json        its Open311 endpoints\n\nEvery region:\n${others}\n\nStop with Ctrl+C.\n\n`
}
