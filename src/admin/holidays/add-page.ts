import { problem } from '../../core/problem.ts'
import { readForm } from '../../web/form.ts'
import { viewOf } from '../../web/view.ts'
import { fieldError, type SubmittedForm, submittedOf } from '../../workspace/shell/form.tsx'
import { openDraftToEdit } from '../drafts/open-draft.ts'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { editPart, partFormState } from '../shell/edit-part.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { ADD, addKinds, observances, ordinals } from './add-forms.tsx'
import { daysOfDocument, holidayPaths, readDay, readHolidayName, todayOf } from './document.ts'
import { showHolidays } from './holidays-page.tsx'
import { MAX_CALENDAR_BYTES, readCalendar } from './icalendar.ts'
import { type Holiday, type HolidayListName, holidayLists, holidaysOf, withHolidays } from './rules.ts'

/* Adding holidays: a country's list, a rule, one day, a calendar file. */

const MAX_UPCOMING = 300

export async function addHolidays(c: AdminPageContext) {
  const view = viewOf(c)
  const file = `${c.req.param('jurisdiction')}/jurisdiction.yaml`
  const context = await openDraftToEdit(c, context => mayEdit(context, file))
  const slug = ownSlug(c, context)
  const today = todayOf(context, slug)
  const { sent, calendar } = await readAdded(c)
  try {
    const added = addedDays(sent, calendar, today)
    const edit = (value: Readonly<Record<string, unknown>>) => {
      const days = withHolidays(daysOfDocument(value), added)
      if (days.filter(({ date }) => date >= today).length > MAX_UPCOMING) {
        throw fieldError(firstField(sent), 'too-many', { max: MAX_UPCOMING })
      }
      return { ...value, holidays: days }
    }
    await editPart(context, { file, paths: holidayPaths, sent, edit })
    return adminDone(c, view, `${draftPath(context.draft)}/jurisdictions/${slug}/holidays`, 'saved')
  } catch (error) {
    return showHolidays(
      c,
      context,
      partFormState(view, sent, error, () => firstField(sent)),
    )
  }
}

function firstField(sent: SubmittedForm): string {
  const first = {
    list: 'list-name',
    weekday: 'weekday-name',
    yearly: 'yearly-name',
    day: 'day-name',
  } as const
  const kind = Object.entries(first).find(([name]) => name === sent.one('kind'))
  return kind?.[1] ?? 'calendar'
}

async function readAdded(c: AdminPageContext) {
  let calendar: Uint8Array | undefined
  const form = await readForm(c, {
    withFiles: MAX_CALENDAR_BYTES + 64 * 1024,
    take: async part => {
      if (part.name === `${ADD}.calendar`) calendar = await part.read(MAX_CALENDAR_BYTES)
    },
  })
  return { sent: submittedOf(form, ADD), calendar }
}

function addedDays(sent: SubmittedForm, calendar: Uint8Array | undefined, today: string): Holiday[] {
  const kind = addKinds.find(known => known === sent.one('kind'))
  switch (kind) {
    case 'list':
      return listedDays(sent, today)
    case 'weekday':
      return weekdayDays(sent, today)
    case 'yearly':
      return yearlyDays(sent, today)
    case 'day':
      return [{ date: readDay(sent, 'day-date'), name: readHolidayName(sent, 'day-name') }]
    case 'file':
      return calendarDays(calendar, today)
    default:
      throw problem('bad-request', { detail: 'There is no such way to add holidays.' })
  }
}

function listedDays(sent: SubmittedForm, today: string): Holiday[] {
  const names = Object.keys(holidayLists) as HolidayListName[]
  const name = names.find(known => known === sent.one('list-name'))
  if (name === undefined) throw fieldError('list-name', 'not-an-option')
  return holidaysOf(holidayLists[name], today)
}

function weekdayDays(sent: SubmittedForm, today: string): Holiday[] {
  const ordinal = ordinals.find(known => known === sent.one('weekday-ordinal'))
  if (ordinal === undefined) throw fieldError('weekday-ordinal', 'not-an-option')
  const rule = {
    kind: 'weekday',
    ordinal: Number(ordinal),
    weekday: numberOf(sent, 'weekday-day', 7),
    month: numberOf(sent, 'weekday-month', 12),
    daysAfter: sent.one('weekday-after') === '1' ? 1 : 0,
  } as const
  const name = readHolidayName(sent, 'weekday-name')
  return holidaysOf({ observance: 'same-day', rules: [{ name, rule }] }, today)
}

function yearlyDays(sent: SubmittedForm, today: string): Holiday[] {
  const observance = observances.find(known => known === sent.one('yearly-observance'))
  if (observance === undefined) throw fieldError('yearly-observance', 'not-an-option')
  const month = numberOf(sent, 'yearly-month', 12)
  const rule = { kind: 'date', month, day: numberOf(sent, 'yearly-day', 31) } as const
  const name = readHolidayName(sent, 'yearly-name')
  const days = holidaysOf({ observance, rules: [{ name, rule }] }, today)
  if (days.length === 0) throw fieldError('yearly-day', 'not-a-date')
  return days
}

function calendarDays(calendar: Uint8Array | undefined, today: string): Holiday[] {
  if (calendar === undefined) throw fieldError('calendar', 'required')
  const days = readCalendar(calendar, today)
  if (days.length === 0) throw fieldError('calendar', 'in-the-past')
  return days
}

function numberOf(sent: SubmittedForm, field: string, max: number): number {
  const typed = sent.one(field)
  const value = /^\d{1,2}$/.test(typed) ? Number(typed) : 0
  if (value < 1 || value > max) throw fieldError(field, 'out-of-range', { min: 1, max })
  return value
}
