import { isDay } from '../../core/input.ts'
import { localDay, startOfDay } from '../../regions/runtime/calendar.ts'
import { fieldError } from './form.tsx'

const DAY_AND_A_HALF = 36 * 3_600_000

/** The first instant of the day. Throws `invalid-fields`. */
export function readFrom(field: string, typed: string, zone: string): number | undefined {
  if (typed === '') return undefined
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed) ?? []
  if (!isDay(Number(year), Number(month), Number(day))) throw fieldError(field, 'not-a-date')
  return startOfDay(typed, zone)
}

/** The end of the day. Throws `invalid-fields`, also for a day that has passed. */
export function readUntil(field: string, typed: string, zone: string, now: number): number | undefined {
  const from = readFrom(field, typed, zone)
  if (from === undefined) return undefined
  // A day has 23 to 25 hours where clocks change.
  const until = startOfDay(localDay(from + DAY_AND_A_HALF, zone), zone)
  if (until <= now) throw fieldError(field, 'in-the-past')
  return until
}
