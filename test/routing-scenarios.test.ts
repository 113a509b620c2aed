import { describe, expect, test } from 'vitest'
import { explain } from '../src/routing/explain.ts'
import { resolve } from '../src/routing/resolve.ts'
import type { Inquiry } from '../src/routing/types.ts'
import {
  agreement,
  areaIndex,
  at,
  body,
  calloway,
  drawnSegments,
  inquiry,
  local,
  road,
  segmentIndex,
  snapshot,
  split,
} from './support/routing-fixture.ts'
import { ids, said, story, who } from './support/routing-words.ts'

type Place = ReturnType<typeof at>

function route(service: string, place: Place | null, more: Partial<Inquiry> = {}, on = calloway) {
  return resolve(on, inquiry(service, place, more))
}

const onMillRoad = at(3000, 2503)
const betweenRoads = at(3000, 2512)

describe('S1 county road inside a city', () => {
  test('a pothole on a county road is the county’s from the start, and the city is told', () => {
    const resolution = route('pothole', onMillRoad)
    expect(who(resolution)).toEqual(['calloway', 'calloway', 'calloway'])
    expect(resolution).toMatchObject({ basis: 'asset:road', confidence: 'certain' })
    expect(ids(resolution.inform)).toEqual(['maple'])
  })

  test('graffiti on the wall beside it stays the city’s', () => {
    const resolution = route('graffiti', onMillRoad)
    expect(resolution).toMatchObject({ accountable: { id: 'maple' }, basis: 'municipality', inform: [] })
  })

  test('the trace names the city, the road, its owner and since when', () => {
    expect(story(route('pothole', onMillRoad))).toEqual([
      'The location is in Calloway County.',
      'The location is in Maple.',
      'The mailing address says Maple. This does not decide who is responsible.',
      'Mill Road is the nearest road, 3 m away.',
      'Calloway County has maintained Mill Road since 2019-01-01.',
      'Calloway County maintains Mill Road, so it is responsible.',
      'Calloway County is open now.',
      'We notify City of Maple.',
    ])
  })

  test('one sentence says who and why', () => {
    expect(said(explain(route('pothole', onMillRoad)))).toBe(
      'Calloway County maintains Mill Road, so it is responsible.',
    )
    expect(said(explain(route('graffiti', onMillRoad)))).toBe(
      'The location is in Maple, so City of Maple is responsible.',
    )
  })

  test('a road further than 15 m from a point decides nothing', () => {
    expect(route('pothole', at(3000, 2484.9)).basis).toBe('municipality')
    expect(route('pothole', at(3000, 2485.1)).basis).toBe('asset:road')
  })

  test('a circle that meets that road and a city side street asks which road, and guesses meanwhile', () => {
    const resolution = route('pothole', betweenRoads, { accuracy: 40 })
    expect(resolution).toMatchObject({
      accountable: { id: 'calloway' },
      confidence: 'ask',
      question: {
        id: 'road',
        options: [
          { value: 'mill-road', label: 'Mill Road', accountable: { id: 'calloway' } },
          { value: 'oak-street', label: 'Oak Street', accountable: { id: 'maple' } },
        ],
      },
    })
    expect(ids(resolution.candidates)).toEqual(['calloway', 'maple'])
    expect(said(explain(resolution))).toBe(
      'The location may be off by 40 m, so we need to know which road it is on.',
    )
  })

  test.each([
    ['mill-road', 'calloway', 'asset:road'],
    ['oak-street', 'maple', 'municipality'],
  ])('the answer %s settles it', (road, accountable, basis) => {
    const resolution = route('pothole', betweenRoads, { accuracy: 40, answers: { road } })
    expect(resolution).toMatchObject({ accountable: { id: accountable }, basis, confidence: 'certain' })
    expect(resolution).not.toHaveProperty('question')
  })

  test.each(['elm-street', 'route-9', ['mill-road', 'oak-street'], '__proto__'])(
    'the answer %j fits no road there and is asked again',
    road => {
      const answers = { road } as Inquiry['answers']
      expect(route('pothole', betweenRoads, { accuracy: 40, answers }).question?.id).toBe('road')
    },
  )

  test('a service that does not follow the road is not asked about', () => {
    expect(route('graffiti', betweenRoads, { accuracy: 40 }).confidence).toBe('certain')
  })

  test('a road that is nowhere the nearest within the error is no candidate', () => {
    const nearCorner = at(7990, 2501)
    expect(route('pothole', nearCorner, { accuracy: 4 }).confidence).toBe('certain')
    expect(route('pothole', nearCorner, { accuracy: 5 }).confidence).toBe('ask')
  })

  test('an error that is no number, or negative, leaves the point as it is', () => {
    for (const accuracy of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      expect(route('pothole', betweenRoads, { accuracy })).toEqual(route('pothole', betweenRoads))
    }
  })

  test('among more roads than anyone would read, the bodies are asked for', () => {
    const lanes = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        road(
          `lane-${i}`,
          `Lane ${i}`,
          [
            [2000, 3500 + i],
            [4000, 3500 + i],
          ],
          i ? {} : { owner: 'calloway' },
        ),
      )
    const ask = (count: number) =>
      route('pothole', at(3000, 3500), { accuracy: 30 }, snapshot({ segments: lanes(count) })).question?.id
    expect([ask(8), ask(9)]).toEqual(['road', 'side'])
  })

  test('whoever performs it already knows, and is not told again', () => {
    const lent = snapshot({ agreements: [agreement('mill', 'calloway', 'maple')] })
    expect(route('pothole', onMillRoad, {}, lent)).toMatchObject({ performer: { id: 'maple' }, inform: [] })
  })

  test('two roads of one name are told apart by who looks after them', () => {
    const namesakes = snapshot({
      segments: drawnSegments.map(segment => ({ ...segment, name: 'Main Street' })),
    })
    const { question } = route('pothole', betweenRoads, { accuracy: 40 }, namesakes)
    expect(question?.options.map(({ label }) => label)).toEqual([
      'Main Street (Calloway County)',
      'Main Street (City of Maple)',
    ])
  })
})

describe('S2 state highway, owner not on the platform', () => {
  test('the state is accountable, the shared desk keeps the case, and updates are not automatic', () => {
    const resolution = route('signal', at(3000, 7004))
    expect(resolution.accountable).toEqual({ kind: 'partner', id: 'state-dot', name: 'State DOT' })
    expect(who(resolution)).toEqual(['state-dot', 'state-dot', 'calloway'])
    expect(ids(resolution.inform)).toEqual(['maple'])
    expect(story(resolution)).toContain(
      'State DOT does not use this site. Calloway County sends the report to them. We may not get updates.',
    )
  })
})

describe('S3 unincorporated enclave', () => {
  test('county land wholly inside a city is the county’s, whatever the postal city', () => {
    const resolution = route('graffiti', at(4200, 4200))
    expect(resolution).toMatchObject({ accountable: { id: 'calloway' }, basis: 'county' })
    expect(story(resolution)).toContain(
      'The location is not in any city: Calloway County (mailing address: Maple).',
    )
  })

  test('an enclave in the enclave, a second polygon of the city, is the city’s', () => {
    expect(route('graffiti', at(4500, 4500)).accountable.id).toBe('maple')
  })

  test('an agreement for the enclave lets the city serve it on behalf of the county', () => {
    const served = snapshot({
      agreements: [
        agreement('enclave', 'calloway', 'maple', { areas: new Set([areaIndex('postal-maple')]) }),
      ],
    })
    expect(who(route('graffiti', at(4200, 4200), {}, served))).toEqual(['calloway', 'maple', 'calloway'])
    expect(route('graffiti', at(16_000, 1000), {}, served).performer.id).toBe('calloway')
  })

  test('a point on the ring is always the same body’s', () => {
    const ring = [at(4000, 4500), at(4000, 4000), at(4400, 4400), at(2000, 5000)]
    for (const place of ring) expect(route('graffiti', place).accountable.id).toBe('maple')
  })

  test('a point on the limit of two cities is in doubt between both, and the trace names them', () => {
    const resolution = route('graffiti', at(8000, 5000))
    expect(resolution).toMatchObject({ accountable: { id: 'maple' }, confidence: 'ask' })
    expect(ids(resolution.candidates)).toEqual(['maple', 'alder'])
    expect(story(resolution)).toContain(
      'The location is exactly on a boundary, so we need to know which side it is on: City of Maple, City of Alder.',
    )
  })
})

describe('S4 boundary street', () => {
  const south = (east: number) => at(8000 + east, 3000)
  const north = (upward: number, east = 0) => at(8000 + east, 4000 + 2500 * upward)

  test('an agreement split along the street comes first, whatever the side', () => {
    const lead = (place: Place) => {
      const { accountable, inform, basis, agreements } = route('pothole', place)
      return [accountable.id, ids(inform), basis, agreements]
    }
    expect(lead(north(0.39, 6))).toEqual(['maple', ['alder'], 'boundary-street', ['line-street']])
    expect(lead(north(0.41, -6))).toEqual(['alder', ['maple'], 'boundary-street', ['line-street']])
  })

  test('the agreement holds between its dates only', () => {
    const dated = (time: string) =>
      route(
        'pothole',
        north(0.39, 6),
        { at: local(time) },
        snapshot({
          boundaryStreets: [{ ...split, from: local('2026-01-01T00:00'), to: local('2027-01-01T00:00') }],
        }),
      ).accountable.id
    expect(dated('2025-12-31T23:59:59.999')).toBe('alder')
    expect(dated('2026-01-01T00:00')).toBe('maple')
    expect(dated('2026-12-31T23:59:59.999')).toBe('maple')
    expect(dated('2027-01-01T00:00')).toBe('alder')
  })

  test('the trace names both bodies and the agreement', () => {
    expect(story(route('pothole', north(0.39, 6)))).toContain(
      'City of Maple and City of Alder share Line Street. Under the agreement “Line Street, split at the creek”, City of Maple is responsible.',
    )
  })

  test('for a service the agreement does not name, the side decides', () => {
    const resolution = route('street-repair', north(0.41, -6))
    expect(resolution).toMatchObject({ accountable: { id: 'maple' }, basis: 'boundary-street' })
    expect(ids(resolution.inform)).toEqual(['alder'])
  })

  test.each([
    [-6, 0, 'maple'],
    [6, 0, 'alder'],
    [-0.9, 0, 'alder'],
    [0, 0, 'alder'],
    [-6, 5, 'maple'],
    [-6, 7, 'alder'],
  ])('%d m east of the line, known to %d m, %s leads', (east, accuracy, lead) => {
    const resolution = route('pothole', south(east), { accuracy })
    expect(resolution).toMatchObject({ accountable: { id: lead }, confidence: 'certain' })
    expect(ids(resolution.inform)).toEqual([lead === 'maple' ? 'alder' : 'maple'])
  })

  test('a service that does not follow the road goes by the boundary', () => {
    expect(route('graffiti', south(6))).toMatchObject({ accountable: { id: 'alder' }, basis: 'municipality' })
  })

  test('a lead without authority on the day leaves it to the boundary', () => {
    const gone = snapshot({
      bodies: [body('alder', 'City of Alder', ['municipality'], { to: local('2026-01-01T00:00') })],
    })
    expect(route('pothole', south(0), {}, gone)).toMatchObject({
      accountable: { id: 'maple' },
      basis: 'municipality',
    })
  })
})

describe('S5 contracted service with dates', () => {
  const signal = at(3000, 2540)
  const on = (time: string) => route('signal', signal, { at: local(time) })

  test.each([
    ['2026-06-30T23:59:59.999', 'maple'],
    ['2026-07-01T00:00', 'calloway'],
    ['2028-06-30T23:59:59.999', 'calloway'],
    ['2028-07-01T00:00', 'maple'],
  ])('at %s local time it is performed by %s', (time, performer) => {
    expect(on(time)).toMatchObject({ accountable: { id: 'maple' }, performer: { id: performer } })
  })

  test('it is performed on behalf of the city, and says under what', () => {
    const resolution = on('2027-01-01T00:00')
    expect(resolution.agreements).toEqual(['signals-2026'])
    expect(said(explain(resolution))).toBe(
      'Calloway County does this work for City of Maple under the agreement “Maple signal maintenance 2026–2028”.',
    )
  })

  test('a chain of agreements is followed to its end', () => {
    const chained = snapshot({
      agreements: [
        agreement('first', 'maple', 'calloway'),
        agreement('second', 'calloway', 'state-dot', { services: new Set(['signal']) }),
      ],
    })
    const resolution = route('signal', signal, {}, chained)
    expect(resolution).toMatchObject({ performer: { id: 'state-dot' }, agreements: ['first', 'second'] })
    expect(said(explain(resolution))).toBe(
      'State DOT does this work for City of Maple under the agreement “Agreement second”.',
    )
    expect(route('graffiti', signal, {}, chained).agreements).toEqual(['first'])
  })

  test('a circle of agreements ends where it would come back', () => {
    const circle = snapshot({
      agreements: [agreement('there', 'maple', 'alder'), agreement('back', 'alder', 'maple')],
    })
    const resolution = route('signal', signal, {}, circle)
    expect(resolution).toMatchObject({ performer: { id: 'alder' }, agreements: ['there'] })
    expect(story(resolution)).toContain(
      'The agreement “Agreement back” does not apply. It leads back to City of Maple.',
    )
  })

  test('a performer without authority on the day is passed over', () => {
    const gone = snapshot({
      bodies: [body('alder', 'City of Alder', ['municipality'], { to: local('2026-01-01T00:00') })],
      agreements: [agreement('void', 'maple', 'alder')],
    })
    expect(route('signal', signal, {}, gone)).toMatchObject({ performer: { id: 'maple' }, agreements: [] })
  })

  test('an agreement limited to an area or a segment holds there and nowhere else', () => {
    expect(route('tree', at(13_000, 3500)).performer.id).toBe('calloway')
    expect(route('tree', at(13_000, 4500)).performer.id).toBe('alder')
    const bySegment = snapshot({
      agreements: [
        agreement('oak', 'maple', 'calloway', { segments: new Set([segmentIndex('oak-street')]) }),
      ],
    })
    expect(route('signal', signal, {}, bySegment).performer.id).toBe('calloway')
    expect(route('signal', at(3000, 5000), {}, bySegment).performer.id).toBe('maple')
  })
})
