import { asc, eq, isNotNull, lte } from 'drizzle-orm'
import * as v from 'valibot'
import type { DatabaseName, Platform } from '../../platform/platform.ts'
import type { Problem } from '../problem.ts'
import {
  fixedStatement,
  type JobStep,
  openRegion,
  openTenant,
  type RegionDb,
  type Step,
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
  run(platform: Platform, database: DatabaseName, payload: unknown): Promise<JobOutcome>
  /** Before it is parked, each time it fails for good: records for people what has failed. */
  parked?(platform: Platform, database: DatabaseName, payload: unknown, reason: Problem): Promise<void>
}

/** When to run again, for recurring work; or the last statements of the work, committed with its end in one batch. */
export type JobOutcome = number | undefined | { readonly steps: readonly Step[] }

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
) => Promise<JobOutcome> | Promise<void>

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

export const COMMON_RETRY: RetryPolicy = { tries: 10, maxBackOff: 15 * 60_000 }
/** For updates between jurisdictions: if one gave up, everything behind it would wait for an operator. */
export const RETRY_ALWAYS: RetryPolicy = { ...COMMON_RETRY, retriesParked: true }
/** For work that depends on a third party's server: parked after about three days, then tried four times a day. */
export const LONG_RETRY: RetryPolicy = { tries: 24, maxBackOff: 6 * 3_600_000, retriesParked: true }
export function enqueueJob(kind: JobKind<NoPayload>, at: number): JobStep
export function enqueueJob<Payload>(kind: JobKind<Payload>, at: number, payload: Payload): JobStep
export function enqueueJob<Payload>(
  { kind, keyOf }: JobKind<Payload>,
  at: number,
  payload: Payload | NoPayload = {},
): JobStep {
  const key = keyOf === undefined ? kind : `${kind}:${keyOf(payload as Payload)}`
  return { forJob: fixedStatement(ENQUEUE, [kind, key, JSON.stringify(payload), at, at]) }
}

const ENQUEUE = `INSERT INTO job (kind, key, payload, due_at, created_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET enqueued = enqueued + 1, due_at = min(due_at, excluded.due_at), parked_at = NULL`

export type Job = typeof job.$inferSelect

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
