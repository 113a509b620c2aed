import { Temporal } from 'temporal-polyfill'
import type { Translate } from './i18n.ts'

/*
 * Dates and times in words. Months and weekdays come from the catalogues, for no runtime knows them in Haitian Creole,
 * and so that Node and Workers, whose tables differ, write the same.
 */

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly dayOfWeek: number
}

/** `July 1, 2026`, from an instant in milliseconds. */
export function dayText(t: Translate, at: number, zone: string): string {
  return written(t, zoned(at, zone))
}

/** `Wednesday, July 1`: for what is near. */
export function weekdayText(t: Translate, at: number, zone: string): string {
  const { month, day, dayOfWeek } = zoned(at, zone)
  return t('weekday-date', { weekday: weekdayName(t, dayOfWeek), month: String(month), day: String(day) })
}

/** `July 1, 2026, 5:04 PM`. */
export function momentText(t: Translate, at: number, zone: string): string {
  return t('date-time', { date: dayText(t, at, zone), time: timeText(t, at, zone) })
}

/** The last minute before an end: what ends at midnight ends with that day, not on the next. */
export function lastMinute(end: number, zone: string): number {
  return zoned(end, zone).startOfDay().epochMilliseconds === end ? end - 60_000 : end
}

/** `5:04 PM`, and `5 PM` at the full hour. */
export function timeText(t: Translate, at: number, zone: string): string {
  const { hour, minute } = zoned(at, zone)
  return clockText(t, hour * 60 + minute)
}

/** A time of day from its minutes after midnight; 1440 is the midnight at the end. */
export function clockText(t: Translate, minutes: number): string {
  const hour = Math.floor(minutes / 60) % 24
  const half = hour < 12 ? 'am' : 'pm'
  const parts = { hour: String(hour), hour12: String(hour % 12 || 12), half }
  if (minutes % 60 === 0) return t('time-full-hour', parts)
  return t('time', { ...parts, minute: String(minutes % 60).padStart(2, '0') })
}

/** A written date such as `2026-07-01`. */
export function writtenDay(t: Translate, date: string): string {
  return written(t, Temporal.PlainDate.from(date))
}

/** Monday is 1. */
export function weekdayName(t: Translate, dayOfWeek: number): string {
  return t('weekday', { weekday: String(dayOfWeek) })
}

/** For `<time datetime>`. */
export function isoMoment(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString()
}

export function isSameDay(a: number, b: number, zone: string): boolean {
  return zoned(a, zone).toPlainDate().equals(zoned(b, zone).toPlainDate())
}

function written(t: Translate, { year, month, day }: Day): string {
  return t('date', { year: String(year), month: String(month), day: String(day) })
}

function zoned(at: number, zone: string) {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
}
