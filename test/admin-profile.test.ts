import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCalendar } from '../src/admin/holidays/icalendar.ts'
import { holidayLists, holidaysOf } from '../src/admin/holidays/rules.ts'
import { hoursOf, weekOf } from '../src/admin/hours/week.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { administrator, applyDraft, beginDraft, fieldsOf, fillForm } from './support/administrators.ts'
import { startApp, type TestApp } from './support/app.ts'
import type { Visitor } from './support/visitor.ts'

/* A municipality's hours and holidays, in forms. */

let app: TestApp
let ana: Visitor
let draft: string

beforeAll(async () => {
  app = await startApp()
  ana = await administrator(app, 'ana@county.example')
  draft = await beginDraft(ana)
})
afterAll(() => app.close())

const larkfield = () => `${draft}/jurisdictions/larkfield`
const inForce = async () => (await newestRegion(app.platform, 'ellery')).jurisdiction('larkfield')

describe('hours', () => {
  it('are read and written as people write them', () => {
    const hours = { 'mon-fri': ['08:30-12:00', '13:00-16:30'], sat: '09:00-12:00' }
    expect(hoursOf(weekOf(hours))).toEqual(hours)
    const split = { mon: '08:00-17:00', wed: '08:00-17:00', 'sat-mon': '10:00-11:00' }
    expect(weekOf(split)[0]).toEqual(['08:00-17:00', '10:00-11:00'])
  })

  it('are a table of seven days, with several spans and a midnight', async () => {
    const path = `${larkfield()}/hours`
    const page = await ana.read(path)
    expect(page).toContain('name="hours.mon-1-opens" value="13:00"')
    const typed = { 'hours.sat-0-opens': '18:00', 'hours.sat-0-closes': '00:00' }
    expect((await fillForm(ana, path, { ...typed, 'hours.when': 'week', 'hours.desk': '' })).status).toBe(303)
    expect(await ana.read(path)).toContain('name="hours.sat-0-closes" value="00:00"')
    await applyDraft(app, ana, draft)
    const own = await inForce()
    expect(own?.hours).toEqual({ 'mon-fri': ['08:30-12:00', '13:00-16:30'], sat: '18:00-24:00' })
    expect(own?.afterHoursDesk).toBeUndefined()
    draft = await beginDraft(ana)
  })

  it('of Monday can be those of all weekdays; a place can be open always, and have a desk', async () => {
    const path = `${larkfield()}/hours`
    const typed = {
      ...emptyWeek,
      ...opensMonday,
      'hours.wed-0-opens': '10:00',
      'hours.wed-0-closes': '11:00',
    }
    await fillForm(ana, path, { ...typed, 'hours.when': 'week', 'hours.same': 'yes' })
    expect(fieldsOf(await ana.read(path))).toMatchObject({
      'hours.tue-0-opens': '08:00',
      'hours.wed-0-opens': '10:00',
      'hours.fri-0-closes': '12:00',
      'hours.sat-0-opens': '',
    })
    await fillForm(ana, path, { 'hours.when': 'always', 'hours.desk': 'hollis' })
    const page = await ana.read(path)
    expect(page).toContain('value="always" checked')
    expect(page).toContain('value="hollis" selected')
  })

  it.each([
    [{ 'hours.mon-0-opens': '09:00', 'hours.mon-0-closes': '' }, 'field-hours-mon-0-closes'],
    [{ 'hours.mon-0-opens': '9 o’clock', 'hours.mon-0-closes': '12:00' }, 'field-hours-mon-0-opens'],
    [{ 'hours.tue-0-opens': '17:00', 'hours.tue-0-closes': '08:00' }, 'It closes before it opens'],
    [{ 'hours.desk': 'larkfield' }, 'field-hours-desk'],
    [{ 'hours.when': 'sometimes' }, 'field-hours-when'],
  ])('%o is refused, at its field', async (typed, said) => {
    const path = `${larkfield()}/hours`
    const before = await ana.read(path)
    const answer = await fillForm(ana, path, { 'hours.when': 'week', ...emptyWeek, ...opensMonday, ...typed })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(said)
    expect(fieldsOf(await ana.read(path))).toEqual({ ...fieldsOf(before), once: expect.any(String) })
  })
})

const opensMonday = { 'hours.mon-0-opens': '08:00', 'hours.mon-0-closes': '12:00' }
const emptyWeek = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].flatMap(day =>
    [0, 1, 2].flatMap(index => [
      [`hours.${day}-${index}-opens`, ''],
      [`hours.${day}-${index}-closes`, ''],
    ]),
  ),
)

describe('holiday rules', () => {
  it.each([
    ['us-federal', '2026-11-30', '2027-01-18', 'Martin Luther King Jr. Day'],
    ['us-federal', '2026-11-30', '2027-05-31', 'Memorial Day'],
    ['us-federal', '2026-11-30', '2027-11-25', 'Thanksgiving Day'],
    // January 1, 2028, is a Saturday.
    ['us-federal', '2026-11-30', '2027-12-31', 'New Year’s Day (observed)'],
    ['us-federal', '2026-11-30', '2027-07-05', 'Independence Day (observed)'],
    ['england-wales', '2026-11-30', '2027-03-26', 'Good Friday'],
    ['england-wales', '2026-11-30', '2027-12-28', 'Boxing Day (observed)'],
    // December 25, 2033, is a Sunday.
    ['england-wales', '2033-01-01', '2033-12-26', 'Boxing Day'],
    ['england-wales', '2033-01-01', '2033-12-27', 'Christmas Day (observed)'],
  ] as const)('%s from %s: %s is %s', (list, today, date, name) => {
    expect(holidaysOf(holidayLists[list], today)).toContainEqual({ date, name })
  })
})

describe('holidays', () => {
  const path = () => `${larkfield()}/holidays`
  const add = async (typed: Record<string, string>) => {
    const seen = fieldsOf(await ana.read(path()))['add.seen'] ?? ''
    return ana.post(`${path()}/add`, { 'add.seen': seen, ...typed })
  }
  const addFile = async (calendar: string | Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    form.set('add.seen', fieldsOf(await ana.read(path()))['add.seen'] ?? '')
    form.set('add.kind', 'file')
    form.set('add.calendar', new File([calendar], 'holidays.ics'))
    return ana.postBody(`${path()}/add`, form)
  }

  it('come from a country’s list, and those that are there keep their name', async () => {
    expect(await ana.read(path())).toContain('until December 31')
    expect((await add({ 'add.kind': 'list', 'add.list-name': 'us-federal' })).status).toBe(303)
    const page = await ana.read(path())
    expect(page).toContain('value="Washington’s Birthday"')
    expect(page.match(/Independence Day \(observed\)"/g)?.length).toBeGreaterThanOrEqual(1)
    const dates = [...page.matchAll(/name="holidays\.date-\d+" [^>]*value="([^"]+)"/g)].map(
      ([, date]) => date,
    )
    expect(new Set(dates).size).toBe(dates.length)
    expect(dates).toEqual(dates.toSorted())
  })

  it('come from rules and single days', async () => {
    const rule = { 'add.weekday-ordinal': '4', 'add.weekday-day': '4', 'add.weekday-month': '11' }
    const after = { ...rule, 'add.weekday-after': '1', 'add.weekday-name': 'Family Day' }
    expect((await add({ 'add.kind': 'weekday', ...after })).status).toBe(303)
    const yearly = { 'add.yearly-month': '3', 'add.yearly-day': '4', 'add.yearly-observance': 'same-day' }
    expect((await add({ 'add.kind': 'yearly', ...yearly, 'add.yearly-name': 'Town Day' })).status).toBe(303)
    const day = { 'add.day-date': '2029-10-10', 'add.day-name': '<b>Jubilee</b>' }
    expect((await add({ 'add.kind': 'day', ...day })).status).toBe(303)
    const page = await ana.read(path())
    expect(page.match(/value="Town Day"/g)?.length).toBeGreaterThanOrEqual(4)
    expect(page).toContain('value="2028-11-24"')
    expect(page).toContain('value="&lt;b&gt;Jubilee&lt;/b&gt;"')
  })

  it('come from a calendar file, in which a yearly event is there for two years', async () => {
    expect((await addFile(calendar)).status).toBe(303)
    const page = await ana.read(path())
    expect(page.match(/value="Fête du lac"/g)?.length).toBe(2)
    expect(page).not.toContain('Cancelled')
  })

  it('can be changed and removed', async () => {
    const fields = fieldsOf(await ana.read(path()))
    const typed = {
      'holidays.name-0': 'First Day',
      'holidays.remove-1': 'yes',
      'holidays.remove-past': 'yes',
    }
    expect((await ana.post(path(), { ...fields, ...typed })).status).toBe(303)
    const page = await ana.read(path())
    expect(page).toContain('value="First Day"')
    expect(page).not.toContain(`value="${fields['holidays.date-1']}"`)
    expect(page).not.toContain('holidays.remove-past')
    // What somebody else has saved is not overwritten.
    expect((await ana.post(path(), { ...fields, 'holidays.name-0': 'Other' })).status).toBe(409)
    expect(await ana.read(path())).not.toContain('value="Other"')
  })

  it('are in force once the draft is', async () => {
    expect((await applyDraft(app, ana, draft)).status).toBe(303)
    expect((await inForce())?.holidays).toContainEqual({ date: '2029-10-10', name: '<b>Jubilee</b>' })
    draft = await beginDraft(ana)
  })

  it.each([
    [{ 'add.kind': 'day', 'add.day-date': '2027-02-30', 'add.day-name': 'X' }, 'field-add-day-date'],
    [{ 'add.kind': 'day', 'add.day-date': '2027-02-03', 'add.day-name': '' }, 'field-add-day-name'],
    [
      { 'add.kind': 'yearly', 'add.yearly-month': '13', 'add.yearly-observance': 'same-day' },
      'field-add-yearly-month',
    ],
    [
      {
        'add.kind': 'yearly',
        'add.yearly-month': '2',
        'add.yearly-day': '30',
        'add.yearly-observance': 'same-day',
        'add.yearly-name': 'X',
      },
      'field-add-yearly-day',
    ],
    [{ 'add.kind': 'weekday', 'add.weekday-ordinal': '9' }, 'field-add-weekday-ordinal'],
    [{ 'add.kind': 'list', 'add.list-name': 'constructor' }, 'field-add-list-name'],
    [{ 'add.kind': 'file' }, 'field-add-calendar'],
  ])('%o is refused, at its field', async (typed: Record<string, string>, said) => {
    const answer = await add(typed)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`href="#${said}"`)
  })

  it.each([
    ['no calendar', 'hello'],
    ['an empty one', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR'],
    ['a list of JSON', '[[]]'],
    ['one that ends early', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2027'],
    ['an event of every second', event('RRULE:FREQ=SECONDLY')],
    ['a rule that is none', event('RRULE:FREQ=SOMETIMES')],
    ['a date that is none', event('DTSTART;VALUE=DATE:99999999')],
  ])('%s is refused', async (_, calendar) => {
    const answer = await addFile(calendar)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('field-add-calendar')
  })

  it('a file over the limit is refused', async () => {
    expect((await addFile('X'.repeat(300 * 1024))).status).toBe(413)
  })
})

describe('a calendar file', () => {
  it('has days of several dates, Windows-1252, and time zones', () => {
    const text = event('SUMMARY:Fête\r\nDTSTART;VALUE=DATE:20270504\r\nDTEND;VALUE=DATE:20270506')
    const bytes = Uint8Array.from([...text].map(sign => sign.charCodeAt(0)))
    expect(readCalendar(bytes, '2026-11-30')).toEqual([
      { date: '2027-05-04', name: 'Fête' },
      { date: '2027-05-05', name: 'Fête' },
    ])
    const timed = event('SUMMARY:Noon\r\nDTSTART;TZID=America/New_York:20270504T120000')
    expect(readCalendar(new TextEncoder().encode(timed), '2026-11-30')).toEqual([
      { date: '2027-05-04', name: 'Noon' },
    ])
  })
})

function event(lines: string): string {
  const start = lines.includes('DTSTART') ? '' : 'DTSTART:20270101T000000\r\nSUMMARY:X\r\n'
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n${start}${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
}

const calendar = `BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20200717\r
RRULE:FREQ=YEARLY\r
SUMMARY:Fête du lac\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;VALUE=DATE:20300101\r
STATUS:CANCELLED\r
SUMMARY:Cancelled\r
END:VEVENT\r
END:VCALENDAR\r
`

describe('a brand color', () => {
  it('on which white cannot be read is refused, with the nearest shade on which it can', async () => {
    const path = `${larkfield()}/profile`
    const answer = await fillForm(ana, path, { 'document.color': '#ffcc00' })
    expect(answer.status).toBe(400)
    const [, shade = ''] = /such as (#[0-9a-f]{6})/.exec(await answer.text()) ?? []
    expect((await fillForm(ana, path, { 'document.color': shade })).status).toBe(303)
    // One step lighter would not do.
    const lighter = `#${(Number.parseInt(shade.slice(1), 16) + 0x040400).toString(16).padStart(6, '0')}`
    expect((await fillForm(ana, path, { 'document.color': lighter })).status).toBe(400)
  })
})
