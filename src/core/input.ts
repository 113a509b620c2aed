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

/**
 * An ISO 8601 instant with its zone, in milliseconds since 1970. A space in place of `+`, and an offset
 * without a colon, are accepted, because deployed clients send both. Empty input is undefined.
 */
export function readInstant(field: string, typed: string): Read {
  const written = typed.trim().replace(/ (\d{2}:?\d{2})$/, '+$1')
  if (written === '') return { value: undefined, errors: [] }
  const shape = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/.exec(
    written,
  )
  const value = shape === null ? Number.NaN : Date.parse(written.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  const [, year, month, day] = shape ?? []
  if (Number.isNaN(value) || !isDay(Number(year), Number(month), Number(day))) {
    return { value: undefined, errors: [{ field, code: 'not-a-date' }] }
  }
  return { value, errors: [] }
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
