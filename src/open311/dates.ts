import { Temporal } from 'temporal-polyfill'
import type { FieldFault } from '../core/problem.ts'
import { startOfDay } from '../regions/calendar.ts'
import { isDay, readInstant } from '../regions/inquiry.ts'

/** Milliseconds since 1970 UTC, both ends inclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** As GeoReport writes an instant. Whole seconds: deployed clients do not all take a fraction. */
export function datetime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** What an argument names: a second, or a whole day in the jurisdiction's zone (the W3C profile has both). */
export function readMoment(
  field: string,
  typed: string,
  zone: string,
): { value: Span | undefined; faults: FieldFault[] } {
  const written = typed.trim()
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(written) ?? []
  if (isDay(Number(year), Number(month), Number(day))) {
    const next = Temporal.PlainDate.from(written).add({ days: 1 }).toString()
    const to = startOfDay(next, zone) - 1
    return { value: { from: startOfDay(written, zone), to }, faults: [] }
  }
  const { value, faults } = readInstant(field, written)
  if (value === undefined) return { value, faults }
  // Datetimes are shown to the second, so a second stands for all of it.
  return { value: { from: value, to: written.includes('.') ? value : value + 999 }, faults }
}
