import { array, safeParse } from 'valibot'
import { isDay } from '../../core/input.ts'
import { cleanLine, isLongerThan, MAX_LINE } from '../../core/text.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import { holiday } from '../../regions/documents/schemas/values.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { fieldError, type SubmittedForm } from '../../workspace/shell/form.tsx'
import type { DraftContext } from '../drafts/open-draft.ts'
import type { Holiday } from './rules.ts'

/* The holidays of a jurisdiction's document. */

export const holidayPaths: readonly DocumentPath[] = [['holidays']]

/** In order; none if they cannot be read. */
export function daysOfDocument(value: DocumentValue | undefined): Holiday[] {
  const read = safeParse(array(holiday), value?.holidays ?? [])
  return read.success ? read.output.toSorted((a, b) => a.date.localeCompare(b.date)) : []
}

/** The local day of the jurisdiction. */
export function todayOf({ values, base, platform }: DraftContext, slug: string): string {
  const zone = values.get(`${slug}/jurisdiction.yaml`)?.timezone ?? values.get('region.yaml')?.timezone
  const now = platform.clock.now()
  try {
    return localDay(now, String(zone))
  } catch (error) {
    // A draft may hold a time zone that does not exist.
    if (!(error instanceof RangeError)) throw error
    return localDay(now, base.region.timezone)
  }
}

/** Throws `invalid-fields`. */
export function readDay(sent: SubmittedForm, field: string): string {
  const typed = sent.one(field)
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed) ?? []
  if (!isDay(Number(year), Number(month), Number(day))) throw fieldError(field, 'not-a-date')
  return typed
}

/** Throws `invalid-fields`. */
export function readHolidayName(sent: SubmittedForm, field: string): string {
  const name = cleanLine(sent.one(field))
  if (name === '') throw fieldError(field, 'required')
  if (isLongerThan(name, MAX_LINE)) throw fieldError(field, 'too-long', { max: MAX_LINE })
  return name
}
