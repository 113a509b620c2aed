import { counter, type Metrics } from '../core/metrics.ts'
import type { Attributes } from '../core/tracing.ts'
import type { Log } from './platform.ts'
import type { TracingSettings } from './tracing.ts'

/** In OTLP’s JSON, where integers of 64 bits are texts. */
export function attributesOf(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(Math.round(value)) } : { stringValue: value },
  }))
}

const lost = counter(
  'countyline_spans_lost_total',
  'Spans that the collector did not take, or that had no room.',
)

const MAX_SPANS = 2_000
const WITHIN_MILLISECONDS = 5_000
const QUIET_MILLISECONDS = 60_000

/** Keeps spans until they are sent, in little memory: what a slow collector does not take is lost. */
export class SpanExporter {
  readonly #settings: TracingSettings
  readonly #resource: Attributes
  readonly #metrics: Metrics
  readonly #log: Log
  #spans: object[] = []
  #underWay = 0
  #complainedAt = -Infinity

  constructor(
    settings: TracingSettings,
    resource: Attributes,
    { metrics, log }: { metrics: Metrics; log: Log },
  ) {
    this.#settings = settings
    this.#resource = { 'service.name': settings.serviceName, ...resource }
    this.#metrics = metrics
    this.#log = log
  }

  add(span: object): void {
    if (this.#spans.length + this.#underWay >= MAX_SPANS) this.#metrics.add(lost)
    else this.#spans.push(span)
  }

  /** Never throws. */
  async flush(): Promise<void> {
    const spans = this.#spans
    if (spans.length === 0) return
    this.#spans = []
    this.#underWay += spans.length
    try {
      await this.#send(spans)
    } catch {
      this.#metrics.add(lost, {}, spans.length)
      if (performance.now() - this.#complainedAt < QUIET_MILLISECONDS) return
      this.#complainedAt = performance.now()
      this.#log('warn', 'traces-not-sent', { spans: spans.length })
    } finally {
      this.#underWay -= spans.length
    }
  }

  async #send(spans: readonly object[]): Promise<void> {
    const { url, headers } = this.#settings
    const resource = { attributes: attributesOf(this.#resource) }
    const scopeSpans = [{ scope: { name: 'countyline' }, spans }]
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
      signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`the collector answered ${answer.status}`)
  }
}
