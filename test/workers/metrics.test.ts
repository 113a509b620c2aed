import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { lastRun } from '../../src/core/database/gauges.ts'
import { openForJobs } from '../../src/core/database/handles.ts'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import worker from '../../src/worker.ts'
import { parseMetrics, sumOf } from '../support/prometheus.ts'
import { request, workerEnv } from './app.ts'

const METRICS_TOKEN = 'a-token-of-the-tests-for-metrics-0123456789'
const asMonitor = { headers: { authorization: `Bearer ${METRICS_TOKEN}` } }
const queue = { send: async () => undefined, sendBatch: async () => undefined }
/** Each an isolate of its own, without what others have cached. */
const isolate = () => ({ ...workerEnv, METRICS_TOKEN, JOB_QUEUE: queue as never })

const body: DatabaseName = { kind: 'region', region: 'lake' }
const message = { body, ack: () => undefined, retry: () => undefined }

async function scrape() {
  const answer = await request('/metrics', asMonitor, isolate())
  expect(answer.status).toBe(200)
  return parseMetrics(await answer.text())
}

it('/metrics has what holds for the whole deployment: figures that consumers of the queue keep', async () => {
  const env = isolate()
  const db = openForJobs(workersPlatform(env), body)
  // Other files leave parked jobs in the same server.
  await worker.queue({ messages: [message] } as never, isolate())
  const parkedBefore = sumOf(await scrape(), 'countyline_jobs', { state: 'parked' }) ?? 0
  await db.commit([
    sql`INSERT INTO job (kind, key, due_at, created_at, parked_at) VALUES ('parked', 'parked', 0, 0, 1)`,
  ])
  const before = workersPlatform(env).clock.now()
  await worker.queue({ messages: [message] } as never, env)
  await worker.scheduled({} as never, env)
  const series = await scrape()
  expect(sumOf(series, 'countyline_jobs', { state: 'parked' })).toBe(parkedBefore + 1)
  expect(sumOf(series, 'countyline_build_info', { runtime: 'workers' })).toBe(1)
  expect(sumOf(series, 'countyline_http_requests_total')).toBeUndefined()
  for (const work of ['cron', 'queue'] as const) {
    expect(await lastRun(workersPlatform(isolate()), work)).toBeGreaterThanOrEqual(before)
    expect(sumOf(series, 'countyline_last_run_timestamp_seconds', { work })).toBeGreaterThan(0)
  }
  await db.commit([sql`DELETE FROM job WHERE key = 'parked'`])
  await worker.queue({ messages: [message] } as never, isolate())
  expect(sumOf(await scrape(), 'countyline_jobs', { state: 'parked' })).toBe(parkedBefore)
})

it('/metrics is not there without a token', async () => {
  expect((await request('/metrics', asMonitor)).status).toBe(404)
})

it('/healthz says which version this is', async () => {
  expect(await (await request('/healthz')).json()).toMatchObject({
    status: 'ok',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    schemas: { directory: expect.stringMatching(/^\d{4}_\w+@[0-9a-f]{12}$/) },
  })
})
