import { count, min, sql, sum } from 'drizzle-orm'
import { buildInfo } from '../core/build-info.ts'
import { Cache } from '../core/cache.ts'
import { databaseGauge, heartbeat } from '../core/database/directory-schema.ts'
import { type DatabaseGauge, keptAs, UNAVAILABLE } from '../core/database/gauges.ts'
import { openDirectory } from '../core/database/handles.ts'
import { counter, gauge, histogram, Metrics, type Sample } from '../core/metrics.ts'
import type { Platform } from '../platform/platform.ts'
import { database } from '../regions/directory-schema.ts'

export const httpRequests = counter(
  'countyline_http_requests_total',
  'Requests that this process has answered, by pattern of the route, method and class of the status.',
)
export const httpDuration = histogram(
  'countyline_http_request_duration_seconds',
  'From the arrival of a request to its answer, in seconds.',
)

const build = gauge('countyline_build_info', 'Always 1: which version answers, on which runtime.')
const directoryUp = gauge('countyline_directory_up', 'Whether the directory database could be read: 1 or 0.')
const databases = gauge('countyline_databases', 'Databases of the deployment, without the directory.')
const behind = gauge(
  'countyline_databases_behind',
  'Databases whose schema is not the newest of this version.',
)
const failed = gauge('countyline_databases_migration_failed', 'Databases whose last migration failed.')
const unavailable = gauge(
  'countyline_databases_unavailable',
  'Databases whose jobs could not be run when they were last visited.',
)
const lastRuns = gauge(
  'countyline_last_run_timestamp_seconds',
  'When recurring work last ran, to within five minutes: jobs (a round of a Node server), cron and queue (Workers).',
)

interface Figures {
  readonly gauges: readonly { readonly name: string; readonly total: number; readonly least: number }[]
  readonly runs: readonly { readonly name: string; readonly at: number }[]
  readonly ledger: readonly {
    readonly kind: 'region' | 'places' | 'tenant'
    readonly migratedTo: string
    readonly databases: number
    readonly failed: number
  }[]
}

// Several scrapers at once are one query; a scrape after a pause gets what is true now.
const figures = new Cache<Figures>({ fresh: 2_000, stale: 10_000 })

/** In the text format of Prometheus. On Workers, only what holds for the whole deployment: every scrape may meet another isolate. */
export async function metricsText(platform: Platform, gauges: readonly DatabaseGauge[]): Promise<string> {
  const samples = [
    buildSample(platform),
    ...(await figures
      .get(platform, '', () => readFigures(platform))
      .then(
        found => samplesOf(found, gauges, platform.clock.now()),
        () => [{ metric: directoryUp, value: 0 }],
      )),
  ]
  return (platform.runtime === 'node' ? platform.metrics : new Metrics()).text(samples)
}

function buildSample({ runtime }: Platform): Sample {
  const { version, commit } = buildInfo
  return { metric: build, labels: { version, commit: commit ?? '', runtime }, value: 1 }
}

async function readFigures(platform: Platform): Promise<Figures> {
  const directory = openDirectory(platform)
  const label = sql`${database.region} || CASE ${database.kind} WHEN 'tenant' THEN '--' || ${database.slug} ELSE '' END`
  const [gauges, runs, ledger] = await directory.together([
    directory
      .select({
        name: databaseGauge.name,
        total: sum(databaseGauge.value).mapWith(Number),
        least: min(databaseGauge.value).mapWith(Number),
      })
      .from(databaseGauge)
      // Of a database that is gone, its last figures may have stayed.
      .where(
        sql`${databaseGauge.database} IN (SELECT ${label} FROM ${database} WHERE ${database.kind} <> 'places')`,
      )
      .groupBy(databaseGauge.name),
    directory.select().from(heartbeat),
    directory
      .select({
        kind: database.kind,
        migratedTo: database.migratedTo,
        databases: count(),
        failed: sql<number>`sum(${database.lastError} IS NOT NULL)`,
      })
      .from(database)
      .groupBy(database.kind, database.migratedTo),
  ])
  return { gauges, runs, ledger }
}

function samplesOf(
  { gauges: kept, runs, ledger }: Figures,
  gauges: readonly DatabaseGauge[],
  now: number,
): Sample[] {
  const byName = new Map(kept.map(each => [each.name, each]))
  const ages = (least: number | undefined) => (least === undefined ? 0 : Math.max(0, now - least) / 1000)
  const sumOf = (those: Figures['ledger'], value: (row: Figures['ledger'][number]) => number) =>
    those.reduce((all, row) => all + value(row), 0)
  const old = ledger.filter(({ kind, migratedTo }) => migratedTo !== buildInfo.schemas[kind])
  return [
    { metric: directoryUp, value: 1 },
    { metric: databases, value: sumOf(ledger, row => row.databases) },
    { metric: behind, value: sumOf(old, row => row.databases) },
    { metric: failed, value: sumOf(ledger, row => row.failed) },
    { metric: unavailable, value: byName.get(UNAVAILABLE)?.total ?? 0 },
    ...gauges.map(each => {
      const { metric, labels, total } = each
      const known = byName.get(keptAs(each))
      return { metric, labels, value: total === 'age' ? ages(known?.least) : (known?.total ?? 0) }
    }),
    ...runs.map(({ name, at }) => ({ metric: lastRuns, labels: { work: name }, value: at / 1000 })),
  ]
}
