import { describe, expect, it, test } from 'vitest'
import { type CollectionDay, nextCollections } from '../src/places/districts/collection.ts'
import { factKind } from '../src/places/districts/fact-kind.ts'
import { type Holder, holderOn, holdersAfter } from '../src/places/districts/holders.ts'
import type { GivenHolder } from '../src/places/import/rows/rows.ts'
import { weekdaysOf, weekOf } from '../src/places/import/rows/weekdays.ts'

const holder = (name: string, from: string, to: string | null = null): Holder => ({
  name,
  phone: '',
  email: '',
  url: '',
  from,
  to,
})
const given = (name: string, from: string | null = null, to: string | null = null): GivenHolder => ({
  ...holder(name, '', to),
  from,
})
const named = (holders: readonly Holder[]) => holders.map(({ name, from, to }) => [name, from, to])

describe('the holders of an office', () => {
  it('are those whose time it is: on the day on which one leaves, the next holds it', () => {
    const holders = [holder('Ana Ruiz', '', '2027-01-04'), holder('Ben Cole', '2027-01-04')]
    expect(holderOn(holders, '2027-01-03')?.name).toBe('Ana Ruiz')
    expect(holderOn(holders, '2027-01-04')?.name).toBe('Ben Cole')
    expect(holderOn([holder('Ana Ruiz', '2026-01-01', '2027-01-04')], '2027-01-04')).toBeUndefined()
  })

  it('begin on the day of the import where a file without dates names another', () => {
    const first = holdersAfter([], [given('Ana Ruiz')], '2026-06-01')
    expect(named(first)).toEqual([['Ana Ruiz', '', null]])
    const second = holdersAfter(first, [given('Ben Cole')], '2026-09-01')
    expect(named(second)).toEqual([
      ['Ana Ruiz', '', '2026-09-01'],
      ['Ben Cole', '2026-09-01', null],
    ])
    expect(holdersAfter(second, [given('BEN  COLE')], '2026-10-01')).toHaveLength(2)
    expect(named(holdersAfter(second, [given('Cy Dunn')], '2026-09-01'))).toEqual([
      ['Ana Ruiz', '', '2026-09-01'],
      ['Cy Dunn', '2026-09-01', null],
    ])
  })

  it('keep their contact up to date without a new date', () => {
    const [after] = holdersAfter(
      [holder('Ana Ruiz', '2025-01-06')],
      [{ ...given('Ana Ruiz'), phone: '555-010-0199' }],
      '2026-06-01',
    )
    expect(after).toMatchObject({ from: '2025-01-06', phone: '555-010-0199' })
  })

  it('take the dates of a file that has them, also of one who is still to come', () => {
    const known = [holder('Ana Ruiz', '')]
    const after = holdersAfter(known, [given('Ben Cole', '2027-01-04', '2031-01-06')], '2026-06-01')
    expect(named(after)).toEqual([
      ['Ana Ruiz', '', '2027-01-04'],
      ['Ben Cole', '2027-01-04', '2031-01-06'],
    ])
    expect(named(holdersAfter(after, [given('Cy Dunn')], '2026-12-01'))).toEqual([
      ['Ana Ruiz', '', '2026-12-01'],
      ['Cy Dunn', '2026-12-01', '2027-01-04'],
      ['Ben Cole', '2027-01-04', '2031-01-06'],
    ])
  })

  it('are nobody while an office is vacant', () => {
    const after = holdersAfter([holder('Ana Ruiz', '')], [given('')], '2026-06-01')
    expect(holderOn(after, '2026-05-31')?.name).toBe('Ana Ruiz')
    expect(holderOn(after, '2026-06-01')?.name).toBe('')
  })
})

describe('collection days', () => {
  const tuesdays = { weekdays: [2], week: '', holidays: new Map<string, string>() } as const
  const days = (found: readonly CollectionDay[]) => found.map(({ day }) => day)

  it('begin today if it is one, and keep the weekday where the clocks change', () => {
    expect(days(nextCollections(tuesdays, '2026-10-27', 3))).toEqual([
      '2026-10-27',
      '2026-11-03',
      '2026-11-10',
    ])
    expect(days(nextCollections(tuesdays, '2026-03-04', 2))).toEqual(['2026-03-10', '2026-03-17'])
  })

  it('are every other week for week A and week B, also across a new year', () => {
    const weekA = '2026-12-23'
    const a = nextCollections({ ...tuesdays, week: 'A', weekA }, '2026-12-20', 3)
    const b = nextCollections({ ...tuesdays, week: 'B', weekA }, '2026-12-20', 2)
    expect(days(a)).toEqual(['2026-12-22', '2027-01-05', '2027-01-19'])
    expect(days(b)).toEqual(['2026-12-29', '2027-01-12'])
    const before = nextCollections({ ...tuesdays, week: 'A', weekA: '2027-01-05' }, '2026-12-20', 1)
    expect(days(before)).toEqual(['2026-12-22'])
  })

  it('say nothing where it is not known which week is A', () => {
    expect(nextCollections({ ...tuesdays, week: 'A' }, '2026-12-20', 3)).toEqual([])
  })

  const holidays = new Map([
    ['2026-11-26', 'Thanksgiving Day'],
    ['2026-11-27', 'Day after Thanksgiving'],
  ])

  it('stay where no rule for holidays is given', () => {
    const thursdays = { ...tuesdays, weekdays: [4], holidays }
    expect(days(nextCollections(thursdays, '2026-11-25', 1))).toEqual(['2026-11-26'])
  })

  it('move to the next day that is no holiday, and say from which', () => {
    const thursdays = { ...tuesdays, weekdays: [4], holidays, afterHoliday: 'next-day' } as const
    const moved = { day: '2026-11-28', insteadOf: '2026-11-26', holiday: 'Thanksgiving Day' }
    expect(nextCollections(thursdays, '2026-11-25', 2)).toEqual([moved, { day: '2026-12-03' }])
    expect(nextCollections(thursdays, '2026-11-28', 1)).toEqual([moved])
  })

  it('move for the rest of the week by a day, where that is the rule', () => {
    const labor = new Map([['2026-09-07', 'Labor Day']])
    const rule = { ...tuesdays, holidays: labor, afterHoliday: 'rest-of-week' } as const
    const of = (weekday: number) => days(nextCollections({ ...rule, weekdays: [weekday] }, '2026-09-05', 1))
    expect([of(1), of(2), of(5)]).toEqual([['2026-09-08'], ['2026-09-09'], ['2026-09-12']])
    expect(days(nextCollections({ ...rule, weekdays: [2] }, '2026-09-12', 1))).toEqual(['2026-09-15'])
  })
})

test.each([
  ['Tuesday', [2]],
  ['TUE/FRI', [2, 5]],
  ['Mon & Thu', [1, 4]],
  ['Monday and Thursday', [1, 4]],
  ['M-F', [1, 2, 3, 4, 5]],
  ['Tuesdays', [2]],
  ['T, Th', [2, 4]],
  ['Wed.', [3]],
  ['Blue', undefined],
  ['Tuesday night', undefined],
])('a column of days says %s', (written, days) => {
  expect(weekdaysOf(written)).toEqual(days)
})

test.each([
  ['A', 'A'],
  ['Week B', 'B'],
  ['week 2', 'B'],
  ['', ''],
  ['Purple', undefined],
])('a column of weeks says "%s"', (written, week) => {
  expect(weekOf(written)).toBe(week)
})

test.each([
  ['(555) 010-0123', 'phone'],
  ['+1 555 010 0123', 'phone'],
  ['21201-1234', 'text'],
  ['5550100123', 'text'],
  ['ward3@city.example', 'email'],
  ['https://city.example/ward3', 'url'],
  ['javascript:alert(1)', 'text'],
  ['Zone A', 'text'],
])('a fact "%s" is shown as %s', (value, kind) => {
  expect(factKind(value)).toBe(kind)
})
