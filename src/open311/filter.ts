import { type FieldFault, problem } from '../core/problem.ts'
import { readNumber } from '../regions/inquiry.ts'
import { readMoment, type Span } from './dates.ts'
import type { Parameters } from './parameters.ts'

/** GeoReport v2, "start_date": at most 90 days, and at most 1,000 requests. */
const LONGEST_SPAN = 90 * 24 * 3_600_000
const MOST_REQUESTS = 1000
/** Ninety local days may be an hour longer, and end with the second or day that the last argument names. */
const LEEWAY = 3_600_000 + 1000
/** As on the servers that page at all. */
const PAGE_SIZE = 50

/** Which requests a call wants. Ids override everything else. */
export interface Filter {
  readonly ids?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  /** Undefined: both. */
  readonly status?: 'open' | 'closed' | undefined
  readonly requested?: Span | undefined
  /** On `updated_datetime` as it is shown: the closing, for a closed request. */
  readonly updated?: Span | undefined
  readonly limit: number
  readonly offset: number
}

/**
 * Reads the arguments of GET requests. Without dates: the last 90 days; with one: 90 days from or up to it. Throws
 * `invalid-fields` with every fault, or `bad-request` for a span that is too long or ends before it begins.
 */
export function readFilter(parameters: Parameters, zone: string, now: number): Filter {
  const ids = parameters.list('service_request_id')
  if (ids !== undefined) return { ids, limit: MOST_REQUESTS, offset: 0 }
  const faults: FieldFault[] = []
  const moment = (field: string) => {
    const read = readMoment(field, parameters.one(field), zone)
    faults.push(...read.faults)
    return read.value
  }
  const count = (field: string) => {
    const read = readNumber(field, parameters.one(field), 1, Number.MAX_SAFE_INTEGER / MOST_REQUESTS)
    faults.push(...read.faults)
    return read.value === undefined ? undefined : Math.floor(read.value)
  }
  const statuses = new Set(parameters.list('status')?.map(status => status.toLowerCase()))
  if ([...statuses].some(status => status !== 'open' && status !== 'closed')) {
    faults.push({ field: 'status', code: 'not-an-option' })
  }
  const requested = span(moment('start_date'), moment('end_date'))
  const updated = span(moment('updated_after'), moment('updated_before'))
  const [page, pageSize] = [count('page'), count('page_size')]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  // One span that is short enough bounds the other.
  if (requested !== undefined) refuseLong('start_date', 'end_date', requested)
  else if (updated !== undefined) refuseLong('updated_after', 'updated_before', updated)

  const isPaged = page !== undefined || pageSize !== undefined
  const limit = isPaged ? Math.min(pageSize ?? PAGE_SIZE, MOST_REQUESTS) : MOST_REQUESTS
  const isEither = statuses.size !== 1
  return {
    services: parameters.list('service_code'),
    status: isEither ? undefined : statuses.has('open') ? 'open' : 'closed',
    requested: requested ?? (updated === undefined ? { from: now - LONGEST_SPAN, to: Infinity } : undefined),
    updated,
    limit,
    offset: ((page ?? 1) - 1) * limit,
  }
}

/** The span of updates asked for: as for requests, the last 90 days unless one says otherwise. */
export function readUpdateSpan(parameters: Parameters, zone: string, now: number): Span {
  const first = readMoment('start_date', parameters.one('start_date'), zone)
  const last = readMoment('end_date', parameters.one('end_date'), zone)
  const faults = [...first.faults, ...last.faults]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  const asked = span(first.value, last.value) ?? { from: now - LONGEST_SPAN, to: now }
  refuseLong('start_date', 'end_date', asked)
  return asked
}

function span(first: Span | undefined, last: Span | undefined): Span | undefined {
  if (first !== undefined) return { from: first.from, to: last?.to ?? first.from + LONGEST_SPAN }
  return last && { from: last.to - LONGEST_SPAN, to: last.to }
}

function refuseLong(start: string, end: string, { from, to }: Span): void {
  if (to < from) throw problem('bad-request', { detail: `${end} is before ${start}.` })
  if (to - from > LONGEST_SPAN + LEEWAY) {
    throw problem('bad-request', { detail: `${start} and ${end} may be at most 90 days apart.` })
  }
}
