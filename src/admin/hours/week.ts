import { safeParse } from 'valibot'
import { type Hours, hours as hoursSchema } from '../../regions/documents/schemas/values.ts'
import { daysOf } from '../../regions/runtime/calendar.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Spans such as `08:00-17:00` of each weekday, Monday first. */
export type Week = readonly (readonly string[])[]

/** `hours` of a document as it is stored; undefined if it has none or they cannot be read. */
export function readHours(stored: unknown): Hours | undefined {
  const read = safeParse(hoursSchema, stored)
  return read.success ? read.output : undefined
}

export function weekOf(hours: Exclude<Hours, 'always'>): Week {
  return weekdays.map((_, day) =>
    Object.entries(hours)
      .filter(([days]) => daysOf(days).includes(day))
      .flatMap(([, spans]) => spans)
      .sort(),
  )
}

/** Consecutive days with the same hours are written as one, such as `mon-fri`. */
export function hoursOf(week: Week): Exclude<Hours, 'always'> {
  const found: Record<string, string | string[]> = {}
  for (let first = 0; first < 7; ) {
    const spans = week[first] ?? []
    let last = first
    while (last < 6 && sameSpans(week[last + 1] ?? [], spans)) last++
    const [only, ...more] = spans
    const key = first === last ? weekdays[first] : `${weekdays[first]}-${weekdays[last]}`
    if (only !== undefined && key !== undefined) found[key] = more.length === 0 ? only : [only, ...more]
    first = last + 1
  }
  return found
}

export function sameWeek(a: Week, b: Week): boolean {
  return a.every((spans, day) => sameSpans(spans, b[day] ?? []))
}

function sameSpans(a: readonly string[], b: readonly string[]): boolean {
  return a.join() === b.join()
}
