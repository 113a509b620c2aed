import { Temporal } from 'temporal-polyfill'
import type { Translate } from './i18n.ts'

// Dates and times in words. Month and weekday names come from the catalogues: no runtime has them for Haitian
// Creole, and the tables of Node and Workers differ.

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly dayOfWeek: number
}

/** `July 1, 2026`. `at` is in milliseconds since 1970 UTC. */
export function formatDate(t: Translate, at: number, zone: string): string {
  return written(t, zoned(at, zone))
}

export function formatWeekdayDate(t: Translate, at: number, zone: string): string {
  const { month, day, dayOfWeek } = zoned(at, zone)
  return t('weekday-date', { weekday: weekdayName(t, dayOfWeek), month: String(month), day: String(day) })
}

/** `July 1, 2026, 5:04 PM`. */
export function formatDateTime(t: Translate, at: number, zone: string): string {
  return t('date-time', { date: formatDate(t, at, zone), time: formatTime(t, at, zone) })
}

/** The last minute before an end: what ends at midnight is shown as ending that day, not the next. */
export function lastMinute(end: number, zone: string): number {
  return zoned(end, zone).startOfDay().epochMilliseconds === end ? end - 60_000 : end
}

/** `5:04 PM`, and `5 PM` on the full hour. */
export function formatTime(t: Translate, at: number, zone: string): string {
  const { hour, minute } = zoned(at, zone)
  return formatClockTime(t, hour * 60 + minute)
}

/** `minutes` after midnight; 1440 is the midnight at the end of the day. */
export function formatClockTime(t: Translate, minutes: number): string {
  const hour = Math.floor(minutes / 60) % 24
  const half = hour < 12 ? 'am' : 'pm'
  const parts = { hour: String(hour), hour12: String(hour % 12 || 12), half }
  if (minutes % 60 === 0) return t('time-full-hour', parts)
  return t('time', { ...parts, minute: String(minutes % 60).padStart(2, '0') })
}

export function isoDate(t: Translate, date: string): string {
  return written(t, Temporal.PlainDate.from(date))
}

/** `Tuesday, December 1`, of a day as YYYY-MM-DD. */
export function writtenWeekday(t: Translate, date: string): string {
  const { month, day, dayOfWeek } = Temporal.PlainDate.from(date)
  return t('weekday-date', { weekday: weekdayName(t, dayOfWeek), month: String(month), day: String(day) })
}

export function weekdayName(t: Translate, dayOfWeek: number): string {
  return t('weekday', { weekday: String(dayOfWeek) })
}

export function isoDateTime(at: number): string {
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
