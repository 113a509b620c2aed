import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { deadline, isOpenAt, makeCalendar, nextOpening, startOfDay } from '../src/regions/runtime/calendar.ts'

const zone = 'America/New_York'
const office = makeCalendar(zone, { 'mon-fri': '08:00-17:00', sat: ['09:00-12:00', '13:00-15:00'] }, [
  { date: '2026-07-03' },
])
const always = makeCalendar(zone, undefined)
const local = (wall: string, where = zone) =>
  Temporal.PlainDateTime.from(wall).toZonedDateTime(where).epochMilliseconds
const wall = (at: number, where = zone) =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(where)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
const isOpen = isOpenAt(office)

describe('opening hours', () => {
  test.each([
    ['2026-07-01T08:00', true],
    ['2026-07-01T07:59:59.999', false],
    ['2026-07-01T16:59:59.999', true],
    ['2026-07-01T17:00', false],
    ['2026-07-04T12:30', false],
    ['2026-07-04T13:00', true],
    ['2026-07-05T10:00', false],
    ['2026-07-03T10:00', false],
    ['2026-01-15T08:00', true],
  ])('at %s local time: open is %s', (at, expected) => {
    expect(isOpen(local(at))).toBe(expected)
  })

  test('hours follow the local clock on the days it changes', () => {
    const sundays = makeCalendar(zone, { sun: '01:00-04:00' })
    const minutesOpen = (day: string) => {
      const start = startOfDay(day, zone)
      return Array.from({ length: 26 * 60 }, (_, minute) => start + minute * 60_000).filter(isOpenAt(sundays))
        .length
    }
    expect(minutesOpen('2026-03-01')).toBe(180)
    expect(minutesOpen('2026-03-08')).toBe(120)
    expect(minutesOpen('2026-11-01')).toBe(240)
  })

  test('a body that keeps no hours never closes', () => {
    expect(isOpenAt(always)(local('2026-12-25T03:00'))).toBe(true)
    expect(nextOpening(always, local('2026-12-25T03:00'))).toBe(local('2026-12-25T03:00'))
  })

  test('any instant at all has an answer', () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15]) expect(isOpen(at)).toBe(false)
    fc.assert(fc.property(fc.double(), at => typeof isOpen(at) === 'boolean'))
  })

  test('the quick answer is that of the local clock, in any zone', () => {
    const zones = fc.constantFrom(
      zone,
      'Pacific/Auckland',
      'America/St_Johns',
      'Pacific/Apia',
      'Europe/London',
      'UTC',
    )
    const instant = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zones, instant, (where, date) => {
        const { dayOfWeek, hour } = Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(
          where,
        )
        const shop = makeCalendar(where, { 'tue-sat': '10:00-18:00' })
        return (
          isOpenAt(shop)(date.getTime()) === (dayOfWeek >= 2 && dayOfWeek <= 6 && hour >= 10 && hour < 18)
        )
      }),
    )
  })

  test('the next opening passes over nights, weekends and holidays', () => {
    expect(wall(nextOpening(office, local('2026-07-02T17:00')))).toBe('2026-07-04T09:00')
    expect(wall(nextOpening(office, local('2026-07-02T16:00')))).toBe('2026-07-02T16:00')
  })
})

describe('promises of time', () => {
  test.each([
    // Filed; promised; due.
    ['2026-07-01T09:00', '4 hours', '2026-07-01T13:00'],
    ['2026-07-01T20:00', '4 hours', '2026-07-02T00:00'],
    ['2026-07-02T16:00', '3 business hours', '2026-07-04T11:00'],
    ['2026-07-02T20:00', '2 business days', '2026-07-06T17:00'],
    ['2026-07-01T20:00', '1 business day', '2026-07-02T17:00'],
    ['2026-03-01T15:00', '10 days', '2026-03-11T15:00'],
  ])('filed %s, promised in %s: due %s', (filed, promised, due) => {
    expect(wall(deadline(office, local(filed), promised, { urgent: false }))).toBe(due)
  })

  test('an urgent clock never stops', () => {
    expect(wall(deadline(office, local('2026-07-02T16:00'), '3 business hours', { urgent: true }))).toBe(
      '2026-07-02T19:00',
    )
    expect(wall(deadline(office, local('2026-07-02T16:00'), '2 business days', { urgent: true }))).toBe(
      '2026-07-04T16:00',
    )
  })

  test('a body that never closes counts Monday to Friday as business days', () => {
    expect(wall(deadline(always, local('2026-07-10T12:00'), '1 business day', { urgent: false }))).toBe(
      '2026-07-14T00:00',
    )
  })

  test('more business hours are never due earlier', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 * 24 }),
        fc.integer({ min: 1, max: 60 }),
        (hour, promised) => {
          const filed = local('2026-01-01T00:00') + hour * 3_600_000
          const due = (hours: number) => deadline(office, filed, `${hours} business hours`, { urgent: false })
          return due(promised) < due(promised + 1) && due(promised) >= filed + promised * 3_600_000
        },
      ),
    )
  })
})
