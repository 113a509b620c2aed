import { and, asc, eq, isNotNull, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { DatabaseName, Platform } from '../platform/platform.ts'
import { databaseLabel } from '../platform/platform.ts'
import { openForJobs, type Writer } from './db.ts'
import { asProblem } from './problem.ts'
import { job } from './schema.ts'

/**
 * Work that must survive. A job is written in the same batch as the change that causes it (`ring`); waking the
 * platform is only a doorbell, and the timer the safety net. It may run twice, so a handler must bear that.
 */
export interface JobHandler {
  readonly kind: string
  /** How long it goes on trying, where ten tries and a quarter of an hour are too short. */
  readonly patience?: Patience
  /** Rung again while it ran, it waits for the next call: a burst is worked off in few runs instead of one a ring. */
  readonly gathers?: true
  /** Answers when to run again, for what comes round by the calendar. */
  run(platform: Platform, database: DatabaseName, payload: unknown): Promise<number | undefined>
}

export interface Patience {
  readonly tries: number
  readonly longestBackOff: number
}

const LEASE_MILLISECONDS = 30_000
const MOST_AT_ONCE = 100
const BACK_OFF_MILLISECONDS = 2_000
const COMMON_PATIENCE: Patience = { tries: 10, longestBackOff: 15 * 60_000 }
/** For what depends on somebody else's server: about three days. */
export const LONG_PATIENCE: Patience = { tries: 24, longestBackOff: 6 * 3_600_000 }

/** The step that asks for a job in the batch of the change that causes it. One waiting job a key: more rings make it run again. */
export function ring(kind: string, at: number, key: string = kind, payload: unknown = {}): SQL {
  return sql`INSERT INTO job (kind, key, payload, due_at, created_at) VALUES (${kind}, ${key}, ${JSON.stringify(payload)}, ${at}, ${at})
    ON CONFLICT (key) DO UPDATE SET rung = rung + 1, due_at = min(due_at, excluded.due_at)`
}

export interface JobRun {
  readonly done: number
  readonly failed: number
  /** When the next job is due, if any waits. */
  readonly nextDueAt: number | null
}

/**
 * Runs what is due in one database, until nothing is. Never throws for a failing job; throws when the database is away. */
export async function runDueJobs(
  platform: Platform,
  name: DatabaseName,
  handlers: readonly JobHandler[],
): Promise<JobRun> {
  const db = openForJobs(platform, name)
  const gathering: number[] = []
  let done = 0
  let failed = 0
  while (done + failed < MOST_AT_ONCE) {
    const leased = await lease(db, platform.clock.now(), gathering)
    if (leased === undefined) break
    const handler = handlers.find(candidate => candidate.kind === leased.kind)
    const startedAt = platform.clock.now()
    try {
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${leased.kind}`)
      const again = await handler.run(platform, name, JSON.parse(leased.payload))
      await finish(db, leased, again)
      done++
      if (handler.gathers) gathering.push(leased.id)
    } catch (error) {
      failed++
      await postpone(db, leased, error, platform.clock.now(), handler?.patience ?? COMMON_PATIENCE)
      platform.log('warn', 'job-failed', {
        database: databaseLabel(name),
        kind: leased.kind,
        job: leased.id,
        attempts: leased.attempts,
        problem: asProblem(error).slug,
        milliseconds: platform.clock.now() - startedAt,
      })
    }
  }
  const [next] = await db
    .select({ dueAt: sql<number | null>`min(max(due_at, leased_until))` })
    .from(job)
    .where(sql`parked_at IS NULL`)
  return { done, failed, nextDueAt: next?.dueAt ?? null }
}

export type Job = typeof job.$inferSelect

/** Takes the job due longest, for half a minute; one statement, so two workers never hold the same one. */
async function lease(db: Writer, now: number, except: readonly number[]): Promise<Job | undefined> {
  const [leased] = await db
    .update(job)
    .set({ leasedUntil: now + LEASE_MILLISECONDS, attempts: sql`attempts + 1` })
    .where(
      sql`id = (SELECT id FROM job WHERE due_at <= ${now} AND leased_until <= ${now} AND parked_at IS NULL
        AND id NOT IN (SELECT value FROM json_each(${JSON.stringify(except)})) ORDER BY due_at LIMIT 1)`,
    )
    .returning()
  return leased
}

async function finish(db: Writer, leased: Job, again: number | undefined): Promise<void> {
  const own = and(eq(job.id, leased.id), eq(job.leasedUntil, leased.leasedUntil))
  const done = and(own, eq(job.rung, leased.rung))
  await db.commit([
    again === undefined
      ? db.delete(job).where(done)
      : db.update(job).set({ leasedUntil: 0, attempts: 0, lastError: null, dueAt: again }).where(done),
    // Rung again while it ran: it starts over.
    db
      .update(job)
      .set({ leasedUntil: 0, attempts: 0, lastError: null })
      .where(and(own, ne(job.rung, leased.rung))),
  ])
}

async function postpone(
  db: Writer,
  leased: Job,
  error: unknown,
  now: number,
  { tries, longestBackOff }: Patience,
): Promise<void> {
  const { message, slug } = asProblem(error)
  const wait = Math.min(longestBackOff, BACK_OFF_MILLISECONDS * 2 ** (leased.attempts - 1))
  // A database that is away comes back by itself; what nobody has set up does not.
  const hasGivenUp = (leased.attempts >= tries && slug !== 'database-away') || slug === 'not-configured'
  await db
    .update(job)
    .set({
      leasedUntil: 0,
      dueAt: now + wait,
      lastError: message,
      parkedAt: hasGivenUp ? now : null,
    })
    .where(and(eq(job.id, leased.id), eq(job.leasedUntil, leased.leasedUntil)))
}

/** For the operator: what waits, oldest due first; with `parkedOnly`, what has given up. */
export function listJobs(db: Writer, parkedOnly = false): Promise<Job[]> {
  return db
    .select()
    .from(job)
    .where(parkedOnly ? isNotNull(job.parkedAt) : lte(job.id, Number.MAX_SAFE_INTEGER))
    .orderBy(asc(job.dueAt))
    .limit(1000)
}

/** Gives a job ten new tries, from now. Answers whether there was one. */
export async function retryJob(db: Writer, id: number, now: number): Promise<boolean> {
  const retried = await db
    .update(job)
    .set({ parkedAt: null, attempts: 0, dueAt: now, leasedUntil: 0 })
    .where(eq(job.id, id))
    .returning({ id: job.id })
  return retried.length > 0
}
