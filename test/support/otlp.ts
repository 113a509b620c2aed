import * as v from 'valibot'

// ExportTraceServiceRequest in OTLP's JSON: ids in hex, 64-bit numbers as text.
const attribute = v.strictObject({
  key: v.pipe(v.string(), v.nonEmpty()),
  value: v.union([
    v.strictObject({ stringValue: v.string() }),
    v.strictObject({ intValue: v.pipe(v.string(), v.regex(/^-?\d+$/)) }),
  ]),
})
const nanoseconds = v.pipe(v.string(), v.regex(/^\d{19}$/))
const span = v.strictObject({
  traceId: v.pipe(v.string(), v.regex(/^[\da-f]{32}$/)),
  spanId: v.pipe(v.string(), v.regex(/^[\da-f]{16}$/)),
  parentSpanId: v.optional(v.pipe(v.string(), v.regex(/^[\da-f]{16}$/))),
  name: v.pipe(v.string(), v.nonEmpty()),
  kind: v.picklist([1, 2, 3, 4, 5]),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes: v.array(attribute),
  status: v.strictObject({ code: v.optional(v.picklist([0, 1, 2])), message: v.optional(v.string()) }),
})
const request = v.strictObject({
  resourceSpans: v.array(
    v.strictObject({
      resource: v.strictObject({ attributes: v.array(attribute) }),
      scopeSpans: v.array(
        v.strictObject({ scope: v.strictObject({ name: v.string() }), spans: v.array(span) }),
      ),
    }),
  ),
})

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, string | number>>
  readonly resource: Readonly<Record<string, string | number>>
  readonly failure: string | undefined
}

/** Throws for what a collector would refuse. */
export function readSpans(body: string): ReceivedSpan[] {
  return v.parse(request, JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, attributes, status, ...times }) => {
        if (BigInt(times.endTimeUnixNano) < BigInt(times.startTimeUnixNano))
          throw new Error(`${name} ends early`)
        const failure = status.code === 2 ? status.message : undefined
        const named = { traceId, spanId, parentSpanId, name, kind, failure }
        return { ...named, attributes: valuesOf(attributes), resource: valuesOf(resource.attributes) }
      }),
    ),
  )
}

function valuesOf(attributes: readonly v.InferOutput<typeof attribute>[]) {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      'intValue' in value ? Number(value.intValue) : value.stringValue,
    ]),
  )
}
