import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { resolve } from '../src/routing/resolve.ts'
import type { Inquiry, Resolution, RoutingSnapshot } from '../src/routing/types.ts'
import { ids, story, who } from './support/routing-words.ts'
import { bundledRegion } from './support/tenants.ts'

const region = await bundledRegion('ellery')
const WEEKDAY_NOON = '2026-07-14T12:00'

/** Where a resident would say it is: text for the search box, or `lat, long` with or without `± metres`. */
function located(where: string) {
  const pin = /^(-?[\d.]+), (-?[\d.]+)(?: ± (\d+) m)?$/.exec(where)
  if (pin) return { place: { lat: Number(pin[1]), long: Number(pin[2]) }, accuracy: Number(pin[3] ?? 0) }
  const [found] = region.searchPlaces(where, 1)
  if (!found) throw new Error(`nobody knows ${where}`)
  return { place: { lat: found.lat, long: found.long }, accuracy: found.accuracy }
}

const instant = (local: string) => Date.parse(`${local}:00-04:00`)

function report(
  service: string,
  where: string,
  local = WEEKDAY_NOON,
  more: Partial<Inquiry> = {},
): Resolution {
  const inquiry = { service, ...located(where), at: instant(local), answers: {}, urgent: false, ...more }
  return resolve(region.routing, inquiry)
}

const all = (body: string) => [body, body, body]

describe('the demonstration page', () => {
  const page = readFileSync(new URL('../docs/demonstration.md', import.meta.url), 'utf8')
  const rows = page
    .split('\n')
    .filter(line => /^\| (S\d+|–) \|/.test(line))
    .map(line => line.split('|').map(cell => cell.trim().replaceAll('`', '')))

  test.each(rows)(
    '%s%s: %s at %s, %s',
    (_, _scenario = '', service = '', where = '', when = '', ...bodies) => {
      const { accountable, performer, desk } = report(service, where, when.replace(' ', 'T'))
      expect([accountable.name, performer.name, desk.name]).toEqual(bodies.slice(0, 3))
    },
  )

  test('plays all that can be played', () => {
    const played = new Set(rows.map(([, scenario]) => scenario))
    expect(['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S15'].filter(s => !played.has(s))).toEqual(
      [],
    )
  })
})

describe('S1 county-maintained road inside a city', () => {
  test('a pothole on Mill Road is the county’s, the city is informed, and the trace says since when', () => {
    const resolution = report('pothole', '2230 Mill Road, Port Ellery')
    expect(who(resolution)).toEqual(all('ellery-county'))
    expect(ids(resolution.inform)).toEqual(['port-ellery'])
    expect(story(resolution)).toEqual(
      expect.arrayContaining([
        'The location is in City of Port Ellery.',
        'Ellery County has maintained Mill Road since 2019-07-01.',
        'Ellery County maintains Mill Road, so it is responsible.',
      ]),
    )
  })

  test('at the corner of a side street one question is asked, and its answer settles it', () => {
    const corner = report('pothole', 'Mill Road and 9th Street')
    expect(corner.confidence).toBe('ask')
    expect(corner.question?.options.map(o => [o.label, o.accountable.id])).toEqual([
      ['Mill Road', 'ellery-county'],
      ['9th Street', 'port-ellery'],
    ])
    for (const { value, accountable } of corner.question?.options ?? []) {
      const answered = report('pothole', 'Mill Road and 9th Street', WEEKDAY_NOON, {
        answers: { road: [value] },
      })
      expect(answered).toMatchObject({ confidence: 'certain', accountable })
    }
  })
})

test('S2 a signal on the state highway is the state’s, and the county keeps the case', () => {
  const resolution = report('traffic-signal', '2352 State Highway 9, Hollis')
  expect(resolution.accountable).toMatchObject({ kind: 'partner', id: 'state-dot' })
  expect(resolution.desk.id).toBe('ellery-county')
  expect(story(resolution).join(' ')).toContain('We may not get updates')
})

describe('S3 unincorporated enclave', () => {
  test('agents read that it is unincorporated, with the postal city', () => {
    expect(story(report('overgrown-lot', '110 Tower Lane, Port Ellery'))).toContain(
      'The location is not in any city: Ellery County (mailing address: Port Ellery).',
    )
  })

  test('every vertex of the enclave and of the lot inside it belongs to one of the two, always the same', () => {
    const rings = region.jurisdiction('port-ellery')?.boundary[0]?.coordinates.flat().slice(1, 3) ?? []
    expect(rings.map(ring => ring.length)).toEqual([7, 5])
    for (const [long, lat] of rings.flat()) {
      const [first, second] = [0, 1].map(() => report('noise', `${lat}, ${long}`).accountable.id)
      expect(['port-ellery', 'ellery-county']).toContain(first)
      expect(second).toBe(first)
    }
  })
})

describe('S4 boundary street', () => {
  test('an agreement splits the first stretch along its length, whichever side the house is on', () => {
    for (const house of [120, 121]) {
      const resolution = report('pothole', `${house} Division Street`)
      expect(resolution).toMatchObject({
        accountable: { id: 'hollis' },
        agreements: ['division-street-south'],
      })
      expect(ids(resolution.inform)).toEqual(['port-ellery'])
    }
    for (const house of [230, 231])
      expect(report('pothole', `${house} Division Street`).accountable.id).toBe('port-ellery')
  })

  test('without one the side decides, and on the line the lead on record', () => {
    expect(report('pothole', '321 Division Street').accountable.id).toBe('hollis')
    expect(report('pothole', '320 Division Street').accountable.id).toBe('port-ellery')
    const middle = '38.592400, -74.279447'
    expect(story(report('pothole', middle)).join(' ')).toContain(
      'Our records say that City of Port Ellery is responsible',
    )
  })
})

test('S5 the contract for signals holds from its first midnight to before its last', () => {
  const signal = (local: string) => report('traffic-signal', 'Union Street and Fifth Street, Hollis', local)
  expect(who(signal('2026-06-30T23:59')).slice(0, 2)).toEqual(['hollis', 'hollis'])
  expect(who(signal('2026-07-01T00:00')).slice(0, 2)).toEqual(['hollis', 'ellery-county'])
  expect(who(signal('2028-06-30T23:59')).slice(0, 2)).toEqual(['hollis', 'ellery-county'])
  expect(who(signal('2028-07-01T00:00')).slice(0, 2)).toEqual(['hollis', 'hollis'])
})

describe('S6 after hours', () => {
  const main = '350 Main Street, Port Ellery'

  test('the county takes the contact, and what is urgent after triage', () => {
    expect(who(report('fallen-tree', main, '2026-07-14T17:00'))).toEqual([
      'port-ellery',
      'port-ellery',
      'ellery-county',
    ])
    expect(who(report('fallen-tree', main, '2026-07-14T17:00', { urgent: true }))).toEqual([
      'port-ellery',
      'ellery-county',
      'ellery-county',
    ])
    expect(who(report('fallen-tree', main, '2026-07-14T16:59', { urgent: true }))).toEqual(all('port-ellery'))
  })

  test('a caller’s word that wires are down wakes nobody, and asks for triage', () => {
    const resolution = report('fallen-tree', main, '2026-07-14T22:00', { answers: { blocking: 'wires' } })
    expect(resolution).toMatchObject({ triage: true, urgent: false, performer: { id: 'port-ellery' } })
  })

  test('the clock is the city’s: after the clocks go back it opens at 08:00 as before', () => {
    const atEight = Date.parse('2026-11-02T08:00:00-05:00')
    expect(report('graffiti', main, undefined, { at: atEight }).desk.id).toBe('port-ellery')
    expect(report('graffiti', main, undefined, { at: atEight - 60_000 }).desk.id).toBe('ellery-county')
  })
})

test('S7 the annexed street is the county’s until midnight and the town’s after, each report by its own day', () => {
  const noise = (local: string) => report('noise', '196 Harvest Way, Larkfield', local).accountable.id
  expect(['2026-06-28T12:00', '2026-06-30T23:59'].map(noise)).toEqual(['ellery-county', 'ellery-county'])
  expect(['2026-07-01T00:00', '2026-07-03T12:00'].map(noise)).toEqual(['larkfield', 'larkfield'])
})

test('S8 one water district serves three cities, and only water', () => {
  const places = ['350 Main Street, Port Ellery', 'Hollis Common', 'Larkfield Green']
  const cities = ['port-ellery', 'hollis', 'larkfield']
  expect(places.map(place => report('water-leak', place).accountable.id)).toEqual(
    places.map(() => 'quill-water'),
  )
  expect(places.map(place => ids(report('water-leak', place).inform))).toEqual(cities.map(city => [city]))
  expect(places.map(place => report('noise', place).accountable.id)).toEqual(cities)
})

describe('S9 inaccurate location', () => {
  const nearHollis = '38.593705, -74.351379 ± 65 m'

  test('two bodies within reach: it asks which, and the answer settles it', () => {
    const doubtful = report('graffiti', nearHollis)
    expect(doubtful).toMatchObject({ confidence: 'ask', question: { id: 'side' } })
    expect(ids(doubtful.candidates)).toEqual(['ellery-county', 'hollis'])
    const settled = report('graffiti', nearHollis, WEEKDAY_NOON, { answers: { side: 'hollis' } })
    expect(settled).toMatchObject({ confidence: 'certain', accountable: { id: 'hollis' } })
  })

  test('the same body everywhere within reach: it does not ask', () => {
    const { confidence, question } = report('stray-animal', nearHollis)
    expect({ confidence, question }).toEqual({ confidence: 'certain', question: undefined })
  })
})

test('S13 one number for all, and the place decides', () => {
  const { documents, routing } = region
  expect(documents.region.phone).toBe('311')
  const unplaced = {
    service: 'noise',
    place: null,
    accuracy: 0,
    at: instant(WEEKDAY_NOON),
    answers: {},
    urgent: false,
  }
  expect(resolve(routing, unplaced)).toMatchObject({
    confidence: 'unresolved',
    desk: { id: 'ellery-county' },
  })
  expect(report('noise', 'Hollis City Hall').accountable.id).toBe('hollis')
  expect(report('noise', 'Gull Harbor Village Hall').accountable.id).toBe('gull-harbor')
})

test('S15 sea, base, tribal land and the next county get an answer, and the county keeps the contact', () => {
  const places = [
    '38.530000, -74.200000',
    '38.540000, -74.220000',
    'Wessacut Council House',
    '38.600000, -74.460000',
  ]
  const answers = places.map(place => report('noise', place))
  expect(answers.map(a => a.accountable.id)).toEqual(['none', 'fort-corrigan', 'wessacut', 'marston-county'])
  expect(answers.map(a => a.desk.id)).toEqual(places.map(() => 'ellery-county'))
})

test('S16 without its map routing accepts, marks unresolved and leaves it to the intake', () => {
  const unavailable = () => {
    throw new Error('the atlas is away')
  }
  const routing: RoutingSnapshot = {
    ...region.routing,
    atlas: {
      ...region.routing.atlas,
      areasAt: unavailable,
      areaSetsWithin: unavailable,
      areaSetsTouching: unavailable,
      segmentsWithin: unavailable,
    },
  }
  const at = instant(WEEKDAY_NOON)
  const inquiry = { service: 'noise', ...located('Hollis City Hall'), at, answers: {}, urgent: false }
  expect(resolve(routing, inquiry)).toMatchObject({
    accountable: { kind: 'none' },
    desk: { id: 'ellery-county' },
    confidence: 'unresolved',
  })
})
