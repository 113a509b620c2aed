import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, it } from 'vitest'
import { GaugeRecorder, lastRun, noteRun } from '../src/core/database/gauges.ts'
import { openForJobs, openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { counter, histogram, Metrics } from '../src/core/metrics.ts'
import { jobHandlers, registry } from '../src/create-app.ts'
import { jobRunner } from '../src/platform/node/runner.ts'
import type { WorkDatabaseName } from '../src/platform/platform.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { startApp, type TestApp } from './support/app.ts'
import { startMailbox } from './support/mailbox.ts'
import { parseMetrics, sumOf } from './support/prometheus.ts'
import { startServer } from './support/server.ts'
import { twoRegions } from './support/two-regions.ts'

const METRICS_TOKEN = 'a-token-of-the-tests-for-metrics-0123456789'
const asMonitor = { headers: { authorization: `Bearer ${METRICS_TOKEN}` } }
const hollis: WorkDatabaseName = { kind: 'tenant', region: 'ellery', slug: 'hollis' }

describe('the text of metrics', () => {
  it('escapes values of labels, and has each family once', () => {
    const metrics = new Metrics()
    const asked = counter('asked_total', 'Asked.')
    metrics.add(asked, { by: 'a "quoted"\\\nname' })
    metrics.add(asked, { by: 'other' }, 2)
    metrics.add(asked, { by: 'other' })
    const series = parseMetrics(metrics.text([{ metric: asked, value: 7 }]))
    expect(series).toEqual([
      { name: 'asked_total', labels: { by: 'a "quoted"\\\nname' }, value: 1 },
      { name: 'asked_total', labels: { by: 'other' }, value: 3 },
      { name: 'asked_total', labels: {}, value: 7 },
    ])
  })

  it('counts a duration in its bucket and in every longer one', () => {
    const metrics = new Metrics()
    const took = histogram('took_seconds', 'Took.')
    for (const seconds of [0, 0.005, 0.3, 11]) metrics.observe(took, { route: '/' }, seconds)
    const series = parseMetrics(metrics.text())
    const below = (le: string) => sumOf(series, 'took_seconds_bucket', { route: '/', le })
    expect(['0.005', '0.25', '0.5', '10', '+Inf'].map(below)).toEqual([2, 2, 3, 3, 4])
    expect(sumOf(series, 'took_seconds_count')).toBe(4)
    expect(sumOf(series, 'took_seconds_sum')).toBeCloseTo(11.305)
  })
})

describe('/metrics', () => {
  let app: TestApp
  afterEach(() => app.close())

  const scrape = async () => {
    // Beyond the cache.
    app.advance(60_000)
    const answer = await app.request('/metrics', asMonitor)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return parseMetrics(await answer.text())
  }
  const visit = async (run = { done: 1, failed: 0 }) => {
    const recorder = new GaugeRecorder(app.platform, registry.gauges)
    await recorder.visited(hollis, run)
    await recorder.flush()
  }

  it('is not there without a token, and refuses another', async () => {
    app = await startApp()
    expect((await app.request('/metrics', asMonitor)).status).toBe(404)
    await app.close()
    app = await startApp({ environment: { METRICS_TOKEN } })
    for (const token of ['', 'x', `${METRICS_TOKEN}x`, METRICS_TOKEN.slice(1)]) {
      const refused = await app.request('/metrics', { headers: { authorization: `Bearer ${token}` } })
      expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
        403,
        expect.stringContaining('key-refused'),
      ])
    }
  })

  it('counts requests by the pattern of their route, never by their path', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    await app.request('/cases/EC-22W96-7GTDM')
    await app.request('/cases/EC-22W96-7GTDM', { method: 'BREW' })
    await app.request('/no/such/page?with=secrets')
    const series = await scrape()
    const requests = (labels: Record<string, string>) =>
      sumOf(series, 'countyline_http_requests_total', labels)
    expect(requests({ route: '/cases/:number', method: 'GET', status: '4xx' })).toBe(1)
    expect(requests({ method: 'other' })).toBe(1)
    expect(sumOf(series, 'countyline_http_request_duration_seconds_count', { route: '/cases/:number' })).toBe(
      1,
    )
    expect(JSON.stringify(series)).not.toMatch(/22W96|secrets|no\/such/)
  })

  it('says what waits in all databases, as it was when their jobs last ran', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    const now = app.platform.clock.now()
    const db = openForJobs(app.platform, hollis)
    await db.commit([
      sql`DELETE FROM job`,
      sql`INSERT INTO job (kind, key, due_at, created_at, last_error, parked_at) VALUES ('a', 'a', ${now}, 0, 'x', ${now})`,
      sql`INSERT INTO job (kind, key, due_at, created_at, last_error) VALUES ('b', 'b', ${now - 90_000}, 0, 'x')`,
      sql`INSERT INTO message (id, case_id, receiver, kind, body, created_at, due_at) VALUES ('m', 'c', 'r', 'k', '{}', ${now - 600_000}, ${now})`,
      sql`INSERT INTO notice (event, follower, created_at, due_at) VALUES (1, 'f', 0, 0)`,
    ])
    await visit()
    const series = await scrape()
    const value = (name: string, labels = {}) => sumOf(series, `countyline_${name}`, labels)
    expect(value('directory_up')).toBe(1)
    // And that of places.
    expect(value('databases')).toBe((await listDatabases(app.platform)).length + 1)
    expect(value('databases_behind')).toBe(0)
    expect(value('jobs', { state: 'parked' })).toBe(1)
    expect(value('jobs', { state: 'retrying' })).toBe(1)
    expect(value('oldest_due_job_age_seconds')).toBe(150)
    expect(value('undelivered_messages', { state: 'waiting' })).toBe(1)
    expect(value('undelivered_messages', { state: 'parked' })).toBe(0)
    expect(value('oldest_undelivered_message_age_seconds')).toBe(660)
    expect(value('emails_waiting')).toBe(1)
    await db.commit([sql`DELETE FROM job`, sql`DELETE FROM message`, sql`DELETE FROM notice`])
    app.advance(15_000)
    await visit()
    const later = await scrape()
    expect(sumOf(later, 'countyline_jobs', { state: 'parked' })).toBe(0)
    expect(sumOf(later, 'countyline_oldest_undelivered_message_age_seconds')).toBe(0)
    expect(sumOf(later, 'countyline_emails_waiting')).toBe(0)
  })

  it('reads a busy database four times a minute, at once after a failure, and again when it has calmed down', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    const db = openForJobs(app.platform, hollis)
    const parked = async () => sumOf(await scrape(), 'countyline_jobs', { state: 'parked' })
    let added = 0
    const park = () =>
      db.commit([
        sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('a', ${added++}, 0, 0, 1)`,
      ])
    await visit()
    await park()
    await visit()
    expect(await parked()).toBe(0)
    await visit({ done: 0, failed: 1 })
    expect(await parked()).toBe(1)
    await park()
    await visit()
    app.advance(15_000)
    await visit({ done: 0, failed: 0 })
    expect(await parked()).toBe(2)
  })

  it('writes to the directory only what has changed', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    await visit()
    const client = app.platform.databases.client({ kind: 'directory' })
    const changes = async () => Number((await client.execute('SELECT total_changes() AS n')).rows[0]?.n)
    const before = await changes()
    for (let times = 0; times < 5; times++) {
      app.advance(15_000)
      await visit()
    }
    expect(await changes()).toBe(before)
    for (let times = 0; times < 5; times++) await noteRun(app.platform, 'queue')
    expect(await changes()).toBe(before + 1)
    app.advance(6 * 60_000)
    await noteRun(app.platform, 'queue')
    expect(await lastRun(app.platform, 'queue')).toBe(app.platform.clock.now())
    expect(await changes()).toBe(before + 2)
  })

  it('counts a database whose jobs cannot be run, and keeps what it last had', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    await openForJobs(app.platform, hollis).commit([
      sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('a', 'a', 0, 0, 1)`,
    ])
    await visit()
    const recorder = new GaugeRecorder(app.platform, registry.gauges)
    recorder.unavailable(hollis)
    await recorder.flush()
    const away = await scrape()
    expect(sumOf(away, 'countyline_databases_unavailable')).toBe(1)
    expect(sumOf(away, 'countyline_jobs', { state: 'parked' })).toBe(1)
    await visit()
    expect(sumOf(await scrape(), 'countyline_databases_unavailable')).toBe(0)
  })

  it('counts databases that are behind or could not be migrated', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    await openForJobs(app.platform, { kind: 'directory' }).commit([
      sql`UPDATE "database" SET migrated_to = '0000_tables@0', last_error = 'x' WHERE slug = 'hollis'`,
    ])
    const series = await scrape()
    expect(sumOf(series, 'countyline_databases_behind')).toBe(1)
    expect(sumOf(series, 'countyline_databases_migration_failed')).toBe(1)
  })

  it('counts jobs, emails and warnings of the process', async () => {
    const mailbox = await startMailbox()
    app = await startApp({ environment: { METRICS_TOKEN }, mail: mailbox.settings })
    const email = { from: 'County', subject: 's', text: 't' }
    mailbox.answer('nobody@county.example', 550)
    await app.platform.mail.send({ ...email, to: 'ann@county.example', id: '1' })
    await app.platform.mail.send({ ...email, to: 'nobody@county.example', id: '2' })
    await mailbox.close()
    await app.platform.mail.send({ ...email, to: 'ann@county.example', id: '3' }).catch(() => undefined)
    await openForJobs(app.platform, hollis).commit([
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('no-such-kind', 'a', 0, 0)`,
    ])
    await runDueJobs(app.platform, hollis, jobHandlers)
    const series = await scrape()
    const emails = (outcome: string) => sumOf(series, 'countyline_emails_total', { outcome })
    expect(['sent', 'refused', 'failed'].map(emails)).toEqual([1, 1, 1])
    expect(sumOf(series, 'countyline_job_runs_total', { kind: 'no-such-kind', outcome: 'failed' })).toBe(1)
    expect(sumOf(series, 'countyline_log_events_total', { event: 'job-failed', level: 'warn' })).toBe(1)
  })

  it('answers while the directory does not', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    const file = join(app.dataDir, 'databases', 'directory.quarantine')
    writeFileSync(file, '{"reason":"test","since":"now"}')
    await app.platform.databases.client({ kind: 'directory' }).close()
    const series = await scrape()
    expect(sumOf(series, 'countyline_directory_up')).toBe(0)
    expect(sumOf(series, 'countyline_databases_quarantined')).toBe(1)
    expect(sumOf(series, 'countyline_http_requests_total')).toBeUndefined()
  })

  it('has the figures that the job runner of the server keeps', async () => {
    app = await startApp({ environment: { METRICS_TOKEN } })
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
    await db.commit([
      sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('a', 'a', 0, 0, 1)`,
    ])
    const runner = jobRunner(app.platform, [], { gauges: registry.gauges })
    runner.start(async () => [hollis])
    await expect.poll(() => lastRun(app.platform, 'jobs')).toBe(app.platform.clock.now())
    await runner.stop()
    const series = await scrape()
    expect(sumOf(series, 'countyline_jobs', { state: 'parked' })).toBe(1)
    expect(sumOf(series, 'countyline_last_run_timestamp_seconds', { work: 'jobs' })).toBeGreaterThan(0)
  })
})

it('a server says its version, and what its process uses', async () => {
  const { env, remove } = twoRegions()
  const server = await startServer({ ...env, METRICS_TOKEN })
  try {
    const health = await (await fetch(`${server.url}/healthz`)).json()
    expect(health).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: expect.stringMatching(/^[0-9a-f]{12}$/),
      schemas: {
        directory: expect.stringMatching(/^\d{4}_\w+@[0-9a-f]{12}$/),
        region: expect.any(String),
        places: expect.any(String),
        tenant: expect.any(String),
      },
    })
    const series = parseMetrics(await (await fetch(`${server.url}/metrics`, asMonitor)).text())
    for (const name of [
      'process_cpu_seconds_total',
      'process_start_time_seconds',
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
    ]) {
      expect(sumOf(series, name), name).toBeGreaterThan(0)
    }
    expect(sumOf(series, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    expect(sumOf(series, 'countyline_build_info', { runtime: 'node' })).toBe(1)
  } finally {
    await server.end('SIGKILL')
    remove()
  }
})
