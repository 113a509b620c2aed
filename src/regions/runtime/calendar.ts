import { Temporal } from 'temporal-polyfill'
import type { Hours, Period } from '../documents/schemas/values.ts'

export interface Calendar {
  readonly zone: string
  /** Minutes after midnight for each weekday, Monday first; null: never closes. */
  readonly week: readonly (readonly Span[])[] | null
  readonly holidays: ReadonlySet<string>
  /** False for a body whose hours nobody has entered: routing takes it as open, but no page says so. */
  readonly isKnown: boolean
}
type Span = readonly [opens: number, closes: number]

// Milliseconds since 1970 UTC.
type Instant = number
type Interval = readonly [opens: Instant, closes: Instant]

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function makeCalendar(
  zone: string,
  hours: Hours | undefined,
  holidays: readonly { readonly date: string }[] = [],
): Calendar {
  const week =
    hours === undefined || hours === 'always' ? null : weekdays.map((_, day) => spansOn(hours, day))
  return { zone, week, isKnown: hours !== undefined, holidays: new Set(holidays.map(({ date }) => date)) }
}

export function startOfDay(date: string, zone: string): Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
}

export function localDay(at: Instant, zone: string): string {
  return dayAt(at, zone).toString()
}

/** Weekdays (0 is Monday) of a key of `hours` such as `mon`, `mon-fri` or `sat-mon`. */
export function daysOf(key: string): number[] {
  const [first = '', last = first] = key.split('-')
  const start = weekdays.indexOf(first)
  const count = ((weekdays.indexOf(last) - start + 7) % 7) + 1
  return Array.from({ length: count }, (_, index) => (start + index) % 7)
}

/** Minutes after midnight of a span such as `08:00-17:00`. */
export function minutesOf(span: string): Span {
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return [minutes(span.slice(0, 5)), minutes(span.slice(6))]
}

const DAYS_KEPT = 1000

/** Routing asks for every request, so the hours of each UTC day are cached. */
export function isOpenAt(calendar: Calendar): (at: Instant) => boolean {
  if (calendar.week === null) return () => true
  const cached = new Map<number, readonly Interval[]>()
  const intervalsOn = (day: number): readonly Interval[] => {
    const first = dayAt(day * DAY, calendar.zone)
    const found = [0, 1].flatMap(days => openOn(calendar, first.add({ days })))
    if (cached.size >= DAYS_KEPT) cached.clear()
    cached.set(day, found)
    return found
  }
  return at => {
    if (!isInstant(at)) return false
    const day = Math.floor(at / DAY)
    for (const [opens, closes] of cached.get(day) ?? intervalsOn(day))
      if (opens <= at && at < closes) return true
    return false
  }
}

/** `at` itself if it is open then. */
export function nextOpening(calendar: Calendar, at: Instant): Instant {
  for (const [opens, closes] of openings(calendar, at)) if (at < closes) return Math.max(at, opens)
  return at
}

/** Undefined for a body that is closed, or never closes. */
export function openUntil(calendar: Calendar, at: Instant): Instant | undefined {
  for (const [opens, closes] of openings(calendar, at))
    if (at < closes) return opens <= at ? closes : undefined
  return undefined
}

/**
 * When a deadline set at `start` is due (S6). Hours and days run continuously, days by the local clock across
 * daylight saving. Business hours run while it is open; business days exclude the starting day, and the last
 * one ends at closing time. Urgent deadlines never pause.
 */
export function deadline(
  calendar: Calendar,
  start: Instant,
  duration: string,
  { urgent }: { readonly urgent: boolean },
): Instant {
  const amount = Number.parseInt(duration, 10)
  const business = duration.includes('business') && !urgent
  if (!duration.includes('day')) {
    const milliseconds = amount * (duration.includes('hour') ? HOUR : MINUTE)
    return business ? afterOpenTime(calendar, start, milliseconds) : start + milliseconds
  }
  return business ? afterBusinessDays(calendar, start, amount) : afterDays(calendar, start, amount)
}

function afterDays({ zone }: Calendar, start: Instant, days: number): Instant {
  return Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone).add({ days })
    .epochMilliseconds
}

function afterOpenTime(calendar: Calendar, start: Instant, milliseconds: number): Instant {
  let left = milliseconds
  for (const [opens, closes] of openings(calendar, start)) {
    const from = Math.max(opens, start)
    if (closes - from >= left) return from + left
    left -= Math.max(0, closes - from)
  }
  return start + milliseconds
}

const QUARTER = 15 * 60_000
const closings = new WeakMap<Calendar, Map<string, Instant>>()

// A body that never closes counts Monday to Friday except holidays, each to midnight. Only the local day of
// the start matters, and local days begin on a quarter of an hour in every zone, so a cached result serves
// the whole quarter.
function afterBusinessDays(calendar: Calendar, start: Instant, days: number): Instant {
  const cached = closings.get(calendar) ?? new Map<string, Instant>()
  closings.set(calendar, cached)
  const key = `${Math.floor(start / QUARTER)} ${days}`
  const cachedClosing = cached.get(key)
  if (cachedClosing !== undefined) return cachedClosing
  if (cached.size >= DAYS_KEPT) cached.clear()
  const closes = workOutBusinessDays(calendar, start, days)
  cached.set(key, closes)
  return closes
}

function workOutBusinessDays(calendar: Calendar, start: Instant, days: number): Instant {
  const counted = hasHours(calendar) ? calendar : { ...calendar, week: workingWeek }
  let passed = 0
  let day = dayAt(start, calendar.zone)
  for (;;) {
    day = day.add({ days: 1 })
    const closes = openOn(counted, day).at(-1)?.[1]
    if (closes !== undefined && ++passed === days) return closes
  }
}

const allDay: readonly Span[] = [[0, 24 * 60]]
const workingWeek = weekdays.map((_, day) => (day < 5 ? allDay : []))

// Open intervals from the local day of `from` on; none for a body that never closes.
function* openings(calendar: Calendar, from: Instant): Generator<Interval> {
  if (!hasHours(calendar)) return
  for (let day = dayAt(from, calendar.zone); ; day = day.add({ days: 1 })) yield* openOn(calendar, day)
}

function hasHours({ week }: Calendar): boolean {
  return week?.some(spans => spans.length > 0) ?? false
}

function openOn({ zone, week, holidays }: Calendar, day: Temporal.PlainDate): Interval[] {
  if (holidays.has(day.toString())) return []
  const at = (minutes: number) => {
    const wall = day.toPlainDateTime().add({ minutes })
    return wall.toZonedDateTime(zone).epochMilliseconds
  }
  return (week?.[day.dayOfWeek - 1] ?? []).map(([opens, closes]) => [at(opens), at(closes)] as const)
}

function spansOn(hours: Exclude<Hours, 'always'>, day: number): Span[] {
  const spans = Object.entries(hours).flatMap(([days, written]) =>
    daysOf(days).includes(day) ? written : [],
  )
  return spans.map(minutesOf).sort((a, b) => a[0] - b[0])
}

function dayAt(at: Instant, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone).toPlainDate()
}

// Within Temporal's range, less a day at each end: routing is total for any instant.
function isInstant(at: number): boolean {
  return Math.abs(at) < 8.64e15 - 2 * DAY
}

/** The same time of day a span such as `3 years` later or earlier. */
export function shifted(at: Instant, span: Period, zone: string, direction: 1 | -1): Instant {
  const [, amount, unit] = /^(\d+) (day|month|year)/.exec(span) ?? []
  const duration = { [`${unit}s`]: Number(amount) * direction }
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).add(duration).epochMilliseconds
}
