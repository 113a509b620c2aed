import { Temporal } from 'temporal-polyfill'

/** When a district is collected, by the calendar alone. */
export interface Collection {
  /** 1 is Monday. */
  readonly weekdays: readonly number[]
  readonly week: 'A' | 'B' | ''
  /** Any day of a week A; weeks begin on Monday. */
  readonly weekA?: string | undefined
  readonly afterHoliday?: 'next-day' | 'rest-of-week' | undefined
  readonly holidays: ReadonlyMap<string, string>
}

export interface CollectionDay {
  /** YYYY-MM-DD */
  readonly day: string
  /** The day that a holiday moved. */
  readonly insteadOf?: string
  /** Its name. */
  readonly holiday?: string
}

/** From a week back, whose last collection a holiday may move: enough for three every other week. */
const DAYS = 56

/** The next days of collection, `from` among them. None where it is not known which of the weeks is meant. */
export function nextCollections(
  collection: Collection,
  from: string,
  count: number,
): readonly CollectionDay[] {
  const { week, weekA } = collection
  if (week !== '' && weekA === undefined) return []
  const first = Temporal.PlainDate.from(from).subtract({ days: 7 })
  return Array.from({ length: DAYS }, (_, index) => first.add({ days: index }))
    .filter(day => isPlanned(collection, day))
    .map(day => moved(collection, day))
    .filter(({ day }) => day >= from)
    .sort((a, b) => (a.day < b.day ? -1 : 1))
    .slice(0, count)
}

function isPlanned({ weekdays, week, weekA }: Collection, day: Temporal.PlainDate): boolean {
  if (!weekdays.includes(day.dayOfWeek)) return false
  if (week === '' || weekA === undefined) return true
  const start = mondayOf(Temporal.PlainDate.from(weekA))
  const weeks = start.until(mondayOf(day), { largestUnit: 'days' }).days / 7
  return (weeks % 2 === 0) === (week === 'A')
}

function moved({ afterHoliday, holidays }: Collection, planned: Temporal.PlainDate): CollectionDay {
  const unmoved = { day: planned.toString() }
  if (afterHoliday === undefined) return unmoved
  const monday = mondayOf(planned)
  const days = planned.dayOfWeek - 1
  const before = Array.from({ length: days + 1 }, (_, index) => monday.add({ days: index }).toString())
  const causes = afterHoliday === 'next-day' ? before.slice(-1) : before
  const found = causes.filter(day => holidays.has(day))
  const last = found.at(-1)
  if (last === undefined) return unmoved
  let day = planned.add({ days: 1 })
  while (holidays.has(day.toString())) day = day.add({ days: 1 })
  return { day: day.toString(), insteadOf: unmoved.day, holiday: holidays.get(last) ?? '' }
}

function mondayOf(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.subtract({ days: day.dayOfWeek - 1 })
}
