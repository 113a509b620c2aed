import { and, asc, eq, isNotNull, lte, ne, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { DatabaseName, Platform } from '../../platform/platform.ts'
import { databaseLabel } from '../../platform/platform.ts'
import { counter } from '../metrics.ts'
import { asProblem, type Problem } from '../problem.ts'
import { startReplication } from './clients.ts'
import {
  type JobStep,
  openForJobs,
  openRegion,
  openTenant,
  type RegionDb,
  type TenantDb,
  type Writer,
} from './handles.ts'
import { job } from './schema.ts'

/**
 * Work that must survive a crash. A job is written in the same batch as the change that causes it
 * (`enqueueJob`), whose commit notifies the worker; the notification may be lost. A job may run twice, so handlers are
 * idempotent.
 */
export interface JobHandler extends JobOptions {
  readonly kind: string
  /** Returns when to run again, for recurring work. */
  run(platform: Platform, database: DatabaseName, payload: unknown): Promise<number | undefined>
  /** Before it is parked, each time it fails for good: records for people what has failed. */
  parked?(platform: Platform, database: DatabaseName, payload: unknown, reason: Problem): Promise<void>
}

export interface JobOptions {
  /** For work that needs more than ten tries, or more than fifteen minutes between them. */
  readonly retryPolicy?: RetryPolicy
  /** Enqueued again while it ran, the job waits for the next run: a burst takes few runs. */
  readonly coalesces?: true
}

/** The name of a kind of job and the shape of its payload, known to the code that enqueues it. */
export interface JobKind<Payload> {
  readonly kind: string
  readonly payload: v.GenericSchema<unknown, Payload>
  /** At most one job waits per key; per kind if absent. New work gives a parked job one more try. */
  readonly keyOf?: ((payload: Payload) => string) | undefined
}

type NoPayload = Record<never, never>

export function jobKind(kind: string): JobKind<NoPayload>
export function jobKind<Payload>(
  kind: string,
  payload: v.GenericSchema<unknown, Payload>,
  keyOf?: (payload: Payload) => string,
): JobKind<Payload>
export function jobKind<Payload>(
  kind: string,
  payload: v.GenericSchema<unknown, Payload | NoPayload> = v.object({}),
  keyOf?: (payload: Payload) => string,
): JobKind<Payload> {
  return { kind, payload: payload as v.GenericSchema<unknown, Payload>, keyOf }
}

type RunIn<Db, Payload> = (
  platform: Platform,
  db: Db,
  payload: Payload,
) => Promise<number | undefined> | Promise<void>

/** What a job does in a jurisdiction's database or in a region's. It writes as `system:<kind>`. */
export interface JobDefinition<Payload> extends JobOptions {
  readonly tenant?: RunIn<TenantDb, Payload>
  readonly region?: RunIn<RegionDb, Payload>
  /** Before a jurisdiction's job is parked. Idempotent, as the job is. */
  readonly parkedInTenant?: (
    platform: Platform,
    db: TenantDb,
    payload: Payload,
    reason: Problem,
  ) => Promise<void>
}

export function defineJob<Payload>(
  { kind, payload: schema }: JobKind<Payload>,
  { tenant, region, parkedInTenant, ...options }: JobDefinition<Payload>,
): JobHandler {
  const access = { kind: 'system', reason: kind } as const
  return {
    kind,
    ...options,
    async run(platform, name, stored) {
      const payload = v.parse(schema, stored)
      if (name.kind === 'tenant' && tenant !== undefined) {
        return (
          (await tenant(platform, openTenant(platform, access, name.region, name.slug), payload)) ?? undefined
        )
      }
      if (name.kind === 'region' && region !== undefined) {
        return (await region(platform, openRegion(platform, access, name.region), payload)) ?? undefined
      }
      return undefined
    },
    async parked(platform, name, stored, reason) {
      if (name.kind !== 'tenant' || parkedInTenant === undefined) return
      const db = openTenant(platform, access, name.region, name.slug)
      await parkedInTenant(platform, db, v.parse(schema, stored), reason)
    },
  }
}

export interface RetryPolicy {
  readonly tries: number
  readonly maxBackOff: number
  /** Other work depends on it: it is still retried after it is parked, which shows it to the operator. */
  readonly retriesParked?: true
}

const LEASE_MILLISECONDS = 30_000
const MAX_JOBS_PER_RUN = 100
const BACK_OFF_MILLISECONDS = 2_000
const COMMON_RETRY: RetryPolicy = { tries: 10, maxBackOff: 15 * 60_000 }
/** For updates between jurisdictions: if one gave up, everything behind it would wait for an operator. */
export const RETRY_ALWAYS: RetryPolicy = { ...COMMON_RETRY, retriesParked: true }
/** For work that depends on a third party's server: parked after about three days, then tried four times a day. */
export const LONG_RETRY: RetryPolicy = { tries: 24, maxBackOff: 6 * 3_600_000, retriesParked: true }
// A setting that is made is noticed this soon.
const NOT_CONFIGURED_BACK_OFF = 15 * 60_000

export function enqueueJob(kind: JobKind<NoPayload>, at: number): JobStep
export function enqueueJob<Payload>(kind: JobKind<Payload>, at: number, payload: Payload): JobStep
export function enqueueJob<Payload>(
  { kind, keyOf }: JobKind<Payload>,
  at: number,
  payload: Payload | NoPayload = {},
): JobStep {
  const key = keyOf === undefined ? kind : `${kind}:${keyOf(payload as Payload)}`
  const forJob = sql`INSERT INTO job (kind, key, payload, due_at, created_at) VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${at}, ${at})
    ON CONFLICT (key) DO UPDATE SET enqueued = enqueued + 1, due_at = min(due_at, excluded.due_at), parked_at = NULL`
  return { forJob }
}

const jobRuns = counter('countyline_job_runs_total', 'Jobs that this process has run, by kind and outcome.')

export interface JobRun {
  readonly done: number
  readonly failed: number
  readonly nextDueAt: number | null
}

/**
 * Runs up to `concurrency` jobs at once. Never throws for a failing job; throws when the database is
 * unavailable.
 */
export async function runDueJobs(
  platform: Platform,
  name: DatabaseName,
  handlers: readonly JobHandler[],
  concurrency = 1,
): Promise<JobRun> {
  startReplication(platform, name)
  const db = openForJobs(platform, name)
  const coalesced: number[] = []
  const retried = handlers.filter(({ retryPolicy: policy }) => policy?.retriesParked).map(({ kind }) => kind)
  const mayRun = sql`(parked_at IS NULL OR kind IN (SELECT value FROM json_each(${JSON.stringify(retried)})))`
  let done = 0
  let failed = 0
  const work = async () => {
    while (done + failed < MAX_JOBS_PER_RUN) {
      const leased = await lease(db, platform.clock.now(), mayRun, coalesced)
      if (leased === undefined) break
      const handler = handlers.find(candidate => candidate.kind === leased.kind)
      const startedAt = platform.clock.now()
      try {
        if (handler === undefined) throw new Error(`no handler for jobs of kind ${leased.kind}`)
        const runAgainAt = await handler.run(platform, name, JSON.parse(leased.payload))
        await finish(db, leased, runAgainAt)
        done++
        platform.metrics.add(jobRuns, { kind: leased.kind, outcome: 'done' })
        if (handler.coalesces) coalesced.push(leased.id)
      } catch (error) {
        failed++
        platform.metrics.add(jobRuns, { kind: leased.kind, outcome: 'failed' })
        const now = platform.clock.now()
        const reason = asProblem(error)
        const policy = handler?.retryPolicy ?? COMMON_RETRY
        const hasGivenUp =
          givesUp(leased, reason, policy) && (await recordParked(platform, name, handler, leased, reason))
        await postpone(db, leased, reason, policy, { now, hasGivenUp })
        // A missing setting is asked for often, and reported once.
        const isAlarm = hasGivenUp && (leased.parkedAt === null || reason.slug !== 'not-configured')
        platform.log(isAlarm ? 'error' : 'warn', isAlarm ? 'job-parked' : 'job-failed', {
          database: databaseLabel(name),
          kind: leased.kind,
          job: leased.id,
          attempts: leased.attempts,
          problem: reason.slug,
          milliseconds: platform.clock.now() - startedAt,
        })
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, work))
  const stopped = workers.find(({ status }) => status === 'rejected')
  if (stopped?.status === 'rejected') throw stopped.reason
  const [next] = await db
    .select({ dueAt: sql<number | null>`min(max(due_at, leased_until))` })
    .from(job)
    .where(mayRun)
  return { done, failed, nextDueAt: next?.dueAt ?? null }
}

export type Job = typeof job.$inferSelect

// Leases the job due longest, for 30 seconds. One statement, so two workers never hold the same job.
async function lease(
  db: Writer,
  now: number,
  mayRun: SQL,
  except: readonly number[],
): Promise<Job | undefined> {
  const [leased] = await db
    .update(job)
    .set({ leasedUntil: now + LEASE_MILLISECONDS, attempts: sql`attempts + 1` })
    .where(
      sql`id = (SELECT id FROM job WHERE due_at <= ${now} AND leased_until <= ${now} AND ${mayRun}
        AND id NOT IN (SELECT value FROM json_each(${JSON.stringify(except)})) ORDER BY due_at LIMIT 1)`,
    )
    .returning()
  return leased
}

async function finish(db: Writer, leased: Job, runAgainAt: number | undefined): Promise<void> {
  const own = and(eq(job.id, leased.id), eq(job.leasedUntil, leased.leasedUntil))
  const done = and(own, eq(job.enqueued, leased.enqueued))
  await db.commit([
    runAgainAt === undefined
      ? db.delete(job).where(done)
      : db
          .update(job)
          .set({ leasedUntil: 0, attempts: 0, lastError: null, parkedAt: null, dueAt: runAgainAt })
          .where(done),
    db
      .update(job)
      .set({ leasedUntil: 0, attempts: 0, lastError: null, parkedAt: null })
      .where(and(own, ne(job.enqueued, leased.enqueued))),
  ])
}

// An unavailable database recovers by itself; a missing setting does not.
function givesUp({ attempts }: Job, { slug }: Problem, { tries }: RetryPolicy): boolean {
  return (attempts >= tries && slug !== 'database-unavailable') || slug === 'not-configured'
}

// False if it could not be recorded: the job is then tried, and given up, once more.
async function recordParked(
  platform: Platform,
  name: DatabaseName,
  handler: JobHandler | undefined,
  { payload }: Job,
  reason: Problem,
): Promise<boolean> {
  try {
    await handler?.parked?.(platform, name, JSON.parse(payload), reason)
    return true
  } catch {
    return false
  }
}

async function postpone(
  db: Writer,
  leased: Job,
  { message, slug }: Problem,
  { maxBackOff }: RetryPolicy,
  { now, hasGivenUp }: { readonly now: number; readonly hasGivenUp: boolean },
): Promise<void> {
  const longest = slug === 'not-configured' ? Math.min(maxBackOff, NOT_CONFIGURED_BACK_OFF) : maxBackOff
  const wait = Math.min(longest, BACK_OFF_MILLISECONDS * 2 ** (leased.attempts - 1))
  await db
    .update(job)
    .set({
      leasedUntil: 0,
      dueAt: now + wait,
      lastError: message,
      parkedAt: hasGivenUp ? (leased.parkedAt ?? now) : null,
    })
    .where(and(eq(job.id, leased.id), eq(job.leasedUntil, leased.leasedUntil)))
}

/** For the operator: the waiting jobs, oldest due first, or only the parked ones. */
export function listJobs(db: Writer, parkedOnly = false): Promise<Job[]> {
  return db
    .select()
    .from(job)
    .where(parkedOnly ? isNotNull(job.parkedAt) : lte(job.id, Number.MAX_SAFE_INTEGER))
    .orderBy(asc(job.dueAt))
    .limit(1000)
}

const dueAgain = (now: number) => ({ parkedAt: null, attempts: 0, dueAt: now, leasedUntil: 0 })

export async function retryJob(db: Writer, id: number, now: number): Promise<boolean> {
  const retried = await db.update(job).set(dueAgain(now)).where(eq(job.id, id)).returning({ id: job.id })
  return retried.length > 0
}

/** How many. */
export async function retryParkedJobs(db: Writer, now: number): Promise<number> {
  const isParked = isNotNull(job.parkedAt)
  return (await db.update(job).set(dueAgain(now)).where(isParked).returning({ id: job.id })).length
}
