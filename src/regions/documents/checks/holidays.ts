import { localDay } from '../../runtime/calendar.ts'
import { endOfHolidays } from '../../runtime/holidays.ts'
import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf } from './issues.ts'

/** From 90 days before the last holiday of a list on. `at` is now, in milliseconds. */
export function* checkHolidaysEnd({ region, jurisdictions }: Documents, at: number): Issues {
  for (const jurisdiction of jurisdictions) {
    const last = endOfHolidays(jurisdiction, localDay(at, jurisdiction.timezone ?? region.timezone))
    if (last === undefined) continue
    const report = reporterOf(`${jurisdiction.slug}/jurisdiction.yaml`)
    const index = jurisdiction.holidays?.findIndex(({ date }) => date === last) ?? 0
    const repair = 'Add those that follow: until then, they count as work days'
    yield report.warning(['holidays', index], `The list of holidays ends on ${last}`, repair)
  }
}
