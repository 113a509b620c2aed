import type { Server } from 'node:http'
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from '@hono/node-server'
import { codeOfStart, secretCode } from './admin/setup/codes.ts'
import { refuseReplica } from './core/database/clients.ts'
import { checkMasterKey } from './core/encryption/master-key.ts'
import { asProblem } from './core/problem.ts'
import { createApp, jobHandlers, registry } from './create-app.ts'
import { seedDemonstrations } from './demonstration/seed.ts'
import { refuseWithRealUsers } from './identity/demo.ts'
import { readMigrations } from './platform/node/databases/migrations.ts'
import { clientTimeouts, limitReading, sendingTimeouts } from './platform/node/http/client-timeouts.ts'
import { drainRequest } from './platform/node/http/drain-request.ts'
import { asClientSent, clientAddress } from './platform/node/http/proxy.ts'
import { nodePlatform } from './platform/node/platform.ts'
import { measureProcess } from './platform/node/process-metrics.ts'
import { jobRunner } from './platform/node/runner.ts'
import { isLoopback, readEnvironment } from './platform/node/settings.ts'
import { readRegionFiles, regionsIn } from './platform/node/tenants.ts'
import type { Platform } from './platform/platform.ts'
import type { RegionFiles } from './regions/documents/load.ts'
import { currentHosts, currentRegion } from './regions/runtime/current.ts'
import { listDatabases } from './regions/versions/migrate.ts'
import { type Preparation, preparation } from './regions/versions/prepare.ts'

const DRAIN_MILLISECONDS = 4_000
const PREPARE_AGAIN_MILLISECONDS = 30_000

try {
  await start()
} catch (error) {
  const { message, detail, cause } = asProblem(error)
  const reason = detail === undefined && cause instanceof Error ? ` (${cause.message})` : ''
  process.stderr.write(`Countyline did not start: ${message}${reason}\n`)
  process.exitCode = 1
}

async function start(): Promise<void> {
  // Without its supervisor (`supervisor.ts`) nothing would ever stop this process.
  process.on('disconnect', () => process.exit(1))
  // The channel alone must not keep a server running that failed to start.
  process.channel?.unref()
  const environment = readEnvironment(process.env)
  const { port, host, tenantsDir, proxies } = environment
  const platform = nodePlatform(environment)
  platform.embedded?.watch(platform.log)
  // Checked before anything is written. An empty server has nothing yet to detect it by.
  await refuseReplica(platform).catch(error => {
    if (asProblem(error).slug === 'not-configured') throw error
  })
  const migrations = readMigrations()
  const sources = await regionSources(tenantsDir)
  const prepared = preparation(platform, migrations, sources)
  const isReady = await prepared.run()
  await refuseReplica(platform)
  await checkMasterKey(platform)
  if (platform.demo) {
    const { regions: applied } = await currentHosts(platform)
    for (const region of applied) await refuseDemo(platform, region)
  }
  const setupCode = await firstCode(platform)
  const runner = jobRunner(platform, jobHandlers, { gauges: registry.gauges })
  if (platform.secrets.get('METRICS_TOKEN') !== undefined) measureProcess(platform.metrics)
  const app = createApp(platform)
  const fetch = (request: Request, from: HttpBindings | Http2Bindings) =>
    app.fetch(proxies > 0 ? asClientSent(request) : request, { address: clientAddress(from, proxies) })
  const serverOptions = sendingTimeouts(clientTimeouts)
  // No default host name, so that a request with an empty one is refused.
  const server = createAdaptorServer({ fetch, autoCleanupIncoming: false, serverOptions })
  server.listen(port, host, () => {
    // Before anything else runs its jobs: they belong to the past.
    const seeded = platform.demo ? seedDemonstrations(platform, jobHandlers) : Promise.resolve()
    platform.waitUntil(seeded)
    process.stdout.write(invitation(port, host, [...sources.keys()], setupCode))
    seeded.then(() => runner.start(() => listDatabases(platform)))
    platform.waitUntil(platform.secureFiles())
    if (!isReady) prepareLater(prepared)
    process.send?.('serving')
  })
  server.on('request', drainRequest)
  limitReading(server as Server, clientTimeouts)
  server.on('error', error => {
    process.stderr.write(
      `Countyline cannot listen on ${host}, port ${port}: ${error.message}. Set PORT or HOST to another.\n`,
    )
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
  let isStopping = false
  const stopOnce = () => {
    if (!isStopping) stop()
    isStopping = true
  }
  process.on('SIGTERM', stopOnce)
  process.on('SIGINT', stopOnce)
}

// A region that cannot be read now is checked when it is first requested, before it serves anything.
async function refuseDemo(platform: Platform, region: string): Promise<void> {
  try {
    await refuseWithRealUsers(platform, await currentRegion(platform, region))
  } catch (error) {
    if (asProblem(error).slug === 'not-configured') throw error
  }
}

async function regionSources(tenantsDir: string): Promise<ReadonlyMap<string, RegionFiles>> {
  const sources = new Map<string, RegionFiles>()
  for (const region of await regionsIn(tenantsDir)) {
    sources.set(region, await readRegionFiles(tenantsDir, region))
  }
  return sources
}

// Retries until every database that was unusable at the start can be used, for instance after a restore.
function prepareLater(prepared: Preparation): void {
  const again = async () => {
    const isReady = await prepared.run().catch(() => false)
    if (!isReady) prepareLater(prepared)
  }
  setTimeout(again, PREPARE_AGAIN_MILLISECONDS).unref()
}

// While no region exists: whoever knows it sets up the first one in the browser.
async function firstCode(platform: Platform): Promise<string | undefined> {
  if ((await currentHosts(platform)).regions.size > 0) return undefined
  return secretCode(platform) === undefined ? codeOfStart(platform) : 'the value of SETUP_CODE'
}

function invitation(port: number, host: string, regions: readonly string[], setupCode?: string): string {
  const site = `http://localhost:${port}`
  if (setupCode !== undefined) {
    return `\nCountyline is open. It has no region yet. Set one up in the browser:\n\n  ${site}/\n\nSet-up code: ${setupCode}\n\n${reachOf(host)}Stop with Ctrl+C.\n\n`
  }
  const others = regions.map(region => `  ${site}/r/${region}/`).join('\n')
  return `\nCountyline is open:\n\n  ${site}/                              the site of the region that answers for localhost\n  ${site}/open311/discovery.json        its Open311 endpoints\n\nEvery region:\n${others}\n\n${reachOf(host)}Stop with Ctrl+C.\n\n`
}

function reachOf(host: string): string {
  return isLoopback(host)
    ? `Only this machine can reach it. In a container, or for a proxy on another machine: HOST=0.0.0.0\n\n`
    : ''
}
