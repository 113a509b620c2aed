import ICAL from 'ical.js'
import { Temporal } from 'temporal-polyfill'
import { problem } from '../../core/problem.ts'
import { cleanLine, cleanText, MAX_LINE, shortened } from '../../core/text.ts'
import type { Holiday } from './rules.ts'

/* Holidays from an iCalendar file (RFC 5545), such as a calendar of public holidays. */

/** In bytes. */
export const MAX_CALENDAR_BYTES = 256 * 1024
const MAX_EVENTS = 500
// Of one event: a holiday that began in 1900 comes 126 times before today.
const MAX_OCCURRENCES = 1000
const MAX_DAYS_OF_EVENT = 14
const YEARS_AHEAD = 2

/** Days from today on; events that recur, for two years. Throws `invalid-fields`. */
export function readCalendar(bytes: Uint8Array, today: string): Holiday[] {
  const end = Temporal.PlainDate.from(today).add({ years: YEARS_AHEAD }).toString()
  return parse(bytes).flatMap(event => {
    const name = shortened(cleanLine(cleanText(String(event.summary ?? ''))), MAX_LINE)
    if (name === '') return []
    const days = event.isRecurring() ? recurring(event, today, end) : daysFrom(event, event.startDate)
    return days.filter(date => date >= today).map(date => ({ date, name }))
  })
}

// Cancelled events, and changes to one occurrence, which have no days of their own here.
function isCounted(event: ICAL.Event): boolean {
  const status = event.component.getFirstPropertyValue('status')
  return !event.isRecurrenceException() && String(status ?? '').toUpperCase() !== 'CANCELLED'
}

function parse(bytes: Uint8Array): ICAL.Event[] {
  let events: ICAL.Event[]
  try {
    const calendars: unknown = ICAL.parse(decoded(bytes))
    if (!Array.isArray(calendars)) throw unreadable()
    const components = typeof calendars[0] === 'string' ? [calendars] : calendars
    events = components
      .flatMap(calendar => new ICAL.Component(calendar).getAllSubcomponents('vevent'))
      .map(component => new ICAL.Event(component))
      .filter(event => event.startDate !== null && isCounted(event))
  } catch {
    throw unreadable()
  }
  if (events.length === 0) throw unreadable()
  if (events.length > MAX_EVENTS) {
    throw problem('invalid-fields', {
      fields: [{ field: 'calendar', code: 'too-many', params: { max: MAX_EVENTS } }],
    })
  }
  return events
}

function unreadable() {
  return problem('invalid-fields', { fields: [{ field: 'calendar', code: 'malformed' }] })
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function recurring(event: ICAL.Event, today: string, end: string): string[] {
  const days: string[] = []
  try {
    const occurrences = event.iterator()
    for (let count = 0; count < MAX_OCCURRENCES; count++) {
      const start = occurrences.next()
      if (!start || dayOf(start) > end) return days
      days.push(...daysFrom(event, start).filter(date => date >= today && date <= end))
    }
  } catch {
    throw unreadable()
  }
  throw problem('invalid-fields', {
    fields: [{ field: 'calendar', code: 'too-many', params: { max: MAX_OCCURRENCES } }],
  })
}

// An event of whole days ends before the day that it names.
function daysFrom(event: ICAL.Event, start: ICAL.Time): string[] {
  const length = start.isDate ? Math.max(1, Math.round(event.duration.toSeconds() / 86_400)) : 1
  const first = Temporal.PlainDate.from(dayOf(start))
  return Array.from({ length: Math.min(length, MAX_DAYS_OF_EVENT) }, (_, days) =>
    first.add({ days }).toString(),
  )
}

function dayOf({ year, month, day }: ICAL.Time): string {
  return Temporal.PlainDate.from({ year, month, day }).toString()
}
