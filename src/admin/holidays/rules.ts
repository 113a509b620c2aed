import { Temporal } from 'temporal-polyfill'

/* Days that return each year, as dates. */

export interface Holiday {
  /** YYYY-MM-DD */
  readonly date: string
  readonly name: string
}

/** Where a day goes that falls on a Saturday or Sunday. */
export type Observance = 'same-day' | 'nearest-weekday' | 'next-weekday'

export type HolidayRule =
  | { readonly kind: 'date'; readonly month: number; readonly day: number }
  | {
      readonly kind: 'weekday'
      readonly month: number
      /** 1 is Monday. */
      readonly weekday: number
      /** 1 to 4; -1 is the last of the month. */
      readonly ordinal: number
      readonly daysAfter?: number
    }
  | { readonly kind: 'easter'; readonly daysAfter: number }

export interface NamedRule {
  readonly name: string
  readonly rule: HolidayRule
}

export interface HolidayList {
  readonly observance: Observance
  readonly rules: readonly NamedRule[]
}

const on = (month: number, day: number): HolidayRule => ({ kind: 'date', month, day })
const nth = (ordinal: number, weekday: number, month: number): HolidayRule => {
  return { kind: 'weekday', ordinal, weekday, month }
}

/** Public holidays of a country, by law: 5 U.S.C. § 6103; Banking and Financial Dealings Act 1971. */
export const holidayLists = {
  'us-federal': {
    observance: 'nearest-weekday',
    rules: [
      { name: 'New Year’s Day', rule: on(1, 1) },
      { name: 'Martin Luther King Jr. Day', rule: nth(3, 1, 1) },
      { name: 'Washington’s Birthday', rule: nth(3, 1, 2) },
      { name: 'Memorial Day', rule: nth(-1, 1, 5) },
      { name: 'Juneteenth', rule: on(6, 19) },
      { name: 'Independence Day', rule: on(7, 4) },
      { name: 'Labor Day', rule: nth(1, 1, 9) },
      { name: 'Columbus Day', rule: nth(2, 1, 10) },
      { name: 'Veterans Day', rule: on(11, 11) },
      { name: 'Thanksgiving Day', rule: nth(4, 4, 11) },
      { name: 'Christmas Day', rule: on(12, 25) },
    ],
  },
  'england-wales': {
    observance: 'next-weekday',
    rules: [
      { name: 'New Year’s Day', rule: on(1, 1) },
      { name: 'Good Friday', rule: { kind: 'easter', daysAfter: -2 } },
      { name: 'Easter Monday', rule: { kind: 'easter', daysAfter: 1 } },
      { name: 'Early May bank holiday', rule: nth(1, 1, 5) },
      { name: 'Spring bank holiday', rule: nth(-1, 1, 5) },
      { name: 'Summer bank holiday', rule: nth(-1, 1, 8) },
      { name: 'Christmas Day', rule: on(12, 25) },
      { name: 'Boxing Day', rule: on(12, 26) },
    ],
  },
} as const satisfies Readonly<Record<string, HolidayList>>

export type HolidayListName = keyof typeof holidayLists

/** This year and the four that follow. */
export const HOLIDAY_YEARS = 5

/** The last day for which rules give dates. */
export function lastHoliday(today: string): string {
  return `${Number(today.slice(0, 4)) + HOLIDAY_YEARS - 1}-12-31`
}

/** The holidays from today to `lastHoliday`, in order. */
export function holidaysOf({ observance, rules }: HolidayList, today: string): Holiday[] {
  const first = Number(today.slice(0, 4))
  // The day on which January 1 is observed may be in the year before.
  const years = Array.from({ length: HOLIDAY_YEARS + 1 }, (_, index) => first + index)
  const end = lastHoliday(today)
  return years
    .flatMap(year => holidaysIn(year, observance, rules))
    .filter(({ date }) => date >= today && date <= end)
    .sort((a, b) => a.date.localeCompare(b.date))
}

function holidaysIn(year: number, observance: Observance, rules: readonly NamedRule[]): Holiday[] {
  const days = rules.flatMap(({ name, rule }) => {
    const day = dayIn(year, rule)
    return day === undefined ? [] : [{ name, day }]
  })
  const isMoved = ({ day }: { day: Temporal.PlainDate }) => observance !== 'same-day' && day.dayOfWeek > 5
  const kept = days.filter(one => !isMoved(one))
  const taken = new Set(kept.map(({ day }) => day.toString()))
  const moved = days.filter(isMoved).map(({ name, day }) => {
    const date = (observance === 'nearest-weekday' ? nearest(day) : nextFree(day, taken)).toString()
    taken.add(date)
    return { name: `${name} (observed)`, date }
  })
  return [...kept.map(({ name, day }) => ({ name, date: day.toString() })), ...moved]
}

function nearest(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.add({ days: day.dayOfWeek === 6 ? -1 : 1 })
}

// Boxing Day keeps its Monday when Christmas Day is a Sunday.
function nextFree(day: Temporal.PlainDate, taken: ReadonlySet<string>): Temporal.PlainDate {
  const next = day.add({ days: 1 })
  return next.dayOfWeek > 5 || taken.has(next.toString()) ? nextFree(next, taken) : next
}

/** Undefined in years that do not have the day, such as February 29. */
function dayIn(year: number, rule: HolidayRule): Temporal.PlainDate | undefined {
  if (rule.kind === 'easter') return easter(year).add({ days: rule.daysAfter })
  const first = Temporal.PlainDate.from({ year, month: rule.month, day: 1 })
  if (rule.kind === 'date') {
    return rule.day > first.daysInMonth ? undefined : first.with({ day: rule.day })
  }
  const { ordinal, weekday, daysAfter = 0 } = rule
  const last = first.with({ day: first.daysInMonth })
  const found =
    ordinal > 0
      ? first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + 7 * (ordinal - 1) })
      : last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 })
  return found.add({ days: daysAfter })
}

// The Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).
function easter(year: number): Temporal.PlainDate {
  const a = year % 19
  const [b, c] = [Math.floor(year / 100), year % 100]
  const [d, e] = [Math.floor(b / 4), b % 4]
  const f = Math.floor((b + 8) / 25)
  const g = Math.floor((b - f + 1) / 3)
  const h = (19 * a + b - d - g + 15) % 30
  const [i, k] = [Math.floor(c / 4), c % 4]
  const l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 })
}

/** Adds days; one that is listed keeps its name. In order. */
export function withHolidays(listed: readonly Holiday[], added: readonly Holiday[]): Holiday[] {
  const byDate = new Map([...added, ...listed].map(one => [one.date, one]))
  return [...byDate.values()].sort((a, b) => a.date.localeCompare(b.date))
}
