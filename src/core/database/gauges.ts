import { eq, type SQL, sql } from 'drizzle-orm'
import { databaseLabel, type Platform, type WorkDatabaseName } from '../../platform/platform.ts'
import { gauge, type Labels, type Metric } from '../metrics.ts'
import { databaseGauge, heartbeat } from './directory-schema.ts'
import { openDirectory, openForJobs } from './handles.ts'
import type { JobRun } from './run-jobs.ts'

// What operators watch is spread over thousands of databases. Whoever runs the jobs of a database reads its
// figures there and keeps them in the directory, where one query sums them up.

/** A figure of each database of these kinds; those of all databases make one. */
export interface DatabaseGauge {
  readonly metric: Metric
  readonly labels?: Labels
  readonly in: WorkDatabaseName['kind'] | 'both'
  /** A query for one number. Zero and null are not kept. */
  readonly value: SQL
  /** `age`: the value is a time, and the total is how many seconds ago the earliest was. */
  readonly total: 'sum' | 'age'
}

const jobs = gauge(
  'countyline_jobs',
  'Jobs by state: scheduled (not tried yet), retrying (failed, will be tried again), parked (given up).',
)
const jobsWhere = (state: string, condition: SQL): DatabaseGauge => ({
  metric: jobs,
  labels: { state },
  in: 'both',
  value: sql`SELECT count(*) FROM job WHERE ${condition}`,
  total: 'sum',
})

export const jobGauges: readonly DatabaseGauge[] = [
  jobsWhere('scheduled', sql`parked_at IS NULL AND last_error IS NULL`),
  jobsWhere('retrying', sql`parked_at IS NULL AND last_error IS NOT NULL`),
  jobsWhere('parked', sql`parked_at IS NOT NULL`),
  {
    metric: gauge(
      'countyline_oldest_due_job_age_seconds',
      'How long ago the oldest job that has not run was due. 0: no job waits past its time.',
    ),
    in: 'both',
    value: sql`SELECT min(due_at) FROM job WHERE parked_at IS NULL`,
    total: 'age',
  },
]

/** Its value is 1 for a database whose jobs could not be run because it did not answer. */
export const UNAVAILABLE = 'unavailable'

/** The name under which a gauge is kept. */
export const keptAs = ({ metric, labels = {} }: DatabaseGauge) =>
  [metric.name, ...Object.values(labels)].join(' ')

// A database in which no job has run is read again after this time: photos, for instance, wait without a job.
const READ_MILLISECONDS = 5 * 60_000
// One in which jobs run all the time, unless one of them fails.
const BUSY_READ_MILLISECONDS = 15_000
interface LastRead {
  readonly at: number
  /** Jobs have run since. */
  readonly isOld: boolean
}
const lastReads = new WeakMap<Platform, Map<string, LastRead>>()

/** Collects the figures of several databases, so that the directory is asked once for all of them. */
export class GaugeRecorder {
  readonly #platform: Platform
  readonly #gauges: readonly DatabaseGauge[]
  #found = new Map<string, ReadonlyMap<string, number>>()

  constructor(platform: Platform, gauges: readonly DatabaseGauge[]) {
    this.#platform = platform
    this.#gauges = gauges
  }

  get isEmpty(): boolean {
    return this.#found.size === 0
  }

  /** After the jobs of a database have run. Throws if it does not answer. */
  async visited(name: WorkDatabaseName, { done, failed }: Pick<JobRun, 'done' | 'failed'>): Promise<void> {
    const its = this.#gauges.filter(({ in: kind }) => kind === 'both' || kind === name.kind)
    if (its.length === 0) return
    const label = databaseLabel(name)
    const now = this.#platform.clock.now()
    const reads = lastReads.get(this.#platform) ?? new Map<string, LastRead>()
    lastReads.set(this.#platform, reads)
    const last = reads.get(label) ?? { at: -Infinity, isOld: true }
    const isOld = last.isOld || done > 0
    if (failed === 0 && now - last.at < (isOld ? BUSY_READ_MILLISECONDS : READ_MILLISECONDS)) {
      reads.set(label, { at: last.at, isOld })
      return
    }
    const [row = {}] = await openForJobs(this.#platform, name).rows<Record<string, number | null>>(
      sql`SELECT ${sql.join(
        its.map(each => sql`(${each.value}) AS ${sql.identifier(keptAs(each))}`),
        sql`, `,
      )}`,
    )
    reads.set(label, { at: now, isOld: false })
    this.#found.set(label, new Map(its.map(each => [keptAs(each), row[keptAs(each)] ?? 0])))
  }

  unavailable(name: WorkDatabaseName): void {
    const label = databaseLabel(name)
    lastReads.get(this.#platform)?.delete(label)
    // What it had when it last answered stays.
    this.#found.set(label, new Map([[UNAVAILABLE, 1]]))
  }

  /** Keeps what has changed. Never throws: what could not be kept is found again at a later visit. */
  async flush(): Promise<void> {
    const found = this.#found
    this.#found = new Map()
    if (found.size === 0) return
    try {
      await keep(this.#platform, found)
    } catch {
      const reads = lastReads.get(this.#platform)
      for (const label of found.keys()) reads?.delete(label)
    }
  }
}

type Row = readonly [database: string, name: string, value: number]

async function keep(
  platform: Platform,
  found: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Promise<void> {
  const directory = openDirectory(platform)
  const labels = JSON.stringify([...found.keys()])
  const rows = await directory
    .select()
    .from(databaseGauge)
    .where(sql`database IN (SELECT value FROM json_each(${labels}))`)
  const kept = new Map(rows.map(({ database, name, value }) => [`${database} ${name}`, value]))
  const changed = [...found].flatMap(([label, values]) => {
    const now = values.has(UNAVAILABLE) ? values : new Map([...values, [UNAVAILABLE, 0]])
    return [...now]
      .filter(([name, value]) => (kept.get(`${label} ${name}`) ?? 0) !== value)
      .map(([name, value]): Row => [label, name, value])
  })
  const [gone, there] = [
    changed.filter(([, , value]) => value === 0),
    changed.filter(([, , value]) => value !== 0),
  ]
  const steps = [
    gone.length > 0 &&
      sql`DELETE FROM database_gauge WHERE (database, name) IN
        (SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(gone)}))`,
    there.length > 0 &&
      sql`INSERT INTO database_gauge (database, name, value)
        SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(there)}) WHERE true
        ON CONFLICT (database, name) DO UPDATE SET value = excluded.value`,
  ].filter(step => step !== false)
  if (steps.length > 0) await directory.commit(steps)
}

/** `jobs`: a round of a Node server over all databases; `cron`, `queue`: those of Workers. */
export type RecurringWork = 'jobs' | 'cron' | 'queue'

const BEAT_MILLISECONDS = 5 * 60_000
const beats = new WeakMap<Platform, Map<RecurringWork, number>>()

/** Notes that it ran: at most once in five minutes for each process. Never throws. */
export async function noteRun(platform: Platform, name: RecurringWork): Promise<void> {
  const at = platform.clock.now()
  const known = beats.get(platform) ?? new Map<RecurringWork, number>()
  beats.set(platform, known)
  const before = known.get(name)
  if (before !== undefined && at - before < BEAT_MILLISECONDS) return
  known.set(name, at)
  const directory = openDirectory(platform)
  const beat = directory
    .insert(heartbeat)
    .values({ name, at })
    .onConflictDoUpdate({ target: heartbeat.name, set: { at }, setWhere: sql`${heartbeat.at} < ${at}` })
  await beat.catch(() => undefined)
}

/** Milliseconds since 1970; undefined: never. */
export async function lastRun(platform: Platform, name: RecurringWork): Promise<number | undefined> {
  const [row] = await openDirectory(platform).select().from(heartbeat).where(eq(heartbeat.name, name))
  return row?.at
}
