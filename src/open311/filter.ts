import { readNumber } from '../core/input.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { readMoment, type Span } from './format/dates.ts'
import type { Parameters } from './parameters.ts'

const MAX_SPAN = 90 * 24 * 3_600_000
const MAX_REQUESTS = 1000
/** Ninety local days may be an hour longer, and a span includes the whole of its last second. */
const LEEWAY = 3_600_000 + 1000
const PAGE_SIZE = 50

export interface GeoReportFilter {
  readonly ids?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  readonly status?: 'open' | 'closed' | undefined
  readonly requested?: Span | undefined
  /** On `updated_datetime` as shown: for a closed request, when it was closed. */
  readonly updated?: Span | undefined
  readonly limit: number
  readonly offset: number
}

/**
 * Reads the arguments of GET requests. Without dates: the last 90 days; with one date: 90 days from or up to
 * it. Throws `invalid-fields` with every error, or `bad-request` for a span that is too long or negative.
 */
export function readFilter(parameters: Parameters, zone: string, now: number): GeoReportFilter {
  const ids = parameters.list('service_request_id')
  if (ids !== undefined) return { ids, limit: MAX_REQUESTS, offset: 0 }
  const errors: FieldError[] = []
  const moment = (field: string) => {
    const read = readMoment(field, parameters.one(field), zone)
    errors.push(...read.errors)
    return read.value
  }
  const count = (field: string) => {
    const read = readNumber(field, parameters.one(field), 1, Number.MAX_SAFE_INTEGER / MAX_REQUESTS)
    errors.push(...read.errors)
    return read.value === undefined ? undefined : Math.floor(read.value)
  }
  const statuses = new Set(parameters.list('status')?.map(status => status.toLowerCase()))
  if ([...statuses].some(status => status !== 'open' && status !== 'closed')) {
    errors.push({ field: 'status', code: 'not-an-option' })
  }
  const requested = span(moment('start_date'), moment('end_date'))
  const updated = span(moment('updated_after'), moment('updated_before'))
  const [page, pageSize] = [count('page'), count('page_size')]
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  // One span that is short enough bounds the other.
  if (requested !== undefined) refuseLong('start_date', 'end_date', requested)
  else if (updated !== undefined) refuseLong('updated_after', 'updated_before', updated)

  const isPaged = page !== undefined || pageSize !== undefined
  const limit = isPaged ? Math.min(pageSize ?? PAGE_SIZE, MAX_REQUESTS) : MAX_REQUESTS
  const isEither = statuses.size !== 1
  return {
    services: parameters.list('service_code'),
    status: isEither ? undefined : statuses.has('open') ? 'open' : 'closed',
    requested: requested ?? (updated === undefined ? { from: now - MAX_SPAN, to: Infinity } : undefined),
    updated,
    limit,
    offset: ((page ?? 1) - 1) * limit,
  }
}

export function readUpdateSpan(parameters: Parameters, zone: string, now: number): Span {
  const first = readMoment('start_date', parameters.one('start_date'), zone)
  const last = readMoment('end_date', parameters.one('end_date'), zone)
  const errors = [...first.errors, ...last.errors]
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const requested = span(first.value, last.value) ?? { from: now - MAX_SPAN, to: now }
  refuseLong('start_date', 'end_date', requested)
  return requested
}

function span(first: Span | undefined, last: Span | undefined): Span | undefined {
  if (first !== undefined) return { from: first.from, to: last?.to ?? first.from + MAX_SPAN }
  return last && { from: last.to - MAX_SPAN, to: last.to }
}

function refuseLong(start: string, end: string, { from, to }: Span): void {
  if (to < from) throw problem('bad-request', { detail: `${end} is before ${start}.` })
  if (to - from > MAX_SPAN + LEEWAY) {
    throw problem('bad-request', { detail: `${start} and ${end} can be up to 90 days apart.` })
  }
}
