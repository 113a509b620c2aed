import { describe, expect, it, onTestFinished } from 'vitest'
import { Metrics } from '../src/core/metrics.ts'
import { traced } from '../src/core/tracing.ts'
import { readEnvironment } from '../src/platform/node/settings.ts'
import { nodeTracing } from '../src/platform/node/tracing.ts'
import { SpanExporter } from '../src/platform/span-exporter.ts'
import { tracingSettings } from '../src/platform/tracing.ts'
import { bodyOf, serveHttp } from './support/http.ts'
import { type ReceivedSpan, readSpans } from './support/otlp.ts'
import { startServer } from './support/server.ts'
import { twoRegions } from './support/two-regions.ts'

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

async function collector() {
  const spans: ReceivedSpan[] = []
  const authorizations = new Set<string | undefined>()
  const server = await serveHttp(async (request, response) => {
    if (request.url === '/hang') return
    if (request.url !== '/v1/traces') return void response.writeHead(503).end()
    authorizations.add(request.headers.authorization)
    spans.push(...readSpans(await bodyOf(request)))
    response.end('{}')
  })
  onTestFinished(() => server.close())
  return { url: server.url, spans, authorizations }
}

async function server(env: Readonly<Record<string, string>>) {
  const regions = twoRegions()
  const started = await startServer({ ...regions.env, ...env })
  onTestFinished(async () => {
    await started.end('SIGKILL')
    regions.remove()
  })
  return started
}

describe('the settings of traces', () => {
  const read = (env: Record<string, string>) => tracingSettings(name => env[name])

  it('are the standard variables', () => {
    expect(read({})).toBeUndefined()
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/base/' })).toEqual({
      url: 'https://otel.example/base/v1/traces',
      headers: {},
      serviceName: 'countyline',
      ratio: 1,
    })
    expect(
      read({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel.example/in',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc=, x-team = 311',
        OTEL_SERVICE_NAME: 'county',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }),
    ).toEqual({
      url: 'https://otel.example/in',
      headers: { authorization: 'Bearer abc=', 'x-team': '311' },
      serviceName: 'county',
      ratio: 0.25,
    })
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'otel.example' }, /OTEL_EXPORTER_OTLP_ENDPOINT is not a web address/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a.example', OTEL_TRACES_SAMPLER_ARG: '2' },
      /OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1/,
    ],
  ])('are refused by name: %o', (env, message) => {
    expect(() => readEnvironment(env)).toThrow(message)
  })
})

describe('traces of a server', () => {
  it('have a span for each request, by pattern, with the calls to databases; and for each job', async () => {
    const { url, spans, authorizations } = await collector()
    const { url: site } = await server({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      OTEL_SERVICE_NAME: 'county',
    })
    await fetch(`${site}/cases/EC-22W96-7GTDM?email=ann@county.example`, { headers: { traceparent: CALLER } })
    await fetch(`${site}/r/north/reports?q=ann@county.example`)
    const found = (name: string) => spans.find(span => span.name === name)
    await expect
      .poll(() => found('GET /cases/:number'))
      .toMatchObject({
        traceId: '0af7651916cd43dd8448eb211c80319c',
        parentSpanId: 'b7ad6b7169203331',
        kind: 2,
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/cases/:number',
          'http.response.status_code': 404,
        },
        resource: { 'service.name': 'county', 'service.version': expect.any(String) },
      })
    await expect.poll(() => found('GET /reports')).toBeDefined()
    const parent = found('GET /reports')
    expect(parent?.parentSpanId).toBeUndefined()
    const call = spans.find(({ kind, traceId }) => kind === 3 && traceId === parent?.traceId)
    expect(call).toMatchObject({
      parentSpanId: parent?.spanId,
      name: `read ${call?.attributes['db.namespace']}`,
      attributes: { 'db.system.name': 'sqlite', 'db.operation.name': 'read' },
    })
    expect(Object.keys(call?.attributes ?? {}).sort()).toEqual([
      'db.namespace',
      'db.operation.name',
      'db.system.name',
    ])
    // Of every database, when it is first visited.
    await expect.poll(() => spans.some(({ name, kind }) => name === 'job tidy' && kind === 5)).toBe(true)
    const job = spans.find(({ name }) => name === 'job tidy')
    expect(job?.parentSpanId).toBeUndefined()
    expect(spans.some(({ traceId, kind }) => traceId === job?.traceId && kind === 3)).toBe(true)
    expect([...authorizations]).toEqual(['Bearer abc'])
    expect(JSON.stringify(spans)).not.toMatch(/22W96|ann@|SELECT|INSERT/)
  }, 90_000)

  it.each(['/hang', '/refused'])('delay no answer while the collector answers %s', async path => {
    const { url } = await collector()
    const started = await server({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url + path })
    for (let times = 0; times < 20; times++) {
      expect((await fetch(`${started.url}/healthz`)).status).toBe(200)
    }
    expect((await started.end('SIGTERM')).code).toBe(0)
  })
})

describe('a tracer', () => {
  const platform = { metrics: new Metrics(), log: () => {}, clock: { now: () => 1_800_000_000_000 } }
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }

  it('records the share of traces that was asked for, whole, whatever the caller’s flag says', async () => {
    const { url, spans } = await collector()
    const settings = { url: `${url}/v1/traces`, headers: {}, serviceName: 's', ratio: 0.5 }
    const { tracer, close } = nodeTracing(settings, { ...platform, random })
    const TRACES = 400
    for (let index = 0; index < TRACES; index++) {
      await traced({ tracer }, { name: 'outer', kind: 'server' }, () =>
        traced({ tracer }, { name: 'inner', kind: 'client' }, async () => undefined),
      )
    }
    const forced = '00-00000000000000000fffffffffffffff-b7ad6b7169203331-01'
    await traced({ tracer }, { name: 'forced', kind: 'server', traceparent: forced }, async () => undefined)
    await traced({ tracer }, { name: 'alone', kind: 'client' }, async () => undefined)
    await close()
    const outer = spans.filter(({ name }) => name === 'outer')
    expect(outer.length).toBeGreaterThan(TRACES * 0.35)
    expect(outer.length).toBeLessThan(TRACES * 0.65)
    const parents = new Map(outer.map(({ spanId, traceId }) => [spanId, traceId]))
    const inner = spans.filter(({ name }) => name === 'inner')
    expect(inner.length).toBe(outer.length)
    for (const span of inner) expect(parents.get(span.parentSpanId ?? '')).toBe(span.traceId)
    expect(spans.some(({ name }) => name === 'forced' || name === 'alone')).toBe(false)
  })

  it('marks what failed, without its message', async () => {
    const { url, spans } = await collector()
    const settings = { url: `${url}/v1/traces`, headers: {}, serviceName: 's', ratio: 1 }
    const { tracer, close } = nodeTracing(settings, { ...platform, random })
    const failing = traced({ tracer }, { name: 'fails', kind: 'server' }, async () => {
      throw new Error('ann@county.example')
    })
    await expect(failing).rejects.toThrow('ann@county.example')
    await close()
    expect(spans).toMatchObject([{ name: 'fails', failure: 'fault', attributes: { 'error.type': 'fault' } }])
    expect(JSON.stringify(spans)).not.toContain('ann@')
  })

  it('keeps few spans for a collector that is away, and counts the others', async () => {
    const metrics = new Metrics()
    const logged: string[] = []
    const settings = { url: 'http://127.0.0.1:9/', headers: {}, serviceName: 's', ratio: 1 }
    const log = (_level: string, event: string) => void logged.push(event)
    const exporter = new SpanExporter(settings, {}, { metrics, log })
    for (let index = 0; index < 2_100; index++) exporter.add({})
    await exporter.flush()
    exporter.add({})
    await exporter.flush()
    expect(metrics.text()).toContain('countyline_spans_lost_total 2101\n')
    expect(logged).toEqual(['traces-not-sent'])
  })
})
