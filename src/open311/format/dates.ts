import { Temporal } from 'temporal-polyfill'
import { isDay, readInstant } from '../../core/input.ts'
import type { FieldError } from '../../core/problem.ts'
import { startOfDay } from '../../regions/runtime/calendar.ts'

/** Milliseconds since 1970 UTC, both ends inclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** In whole seconds: not all deployed clients accept fractions. */
export function datetime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/**
 * A second, or a whole day: the W3C profile has both. Without an offset it is in the jurisdiction's zone; a second
 * that the clocks repeat is both.
 */
export function readMoment(
  field: string,
  typed: string,
  zone: string,
): { value: Span | undefined; errors: FieldError[] } {
  const written = typed.trim()
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(written) ?? []
  if (isDay(Number(year), Number(month), Number(day))) {
    const next = Temporal.PlainDate.from(written).add({ days: 1 }).toString()
    const to = startOfDay(next, zone) - 1
    return { value: { from: startOfDay(written, zone), to }, errors: [] }
  }
  const { value, errors } = readInstant(field, written, zone)
  if (value === undefined) return { value, errors }
  const last = readInstant(field, written, zone, 'later').value ?? value
  // Datetimes are shown to the second, so a second means all of it.
  return { value: { from: value, to: written.includes('.') ? last : last + 999 }, errors }
}
