import type { ExportedHandler, Response as WorkerResponse } from '@cloudflare/workers-types'
import { GaugeRecorder, noteRun } from './core/database/gauges.ts'
import { runDueJobs } from './core/database/run-jobs.ts'
import { NO_ADDRESS, networkOf } from './core/http/addresses.ts'
import { createApp, jobHandlers, registry } from './create-app.ts'
import { seedDemonstrations } from './demonstration/seed.ts'
import { type DatabaseName, databaseLabel, isWorkDatabase } from './platform/platform.ts'
import { type Env, workersPlatform } from './platform/workers.ts'
import { listDatabases } from './regions/versions/migrate.ts'

const apps = new WeakMap<Env, ReturnType<typeof createApp>>()

// A job that is due later than this is left to the next cron run.
const MAX_DELAY_SECONDS = 900
const MESSAGES_AT_ONCE = 100

export default {
  async fetch(request, env) {
    const platform = workersPlatform(env)
    const known = apps.get(env)
    const app = known ?? createApp(platform)
    apps.set(env, app)
    if (known === undefined && platform.demo) platform.waitUntil(seedDemonstrations(platform, jobHandlers))
    const address = networkOf(request.headers.get('cf-connecting-ip') ?? '') ?? NO_ADDRESS
    const answer = await app.fetch(request as unknown as Request, { address })
    return answer as unknown as WorkerResponse
  },

  /** The messages of a batch for one database make one run. A failed run is retried. */
  async queue(batch, env) {
    const platform = workersPlatform(env)
    const recorder = new GaugeRecorder(platform, registry.gauges)
    const byDatabase = Map.groupBy(batch.messages, ({ body }) => databaseLabel(body))
    // In parallel: a database that does not answer delays no other.
    await Promise.all(
      [...byDatabase.values()].map(async ([message, ...others]) => {
        if (message === undefined) return
        const name = message.body
        try {
          const run = await runDueJobs(platform, name, jobHandlers)
          if (isWorkDatabase(name)) await recorder.visited(name, run)
          if (run.nextDueAt !== null) await visitAgain(env, name, run.nextDueAt, platform.clock.now())
          message.ack()
        } catch {
          if (isWorkDatabase(name)) recorder.unavailable(name)
          message.retry({ delaySeconds: 5 })
        }
        for (const other of others) other.ack()
      }),
    )
    await recorder.flush()
    await noteRun(platform, 'queue')
  },

  async scheduled(_controller, env) {
    const platform = workersPlatform(env)
    const names = await listDatabases(platform)
    for (let at = 0; at < names.length; at += MESSAGES_AT_ONCE) {
      await env.JOB_QUEUE.sendBatch(names.slice(at, at + MESSAGES_AT_ONCE).map(body => ({ body })))
    }
    await noteRun(platform, 'cron')
  },
} satisfies ExportedHandler<Env, DatabaseName>

// When this isolate has asked to visit each database next.
const visits = new WeakMap<Env, Map<string, number>>()

// A burst of changes leaves one job for later, such as the next seal, and asks for one visit.
async function visitAgain(env: Env, name: DatabaseName, dueAt: number, now: number): Promise<void> {
  const wait = Math.max(1, Math.ceil((dueAt - now) / 1000))
  if (wait > MAX_DELAY_SECONDS) return
  const planned = visits.get(env) ?? new Map<string, number>()
  visits.set(env, planned)
  const at = now + wait * 1000
  const earlier = planned.get(databaseLabel(name)) ?? 0
  if (now < earlier && earlier <= at) return
  await env.JOB_QUEUE.send(name, { delaySeconds: wait })
  planned.set(databaseLabel(name), at)
}
