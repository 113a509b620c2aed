import { Temporal } from 'temporal-polyfill'
import { type FieldError, problem } from './problem.ts'

// Readers of values that callers send. They name every error of a request at once.

type Read = { readonly value: number | undefined; readonly errors: FieldError[] }

/** Empty input is undefined. */
export function readNumber(field: string, typed: string, min: number, max: number): Read {
  if (typed.trim() === '') return { value: undefined, errors: [] }
  const value = Number(typed)
  if (!Number.isFinite(value)) return { value: undefined, errors: [{ field, code: 'not-a-number' }] }
  if (value < min || value > max)
    return { value: undefined, errors: [{ field, code: 'out-of-range', params: { min, max } }] }
  return { value, errors: [] }
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:(Z)|([+ -]\d{2}):?(\d{2}))?)?$/i

/**
 * An ISO 8601 instant, in milliseconds since 1970. Without an offset it is local time in `zone`, and without a time
 * the day's first moment. A local time that the clocks skip is as much later as they skip; of one that they
 * repeat, the first is meant, or the one asked for. Spaces in place of `T` and `+`, and an offset without a colon, are
 * accepted, because deployed clients send them. Empty input is undefined.
 */
export function readInstant(
  field: string,
  typed: string,
  zone?: string,
  repeated: 'earlier' | 'later' = 'earlier',
): Read {
  const written = typed.trim()
  if (written === '') return { value: undefined, errors: [] }
  const [, year, month, day, time = '00:00', utc, hours, minutes] = INSTANT.exec(written) ?? []
  const local = `${year}-${month}-${day}T${time}`
  const offset = hours === undefined ? utc?.toUpperCase() : `${hours.replace(' ', '+')}:${minutes}`
  let value = Number.NaN
  if (isDay(Number(year), Number(month), Number(day))) {
    if (offset !== undefined) value = Date.parse(local + offset)
    else if (zone !== undefined) value = localInstant(local, zone, repeated)
  }
  if (Number.isNaN(value)) return { value: undefined, errors: [{ field, code: 'not-a-date' }] }
  return { value, errors: [] }
}

// What is skipped is moved on in either case: only what is repeated has two instants.
function localInstant(local: string, zone: string, repeated: 'earlier' | 'later'): number {
  try {
    const moment = Temporal.PlainDateTime.from(local)
    const first = moment.toZonedDateTime(zone)
    const isRepeated = first.toPlainDateTime().equals(moment)
    return (isRepeated ? moment.toZonedDateTime(zone, { disambiguation: repeated }) : first).epochMilliseconds
  } catch (error) {
    if (error instanceof RangeError) return Number.NaN
    throw error
  }
}

/** `Date` would accept February 30 as March 2, and a thirteenth month as January. */
export function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** `after` is the last number of the previous page. Throws `invalid-fields`. */
export function readPage(query: (name: 'after' | 'limit') => string): {
  limit: number
  after: number | undefined
} {
  const limit = readNumber('limit', query('limit'), 1, 200)
  const after = readNumber('after', query('after'), 1, Number.MAX_SAFE_INTEGER)
  const errors = [...limit.errors, ...after.errors]
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  return { limit: Math.floor(limit.value ?? 50), after: after.value }
}

export function nextPage(rows: readonly { readonly seq: number }[], limit: number): number | null {
  return rows.length < limit ? null : (rows.at(-1)?.seq ?? null)
}
