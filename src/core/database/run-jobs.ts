import { and, eq } from 'drizzle-orm'
import { type DatabaseName, databaseLabel, type Platform } from '../../platform/platform.ts'
import { counter } from '../metrics.ts'
import { asProblem, type Problem } from '../problem.ts'
import { traced } from '../tracing.ts'
import { startReplication } from './clients.ts'
import { fixedStatement, openForJobs, type Step, type Writer } from './handles.ts'
import { COMMON_RETRY, type Job, type JobHandler, type JobOutcome, type RetryPolicy } from './jobs.ts'
import { job } from './schema.ts'

const LEASE_MILLISECONDS = 30_000
const MAX_JOBS_PER_RUN = 100
const BACK_OFF_MILLISECONDS = 2_000
// A setting that is made is noticed this soon.
const NOT_CONFIGURED_BACK_OFF = 15 * 60_000

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
  const retried = handlers.filter(({ retryPolicy: policy }) => policy?.retriesParked).map(({ kind }) => kind)
  const coalesced: number[] = []
  let done = 0
  let failed = 0
  let left = MAX_JOBS_PER_RUN
  let nextDueAt: number | null = null
  const take = async (ending: readonly Step[]): Promise<Job | undefined> => {
    const isOver = left === 0
    if (!isOver) left--
    const which = { now: platform.clock.now(), retried, except: coalesced, isOver }
    const taken = await endAndLease(db, ending, which)
    if (!isOver && taken.leased === undefined) left++
    nextDueAt = taken.nextDueAt
    return taken.leased
  }
  const runOne = async (leased: Job): Promise<Job | undefined> => {
    const handler = handlers.find(candidate => candidate.kind === leased.kind)
    const startedAt = platform.clock.now()
    try {
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${leased.kind}`)
      const attributes = { 'countyline.job.kind': leased.kind, 'db.namespace': databaseLabel(name) }
      const outcome = await traced(
        platform,
        { name: `job ${leased.kind}`, kind: 'consumer', attributes },
        () => handler.run(platform, name, JSON.parse(leased.payload)),
      )
      if (handler.coalesces) coalesced.push(leased.id)
      const next = await take(endOf(leased, outcome))
      done++
      platform.metrics.add(jobRuns, { kind: leased.kind, outcome: 'done' })
      return next
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
    return take([])
  }
  const work = async (others: number): Promise<void> => {
    const first = await take([])
    if (first === undefined) return
    const own = async () => {
      for (let leased: Job | undefined = first; leased !== undefined; ) leased = await runOne(leased)
    }
    const ended = await Promise.allSettled([own(), others > 0 ? work(others - 1) : undefined])
    const stopped = ended.find(({ status }) => status === 'rejected')
    if (stopped?.status === 'rejected') throw stopped.reason
  }
  await work(concurrency - 1)
  return { done, failed, nextDueAt }
}

interface Which {
  readonly now: number
  /** Kinds that run though they are parked. */
  readonly retried: readonly string[]
  /** Jobs that wait for the next run. */
  readonly except: readonly number[]
  /** Nothing more is leased. */
  readonly isOver: boolean
}

const MAY_RUN = '(parked_at IS NULL OR kind IN (SELECT value FROM json_each(?)))'
// One statement, so two workers never hold the same job.
const LEASE = `UPDATE job SET leased_until = ?, attempts = attempts + 1
  WHERE id = (SELECT id FROM job WHERE due_at <= ? AND leased_until <= ? AND ${MAY_RUN}
    AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at LIMIT 1)
  RETURNING id, kind, key, payload, enqueued, due_at AS "dueAt", leased_until AS "leasedUntil", attempts,
    last_error AS "lastError", parked_at AS "parkedAt", created_at AS "createdAt"`
const NEXT_DUE = `SELECT min(max(due_at, leased_until)) AS "dueAt" FROM job WHERE ${MAY_RUN}`

/**
 * Ends one job and leases the one due longest, for 30 seconds, in one round trip; when the next is due, if none was leased.
 */
async function endAndLease(
  db: Writer,
  ending: readonly Step[],
  { now, retried, except, isOver }: Which,
): Promise<{ leased: Job | undefined; nextDueAt: number | null }> {
  const kinds = JSON.stringify(retried)
  const lease = fixedStatement(LEASE, [now + LEASE_MILLISECONDS, now, now, kinds, JSON.stringify(except)])
  // Read only where nothing was leased: the statement looks at every job.
  const next = isOver
    ? fixedStatement(NEXT_DUE, [kinds])
    : fixedStatement(`${NEXT_DUE} AND changes() = 0`, [kinds])
  const results = await db.commit([...ending, ...(isOver ? [] : [lease]), next])
  const [leased] = isOver ? [] : ((results.at(-2)?.rows ?? []) as unknown as Job[])
  const [row] = (results.at(-1)?.rows ?? []) as unknown as { dueAt: number | null }[]
  return { leased, nextDueAt: row?.dueAt ?? null }
}

const END = 'DELETE FROM job WHERE id = ? AND leased_until = ? AND enqueued = ?'
const END_UNTIL = `UPDATE job SET due_at = ?, leased_until = 0, attempts = 0, last_error = NULL, parked_at = NULL
  WHERE id = ? AND leased_until = ? AND enqueued = ?`
const RELEASE = `UPDATE job SET leased_until = 0, attempts = 0, last_error = NULL, parked_at = NULL
  WHERE id = ? AND leased_until = ? AND enqueued <> ?`

// Enqueued again while it ran, it is only released.
function endOf({ id, leasedUntil, enqueued }: Job, outcome: JobOutcome): Step[] {
  const own = [id, leasedUntil, enqueued]
  const isRecurring = typeof outcome === 'number'
  return [
    ...(typeof outcome === 'object' ? outcome.steps : []),
    isRecurring ? fixedStatement(END_UNTIL, [outcome, ...own]) : fixedStatement(END, own),
    fixedStatement(RELEASE, own),
  ]
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
