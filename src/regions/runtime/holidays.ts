import { Temporal } from 'temporal-polyfill'
import type { JurisdictionDocument } from '../documents/schemas/jurisdiction.ts'

const DAYS_AHEAD = 90

/** The last listed holiday, from 90 days before it on: no day after it will be counted as a holiday. */
export function endOfHolidays(
  { holidays = [], to }: Pick<JurisdictionDocument, 'holidays' | 'to'>,
  today: string,
): string | undefined {
  const last = holidays
    .map(({ date }) => date)
    .sort()
    .at(-1)
  const soon = Temporal.PlainDate.from(today).add({ days: DAYS_AHEAD }).toString()
  const leaves = to !== undefined && to <= soon
  return last === undefined || last > soon || leaves ? undefined : last
}
