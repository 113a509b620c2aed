import { type FieldFault, problem } from '../core/problem.ts'
import { readNumber } from '../regions/inquiry.ts'
import { datetime, readMoment, type Span } from './dates.ts'
import type { Parameters } from './parameters.ts'

const DAY = 24 * 3_600_000
/** GeoReport v2, "start_date": a span may not exceed 90 days. An hour more where the clocks change within it. */
const LONGEST_SPAN = 90 * DAY
const CLOCK_CHANGE = 3_600_000
const MOST_REQUESTS = 1000
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
 * Reads the arguments of GET requests. Neither date given: the last 90 days; one: 90 days from or up to it. `now`
 * closes nothing, so that a request of this very second is found. Throws `invalid-fields` with every fault.
 */
export function readFilter(parameters: Parameters, zone: string, now: number): Filter {
  const ids = parameters.list('service_request_id')
  if (ids !== undefined) return { ids, limit: MOST_REQUESTS, offset: 0 }
  const requested = readSpan(parameters, 'start_date', 'end_date', zone)
  const updated = readSpan(parameters, 'updated_after', 'updated_before', zone)
  const page = readNumber('page', parameters.one('page'), 1, Number.MAX_SAFE_INTEGER / MOST_REQUESTS)
  const pageSize = readNumber('page_size', parameters.one('page_size'), 1, Number.MAX_SAFE_INTEGER)
  const statuses = new Set(parameters.list('status')?.map(status => status.toLowerCase()))
  const unknown = [...statuses].filter(status => status !== 'open' && status !== 'closed')
  const faults: FieldFault[] = [
    ...unknown.map(() => ({ field: 'status', code: 'not-an-option' }) as const),
    ...requested.faults,
    ...updated.faults,
    ...page.faults,
    ...pageSize.faults,
  ]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  const isPaged = page.value !== undefined || pageSize.value !== undefined
  const limit = isPaged ? Math.min(Math.floor(pageSize.value ?? PAGE_SIZE), MOST_REQUESTS) : MOST_REQUESTS
  return {
    services: parameters.list('service_code'),
    status: statuses.size === 1 ? (statuses.has('open') ? 'open' : 'closed') : undefined,
    requested:
      requested.value ??
      (updated.value === undefined ? { from: now - LONGEST_SPAN, to: Infinity } : undefined),
    updated: updated.value,
    limit,
    offset: (Math.floor(page.value ?? 1) - 1) * limit,
  }
}

interface ReadSpan {
  readonly value: Span | undefined
  readonly faults: readonly FieldFault[]
}

function readSpan(parameters: Parameters, start: string, end: string, zone: string): ReadSpan {
  const first = readMoment(start, parameters.one(start), zone)
  const last = readMoment(end, parameters.one(end), zone)
  const faults = [...first.faults, ...last.faults]
  if (faults.length > 0) return { value: undefined, faults }
  if (first.value === undefined && last.value === undefined) return { value: undefined, faults }
  const from = first.value?.from ?? (last.value?.to ?? 0) - LONGEST_SPAN
  const to = last.value?.to ?? from + LONGEST_SPAN
  const fault = spanFault(from, to, end)
  return fault === undefined ? { value: { from, to }, faults } : { value: undefined, faults: [fault] }
}

function spanFault(from: number, to: number, field: string): FieldFault | undefined {
  if (from <= to && to - from <= LONGEST_SPAN + CLOCK_CHANGE) return undefined
  return { field, code: 'out-of-range', params: { min: datetime(from), max: datetime(from + LONGEST_SPAN) } }
}
