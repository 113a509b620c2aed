import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { createApp, jobHandlers } from '../../src/create-app.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { jobRunner } from '../../src/platform/node/runner.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'

const [dataDir = ''] = process.argv.slice(2)
const delay = monitorEventLoopDelay({ resolution: 5 })
const platform = nodePlatform({ dataDir, rateLimits: false, log: () => {} })
const runner = jobRunner(platform, jobHandlers)
const server = serve({ fetch: createApp(platform).fetch, port: 0 }, () => {
  delay.enable()
  runner.start(() => listDatabases(platform))
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('message', async asked => {
  if (asked === 'memory') process.send?.({ memory: process.memoryUsage.rss() / 1024 / 1024 })
  if (asked === 'stall') process.send?.({ stall: await longestStall() })
})

/** Milliseconds, since the start until the jobs are done and the process is idle for two seconds. */
async function longestStall(): Promise<number> {
  for (let idle = 0, before = performance.eventLoopUtilization(); idle < 2; ) {
    await setTimeout(1_000)
    idle = performance.eventLoopUtilization(before).utilization < 0.2 ? idle + 1 : 0
    before = performance.eventLoopUtilization()
  }
  return delay.max / 1e6
}
