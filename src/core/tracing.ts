/** Where traces are not configured there is no tracer, and `traced` only does the work. */
export interface Tracer {
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>
}

export type Attributes = Readonly<Record<string, string | number>>

/** No personal data: patterns, labels of databases, hosts. */
export interface SpanStart {
  readonly name: string
  /** `server` and `consumer` begin a trace; `client` is part of the one that is under way, if any. */
  readonly kind: 'server' | 'client' | 'consumer'
  readonly attributes?: Attributes
  /** W3C `traceparent` of a caller. */
  readonly traceparent?: string | undefined
}

export interface Span {
  rename(name: string): void
  set(attributes: Attributes): void
  /** `type`: a slug or a status. */
  fail(type: string): void
}

const noSpan: Span = { rename() {}, set() {}, fail() {} }

export function traced<T>(
  { tracer }: { readonly tracer?: Tracer | undefined },
  start: SpanStart,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer === undefined ? work(noSpan) : tracer.span(start, work)
}
