import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createApp, jobHandlers } from '../../src/app.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { jobRunner } from '../../src/platform/node/runner.ts'
import { listDatabases } from '../../src/regions/migrate.ts'

/* The real app on a data directory that the bench has prepared, with its jobs running as they do in service. */

const [dataDir = ''] = process.argv.slice(2)
const platform = nodePlatform({ dataDir, rateLimits: false, log: () => {} })
const runner = jobRunner(platform, jobHandlers)
const server = serve({ fetch: createApp(platform).fetch, port: 0 }, () => {
  runner.start(() => listDatabases(platform))
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('message', () => process.send?.({ memory: process.memoryUsage.rss() / 1024 / 1024 }))
