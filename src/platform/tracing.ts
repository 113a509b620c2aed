import { asProblem, problem } from '../core/problem.ts'
import type { Attributes, Span, SpanStart, Tracer } from '../core/tracing.ts'
import type { Clock, Random } from './platform.ts'
import { attributesOf, type SpanExporter } from './span-exporter.ts'

// Spans of OpenTelemetry, sent as OTLP/HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/). Why not by its
// own library: docs/decisions/0040-traces-are-sent-by-our-own-code.md.

export interface TracingSettings {
  /** Takes a POST of spans. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  /** Of all traces, 0 to 1. */
  readonly ratio: number
}

/** From the standard variables; undefined without an endpoint. Throws `bad-request` naming the one to correct. */
export function tracingSettings(get: (name: string) => string | undefined): TracingSettings | undefined {
  const base = get('OTEL_EXPORTER_OTLP_ENDPOINT')
  const url = get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || (base && `${base.replace(/\/+$/, '')}/v1/traces`)
  if (!url) return undefined
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw problem('bad-request', { detail: 'OTEL_EXPORTER_OTLP_ENDPOINT is not a web address.' })
  }
  const ratio = Number(get('OTEL_TRACES_SAMPLER_ARG') || 1)
  if (!(ratio >= 0 && ratio <= 1)) {
    throw problem('bad-request', { detail: 'OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1.' })
  }
  const headers = (get('OTEL_EXPORTER_OTLP_HEADERS') ?? '').split(',').flatMap(pair => {
    const [name = '', ...value] = pair.split('=')
    return name.trim() === '' ? [] : [[name.trim(), decode(value.join('=').trim())] as const]
  })
  const serviceName = get('OTEL_SERVICE_NAME') || 'countyline'
  return { url, headers: Object.fromEntries(headers), serviceName, ratio }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `AsyncLocalStorage` of either runtime. */
export interface Context<T> {
  getStore(): T | undefined
  run<R>(store: T, work: () => R): R
}

export interface Current {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

export interface TracerParts {
  readonly settings: TracingSettings
  readonly context: Context<Current>
  readonly random: Random
  readonly clock: Clock
  /** Called when a trace is complete: sends what has ended, without delaying anybody. */
  readonly onEnd: (exporter: SpanExporter) => void
  readonly exporter: SpanExporter
}

const kinds = { server: 2, client: 3, consumer: 5 } as const

export function openTelemetry(parts: TracerParts): Tracer {
  const { settings, context, random, clock, exporter, onEnd } = parts
  return {
    async span(start, work) {
      const parent = start.kind === 'client' ? context.getStore() : undefined
      if (start.kind === 'client' && !parent?.isSampled) return work(ignored)
      const caller = parent ?? callerOf(start.traceparent)
      const traceId = caller?.traceId ?? hex(random.bytes(16))
      const current = {
        traceId,
        spanId: hex(random.bytes(8)),
        // The caller's flag does not decide: anyone on the internet may be the caller.
        isSampled: parent?.isSampled ?? isChosen(traceId, settings.ratio),
      }
      if (!current.isSampled) return context.run(current, () => work(ignored))
      const span = new RecordedSpan(start)
      const startedAt = clock.now()
      const began = performance.now()
      try {
        return await context.run(current, () => work(span))
      } catch (error) {
        span.fail(asProblem(error).slug)
        throw error
      } finally {
        exporter.add({
          traceId,
          spanId: current.spanId,
          ...(caller === undefined ? {} : { parentSpanId: caller.spanId }),
          name: span.name,
          kind: kinds[start.kind],
          startTimeUnixNano: nanoseconds(startedAt),
          endTimeUnixNano: nanoseconds(startedAt + performance.now() - began),
          attributes: attributesOf(span.attributes),
          status: span.failure === undefined ? {} : { code: 2, message: span.failure },
        })
        if (start.kind !== 'client') onEnd(exporter)
      }
    },
  }
}

const ignored: Span = { rename() {}, set() {}, fail() {} }

class RecordedSpan implements Span {
  name: string
  attributes: Attributes
  failure: string | undefined

  constructor({ name, attributes = {} }: SpanStart) {
    this.name = name
    this.attributes = attributes
  }

  rename(name: string): void {
    this.name = name
  }

  set(attributes: Attributes): void {
    this.attributes = { ...this.attributes, ...attributes }
  }

  fail(type: string): void {
    this.failure = type
    this.set({ 'error.type': type })
  }
}

// https://www.w3.org/TR/trace-context/#traceparent-header
function callerOf(traceparent: string | undefined) {
  const [, traceId, spanId] =
    /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-|$)/.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return undefined
  return { traceId, spanId }
}

// The same for every service that takes part in a trace.
function isChosen(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-13), 16) < ratio * 16 ** 13
}

const nanoseconds = (milliseconds: number) => String(BigInt(Math.round(milliseconds * 1000)) * 1000n)

const hex = (bytes: Uint8Array) => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
