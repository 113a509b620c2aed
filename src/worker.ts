import type { ExportedHandler, Response as WorkerResponse } from '@cloudflare/workers-types'
import { createApp, jobHandlers } from './app.ts'
import { runDueJobs } from './core/jobs.ts'
import { networkOf } from './platform/addresses.ts'
import type { DatabaseName } from './platform/platform.ts'
import { type Env, workersPlatform } from './platform/workers.ts'
import { listDatabases } from './regions/migrate.ts'

const apps = new WeakMap<Env, ReturnType<typeof createApp>>()

/** What is due later is left to the next round of the cron. */
const LONGEST_DELAY_SECONDS = 900
const MESSAGES_AT_ONCE = 100

export default {
  async fetch(request, env) {
    const app = apps.get(env) ?? createApp(workersPlatform(env))
    apps.set(env, app)
    const address = networkOf(request.headers.get('cf-connecting-ip') ?? '')
    const answer = await app.fetch(request as unknown as Request, { address })
    return answer as unknown as WorkerResponse
  },

  /** The doorbell: jobs of a database are due. A message that fails comes again. */
  async queue(batch, env) {
    const platform = workersPlatform(env)
    for (const message of batch.messages) {
      try {
        const { nextDueAt } = await runDueJobs(platform, message.body, jobHandlers)
        const wait =
          nextDueAt === null ? Infinity : Math.max(1, Math.ceil((nextDueAt - platform.clock.now()) / 1000))
        if (wait <= LONGEST_DELAY_SECONDS) await env.BELL.send(message.body, { delaySeconds: wait })
        message.ack()
      } catch {
        message.retry({ delaySeconds: 5 })
      }
    }
  },

  /** The safety net: rings for every database, in case a bell was lost. */
  async scheduled(_controller, env) {
    const names = await listDatabases(workersPlatform(env))
    for (let at = 0; at < names.length; at += MESSAGES_AT_ONCE) {
      await env.BELL.sendBatch(names.slice(at, at + MESSAGES_AT_ONCE).map(body => ({ body })))
    }
  },
} satisfies ExportedHandler<Env, DatabaseName>
