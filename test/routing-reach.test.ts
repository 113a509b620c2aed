import { describe, expect, test } from 'vitest'
import { resolve } from '../src/routing/resolve.ts'
import type { Inquiry } from '../src/routing/types.ts'
import { at, body, calloway, inquiry, local, service, snapshot } from './support/routing-fixture.ts'
import { story, who } from './support/routing-words.ts'

type Place = ReturnType<typeof at>

function route(code: string, place: Place | null, more: Partial<Inquiry> = {}, on = calloway) {
  return resolve(on, inquiry(code, place, more))
}

const inMaple = at(3000, 3500)

describe('S6 after hours', () => {
  const noon = { at: local('2026-06-24T12:00') }
  const night = { at: local('2026-06-24T22:00') }

  test('while the city is closed the county takes the contact and the city stays responsible', () => {
    expect(who(route('tree', inMaple, noon))).toEqual(['maple', 'maple', 'maple'])
    const resolution = route('tree', inMaple, night)
    expect(who(resolution)).toEqual(['maple', 'maple', 'calloway'])
    expect(story(resolution)).toContain(
      'City of Maple is closed now. Until it opens, Calloway County answers calls.',
    )
  })

  test('urgent at night, the county performs under the after-hours agreement, and returns it at opening', () => {
    const urgent = (time: string) => route('tree', inMaple, { urgent: true, at: local(time) })
    expect(who(urgent('2026-06-25T07:59:59.999'))).toEqual(['maple', 'calloway', 'calloway'])
    expect(who(urgent('2026-06-25T08:00'))).toEqual(['maple', 'maple', 'maple'])
    expect(who(urgent('2026-06-25T16:59:59.999'))).toEqual(['maple', 'maple', 'maple'])
    expect(who(urgent('2026-06-25T17:00'))).toEqual(['maple', 'calloway', 'calloway'])
    expect(urgent('2026-06-25T17:00').urgent).toBe(true)
  })

  test('a service that is urgent by nature needs no one to say so', () => {
    const dangerous = snapshot({ services: [service('tree', ['municipality', 'county'], { urgent: true })] })
    expect(route('tree', inMaple, night, dangerous)).toMatchObject({
      performer: { id: 'calloway' },
      urgent: true,
    })
  })

  test('opening follows the city’s clocks over both changes of summer time', () => {
    const desk = (time: string) => route('tree', inMaple, { at: local(time) }).desk.id
    for (const monday of ['2026-03-09', '2026-11-02', '2026-03-16', '2026-10-26']) {
      expect(desk(`${monday}T07:59:59.999`)).toBe('calloway')
      expect(desk(`${monday}T08:00`)).toBe('maple')
    }
    const utc = (time: string) => route('tree', inMaple, { at: Date.parse(time) }).desk.id
    expect(utc('2026-03-06T12:30:00Z')).toBe('calloway')
    expect(utc('2026-03-09T12:30:00Z')).toBe('maple')
  })

  test('an answer that sounds like an emergency asks for triage and wakes nobody', () => {
    const said = route('tree', inMaple, { ...night, answers: { blocked: ['garden', 'road'] } })
    const unsaid = route('tree', inMaple, night)
    expect(said).toMatchObject({ triage: true, urgent: false })
    expect(who(said)).toEqual(who(unsaid))
    expect(route('tree', inMaple, { answers: { blocked: 'garden' } }).triage).toBe(false)
  })

  test('a body with nobody to stand in keeps the contact until it opens', () => {
    const resolution = route('water-leak', at(7000, 3500), night)
    expect(who(resolution)).toEqual(['water', 'water', 'water'])
    expect(story(resolution)).toContain(
      'Three Creeks Water District is closed now. It will see your report when it opens.',
    )
  })

  test('desks are followed to the first that is open, and round in a circle no further than once', () => {
    const closed = { isOpen: () => false }
    const desks = (alder: Partial<Parameters<typeof body>[3]>) =>
      snapshot({
        bodies: [
          body('maple', 'City of Maple', ['municipality'], { ...closed, afterHoursDesk: 'water' }),
          body('water', 'Three Creeks', ['water-district'], { ...closed, afterHoursDesk: 'alder' }),
          body('alder', 'City of Alder', ['municipality'], { ...alder }),
        ],
      })
    expect(route('tree', inMaple, night, desks({})).desk.id).toBe('alder')
    const circle = desks({ ...closed, afterHoursDesk: 'maple' })
    expect(route('tree', inMaple, night, circle).desk.id).toBe('maple')
  })

  test('a calendar that fails counts as open', () => {
    const isOpen = () => {
      throw new RangeError('no such zone')
    }
    const broken = snapshot({ bodies: [body('maple', 'City of Maple', ['municipality'], { isOpen })] })
    expect(who(route('tree', inMaple, night, broken))).toEqual(['maple', 'maple', 'maple'])
  })
})

describe('S7 annexation', () => {
  const annexed = at(3000, 8800)

  test.each([
    ['2026-06-28T12:00', 'calloway'],
    ['2026-06-30T23:59:59.999', 'calloway'],
    ['2026-07-01T00:00', 'maple'],
    ['2030-01-01T00:00', 'maple'],
  ])('a report about %s goes by the boundary of then: %s', (time, accountable) => {
    expect(route('graffiti', annexed, { at: local(time) }).accountable.id).toBe(accountable)
  })

  test('the trace says since when, and the resolution names its snapshot', () => {
    const resolution = route('graffiti', annexed, { at: local('2026-07-03T09:00') })
    expect(story(resolution)).toContain(
      'The location is in Maple. It has been part of Maple since 2026-07-01.',
    )
    expect(resolution.snapshot).toBe('calloway-7')
  })

  test('a body that has dissolved decides nothing from that instant on', () => {
    const dissolved = snapshot({
      bodies: [body('maple', 'City of Maple', ['municipality'], { to: local('2027-01-01T00:00') })],
    })
    const on = (time: string) => route('graffiti', inMaple, { at: local(time) }, dissolved).accountable.id
    expect(on('2026-12-31T23:59:59.999')).toBe('maple')
    expect(on('2027-01-01T00:00')).toBe('calloway')
  })
})

describe('S8 special district', () => {
  test.each([
    ['in one city', at(7000, 5500), 'maple'],
    ['in the next', at(9000, 3500), 'alder'],
  ])('%s a leak is the district’s and the street is the city’s', (_, place, city) => {
    expect(route('water-leak', place)).toMatchObject({
      accountable: { id: 'water' },
      basis: 'water-district',
      inform: [{ id: city }],
    })
    expect(route('street-repair', place).accountable.id).toBe(city)
  })

  test('outside the district the next layer answers', () => {
    expect(route('water-leak', inMaple).accountable.id).toBe('maple')
    const resolution = route('water-leak', at(9000, 7800))
    expect(resolution).toMatchObject({ accountable: { id: 'calloway' }, basis: 'county' })
    expect(story(resolution)).toContain(
      'City of Alder does not offer this service, so we checked the next agency.',
    )
  })
})
