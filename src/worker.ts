import type { ExportedHandler, Response as WorkerResponse } from '@cloudflare/workers-types'
import { expectSchemas } from './core/database/clients.ts'
import { GaugeRecorder, noteRun } from './core/database/gauges.ts'
import { runDueJobs } from './core/database/run-jobs.ts'
import { shippedMigrations } from './core/database/shipped.ts'
import { NO_ADDRESS, networkOf } from './core/http/addresses.ts'
import { createApp, jobHandlers, registry } from './create-app.ts'
import { seedDemonstrations } from './demonstration/seed.ts'
import { type DatabaseName, databaseLabel, isWorkDatabase, type Platform } from './platform/platform.ts'
import { type Env, log, type QueueMessage, type RoundMessage, workersPlatform } from './platform/workers.ts'
import { nextOf, planRound } from './regions/rounds.ts'
import { migrateSome } from './regions/versions/migrate.ts'

const apps = new WeakMap<Env, ReturnType<typeof createApp>>()

// A job that is due later than this is left to the next cron run.
const MAX_DELAY_SECONDS = 900
// Databases that did not answer in a round are visited again, until the next round comes.
const AWAY_SECONDS = 15
const MAX_TRIES = 4
// Of one message: a Worker has six connections.
const LANES = 4
const MIGRATED_AT_ONCE = 50
const MIGRATING_MILLISECONDS = 20_000

export default {
  async fetch(request, env) {
    if (!env.DATABASE_URL) return withoutDatabases() as unknown as WorkerResponse
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
    expectSchemas(platform, shippedMigrations())
    const recorder = new GaugeRecorder(platform, registry.gauges)
    const visit = async (name: DatabaseName) => {
      try {
        const run = await runDueJobs(platform, name, jobHandlers)
        if (isWorkDatabase(name)) await recorder.visited(name, run)
        if (run.nextDueAt !== null) await visitAgain(env, name, run.nextDueAt, platform.clock.now())
        return true
      } catch {
        if (isWorkDatabase(name)) recorder.unavailable(name)
        return false
      }
    }
    const byDatabase = Map.groupBy(
      batch.messages.filter(message => !isRound(message.body)),
      ({ body }) => databaseLabel(body as DatabaseName),
    )
    const rounds = batch.messages.filter(({ body }) => isRound(body))
    // In parallel: a database that does not answer delays no other.
    await Promise.all([
      ...[...byDatabase.values()].map(async ([message, ...others]) => {
        if (message === undefined) return
        if (await visit(message.body as DatabaseName)) message.ack()
        else message.retry({ delaySeconds: 5 })
        for (const other of others) other.ack()
      }),
      ...rounds.map(async message => {
        try {
          await goOn(platform, env, message.body as RoundMessage, visit)
          message.ack()
        } catch {
          message.retry({ delaySeconds: 5 })
        }
      }),
    ])
    await recorder.flush()
    await noteRun(platform, 'queue')
  },

  async scheduled(_controller, env) {
    const platform = workersPlatform(env)
    expectSchemas(platform, shippedMigrations())
    const isLeft = await migrateSome(platform, shippedMigrations(), migrating(platform))
    const parts: RoundMessage[] = (await planRound(platform)).map(part => ({ part }))
    const messages: RoundMessage[] = isLeft ? [{ migrate: true }, ...parts] : parts
    if (messages.length > 0) await env.JOB_QUEUE.sendBatch(messages.map(body => ({ body })))
    await noteRun(platform, 'cron')
  },
} satisfies ExportedHandler<Env, QueueMessage>

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

function isRound(body: QueueMessage): body is RoundMessage {
  return !('kind' in body)
}

const migrating = ({ clock }: Platform) => ({
  limit: MIGRATED_AT_ONCE,
  until: clock.now() + MIGRATING_MILLISECONDS,
})

async function goOn(
  platform: Platform,
  env: Env,
  message: RoundMessage,
  visit: (name: DatabaseName) => Promise<boolean>,
): Promise<void> {
  if ('migrate' in message) {
    const isLeft = await migrateSome(platform, shippedMigrations(), migrating(platform))
    if (isLeft) await env.JOB_QUEUE.send(message, { delaySeconds: 1 })
    return
  }
  const { names, rest } =
    'part' in message ? await nextOf(platform, message.part) : { names: message.again, rest: undefined }
  // Sent first: nothing that does not answer here delays the rest of the round.
  if (rest !== undefined) await env.JOB_QUEUE.send({ part: rest })
  const waiting = names.values()
  const away: DatabaseName[] = []
  const lane = async () => {
    for (const name of waiting) if (!(await visit(name))) away.push(name)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const tries = 'again' in message ? message.tries + 1 : 1
  if (away.length === 0 || tries > MAX_TRIES) return
  await env.JOB_QUEUE.send({ again: away, tries }, { delaySeconds: AWAY_SECONDS * 2 ** tries })
}

// A worker that was uploaded without its settings.
function withoutDatabases(): Response {
  const detail = 'Set DATABASE_URL, and deploy again (docs/deploy.md).'
  log('error', 'not-configured', { detail })
  return new Response('503: this site is not set up yet.\n', {
    status: 503,
    headers: { 'retry-after': '60' },
  })
}
