import { expect, inject, it } from 'vitest'
import worker from '../../src/worker.ts'
import { readSpans } from '../support/otlp.ts'
import type { PostedTraces } from '../support/outside.ts'
import { request, workerEnv } from './app.ts'

const TRACE = '1af7651916cd43dd8448eb211c80319d'
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`
const spansOf = async () => {
  const posted = (await (await fetch(`${inject('outside')}/v1/traces`)).json()) as PostedTraces[]
  return posted.flatMap(({ body }) => readSpans(body))
}

it('a Worker sends a span for each request and job, with the calls to databases', async () => {
  const env = { ...workerEnv, OTEL_EXPORTER_OTLP_ENDPOINT: inject('outside') }
  await request('/cases/EC-22W96-7GTDM?email=ann@county.example', { headers: { traceparent } }, env)
  const inTrace = async () => (await spansOf()).filter(({ traceId }) => traceId === TRACE)
  await expect.poll(async () => (await inTrace()).map(({ name }) => name)).toContain('GET /cases/:number')
  const spans = await inTrace()
  const root = spans.find(({ kind }) => kind === 2)
  expect(root).toMatchObject({
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'http.route': '/cases/:number', 'http.response.status_code': 404 },
    resource: { 'service.name': 'countyline', 'cloud.platform': 'cloudflare.workers' },
  })
  const calls = spans.filter(({ kind }) => kind === 3)
  expect(calls.length).toBeGreaterThan(0)
  expect(calls.map(({ parentSpanId }) => parentSpanId)).toEqual(calls.map(() => root?.spanId))
  expect(JSON.stringify(spans)).not.toMatch(/22W96|ann@|SELECT/)
})

it('requests at once are traces of their own', async () => {
  const env = { ...workerEnv, OTEL_EXPORTER_OTLP_ENDPOINT: inject('outside') }
  const traces = Array.from({ length: 8 }, (_, index) => `2${index}f7651916cd43dd8448eb211c80319e`)
  await Promise.all(
    traces.map(trace =>
      request('/reports', { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } }, env),
    ),
  )
  const roots = async () =>
    (await spansOf()).filter(({ kind, traceId }) => kind === 2 && traces.includes(traceId))
  await expect.poll(async () => (await roots()).length).toBe(traces.length)
  const all = (await spansOf()).filter(({ traceId }) => traces.includes(traceId))
  const rootOf = new Map((await roots()).map(({ traceId, spanId }) => [traceId, spanId]))
  for (const { kind, traceId, parentSpanId } of all)
    if (kind === 3) expect(parentSpanId).toBe(rootOf.get(traceId))
})

it('a collector that never answers delays nobody', async () => {
  const env = { ...workerEnv, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${inject('outside')}/hang` }
  expect((await request('/healthz', undefined, env)).status).toBe(200)
  const body = { kind: 'region', region: 'lake' } as const
  let acknowledged = 0
  const message = { body, ack: () => acknowledged++, retry: () => undefined }
  await worker.queue({ messages: [message] } as never, env)
  expect(acknowledged).toBe(1)
})
