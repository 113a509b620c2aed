import { describe, expect, test } from 'vitest'
import { explain } from '../src/routing/explain.ts'
import { resolve } from '../src/routing/resolve.ts'
import type { Inquiry, Resolution } from '../src/routing/types.ts'
import {
  agreement,
  at,
  body,
  calloway,
  drawnAreas,
  drawnSegments,
  inquiry,
  local,
  road,
  snapshot,
  split,
} from './support/routing-fixture.ts'
import { ids, said, story, who } from './support/routing-words.ts'

type Place = ReturnType<typeof at>

function route(code: string, place: Place | null, more: Partial<Inquiry> = {}, on = calloway) {
  return resolve(on, inquiry(code, place, more))
}

const inMaple = at(3000, 3500)

describe('S9 inaccurate location', () => {
  const nearLimit = at(7960, 7000)

  test('65 m off and 40 m from the limit of two cities, it asks on whose side', () => {
    const resolution = route('graffiti', nearLimit, { accuracy: 65 })
    expect(resolution).toMatchObject({
      accountable: { id: 'maple' },
      confidence: 'ask',
      question: { id: 'side', options: [{ value: 'maple' }, { value: 'alder', label: 'City of Alder' }] },
    })
    expect(resolution.candidates).toEqual([
      { kind: 'jurisdiction', id: 'maple', name: 'City of Maple', basis: 'municipality' },
      { kind: 'jurisdiction', id: 'alder', name: 'City of Alder', basis: 'municipality' },
    ])
  })

  test('the answer settles it, with the other side’s ground for all that follows', () => {
    const resolution = route('graffiti', nearLimit, { accuracy: 65, answers: { side: 'alder' } })
    expect(who(resolution)).toEqual(['alder', 'alder', 'alder'])
    expect(resolution).toMatchObject({ confidence: 'certain', candidates: [{ id: 'alder' }] })
    expect(story(resolution)).toContain('Your answer: City of Alder.')
  })

  test('an answer that is no candidate is asked again', () => {
    for (const side of ['water', 'none', '', '__proto__']) {
      expect(route('graffiti', nearLimit, { accuracy: 65, answers: { side } }).confidence).toBe('ask')
    }
  })

  test('35 m off, the circle does not reach the limit: no question', () => {
    expect(route('graffiti', nearLimit, { accuracy: 35 }).confidence).toBe('certain')
  })

  test('if both sides lead to one body there is no question', () => {
    const resolution = route('water-leak', at(7960, 5500), { accuracy: 65 })
    expect(resolution).toMatchObject({ accountable: { id: 'water' }, confidence: 'certain' })
    expect(said(explain(resolution))).toBe(
      'The location is in Three Creeks Water District, so Three Creeks Water District is responsible.',
    )
    expect(route('dog-license', nearLimit, { accuracy: 65 }).confidence).toBe('certain')
  })

  test('the corner of an enclave inside the circle is enough to ask', () => {
    const resolution = route('graffiti', at(3960, 3960), { accuracy: 65 })
    expect(ids(resolution.candidates)).toEqual(['maple', 'calloway'])
    expect(route('graffiti', at(3960, 3960), { accuracy: 50 }).confidence).toBe('certain')
  })

  test('deep inside a city the county around it is no candidate', () => {
    expect(route('graffiti', at(6000, 7500), { accuracy: 65 })).toMatchObject({ confidence: 'certain' })
  })

  test('a side street that crosses the limit beside a state road: first which road, then which side', () => {
    const elm = road('elm-lane', 'Elm Lane', [
      [7900, 7030],
      [8100, 7030],
    ])
    const withElm = snapshot({ segments: [...drawnSegments, elm] })
    const ask = (answers: Inquiry['answers']) =>
      route('pothole', at(7985, 7012), { accuracy: 30, answers }, withElm)
    expect(ask({}).question).toMatchObject({
      id: 'road',
      options: [{ label: 'State Route 9' }, { label: 'Elm Lane', value: 'elm-lane' }],
    })
    expect(ask({ road: 'elm-lane' }).question).toMatchObject({
      id: 'side',
      options: [{ value: 'maple' }, { value: 'alder' }],
    })
    expect(ask({ road: 'elm-lane', side: 'alder' })).toMatchObject({
      accountable: { id: 'alder' },
      confidence: 'certain',
    })
    expect(ask({ road: 'route-9' })).toMatchObject({
      accountable: { id: 'state-dot' },
      confidence: 'certain',
    })
  })

  test('two side streets that both cross the limit: the side, not the road, is the question', () => {
    const lanes = [7030, 7040].map((north, i) =>
      road(`lane-${i}`, `Lane ${i}`, [
        [7900, north],
        [8100, north],
      ]),
    )
    const on = snapshot({ segments: lanes })
    expect(route('pothole', at(7985, 7035), { accuracy: 30 }, on).question?.id).toBe('side')
  })

  test('the story says when the error makes no difference', () => {
    expect(story(route('dog-license', nearLimit, { accuracy: 65 }))).toContain(
      'The location may be off by 65 m. Calloway County is responsible in that whole area.',
    )
  })

  test('while it asks, the question is the sentence, whatever agreement the guess is under', () => {
    const contracted = snapshot({ agreements: [agreement('all', 'maple', 'calloway')] })
    const resolution = route('graffiti', nearLimit, { accuracy: 65 }, contracted)
    expect(resolution.performer.id).toBe('calloway')
    expect(explain(resolution).code).toBe('ask-side')
  })

  test('ground that is nobody’s is no candidate beside a body', () => {
    expect(route('graffiti', at(1000, 20), { accuracy: 65 })).toMatchObject({
      accountable: { id: 'calloway' },
      confidence: 'certain',
    })
  })

  test('a circle of kilometres says no more than words', () => {
    expect(route('graffiti', inMaple, { accuracy: 5000 }).confidence).toBe('unresolved')
    expect(route('dog-license', inMaple, { accuracy: Number.POSITIVE_INFINITY }).confidence).toBe('certain')
  })
})

describe('a place exactly on a boundary', () => {
  const names = ({ candidates }: Resolution) => candidates.map(({ id }) => id).sort()
  const reason = (resolution: Resolution) => explain(resolution).code

  test.each([0, 20])('that two cities share is in doubt between both, and not a mistake (%s m)', accuracy => {
    const resolution = route('graffiti', at(8000, 7000), { accuracy })
    expect(resolution.confidence).toBe('ask')
    expect(names(resolution)).toEqual(['alder', 'maple'])
    expect(resolution.question?.options.map(({ value }) => value).sort()).toEqual(['alder', 'maple'])
    expect(resolution.trace.map(({ code }) => code)).not.toContain('several')
    expect(reason(resolution)).toBe(accuracy === 0 ? 'ask-edge' : 'ask-side')
  })

  test('says so plainly, and the answer settles it', () => {
    const ask = (answers: Inquiry['answers']) => route('graffiti', at(8000, 7000), { answers })
    expect(story(ask({})).join(' ')).toMatch(
      /exactly on a boundary, so we need to know which side it is on: City of/,
    )
    expect(ask({ side: 'alder' })).toMatchObject({ accountable: { id: 'alder' }, confidence: 'certain' })
    expect(ask({ side: 'maple' })).toMatchObject({ accountable: { id: 'maple' }, confidence: 'certain' })
  })

  test('of a city in the county is in doubt between the two; of the county itself it is the county’s', () => {
    expect(names(route('graffiti', at(2000, 7000)))).toEqual(['calloway', 'maple'])
    expect(names(route('graffiti', at(8000, 2000)))).toEqual(['alder', 'calloway', 'maple'])
    expect(route('graffiti', at(0, 7000))).toMatchObject({
      accountable: { id: 'calloway' },
      confidence: 'certain',
    })
  })

  test('is another thing than ground that two cities claim: that is a mistake on record', () => {
    const claimed = drawnAreas.find(({ id }) => id === 'maple')?.polygons ?? []
    const on = snapshot({
      areas: drawnAreas.map(area => (area.id === 'alder' ? { ...area, polygons: claimed } : area)),
    })
    const resolution = route('graffiti', inMaple, {}, on)
    expect(resolution).toMatchObject({ accountable: { id: 'maple' }, confidence: 'certain' })
    expect(story(resolution)).toContain(
      'Our records name both City of Maple and City of Alder here. We use City of Maple until this is corrected.',
    )
  })

  test('that makes no difference to a service is no question', () => {
    const resolution = route('dog-license', at(8000, 7000))
    expect(resolution).toMatchObject({ accountable: { id: 'calloway' }, confidence: 'certain' })
    expect(resolution.question).toBeUndefined()
  })
})

describe('S13 shared number', () => {
  test('the place sets the jurisdiction, and nothing about the caller does', () => {
    const answers = { phone: '+1 555 0100', jurisdiction: 'alder', jurisdiction_id: 'alder' }
    expect(route('graffiti', inMaple, { answers }).accountable.id).toBe('maple')
  })
})

describe('S15 a place that nobody covers', () => {
  test.each([
    ['a federal base', at(15_500, 15_500), 'fort', 'Fort Pine'],
    ['the next county', at(20_000, 5000), 'next-county', 'Dunmore County'],
  ])('%s is its partner’s: an answer, kept by the shared desk', (_, place, partner, name) => {
    const resolution = route('pothole', place)
    expect(who(resolution)).toEqual([partner, partner, 'calloway'])
    expect(resolution).toMatchObject({ basis: 'territory', confidence: 'certain' })
    expect(said(explain(resolution))).toBe(`The location is in ${name}, where ${name} is responsible.`)
  })

  test('the owner of a road through the base still answers for the road', () => {
    expect(route('pothole', at(15_500, 16_003)).accountable.id).toBe('calloway')
    expect(route('graffiti', at(15_500, 16_003)).accountable.id).toBe('fort')
  })

  test('open sea is no public body’s, and the shared desk says whom to reach', () => {
    const resolution = route('graffiti', at(-5000, 0))
    expect(resolution.accountable).toEqual({ kind: 'none', id: 'none', name: 'No public body' })
    expect(resolution).toMatchObject({
      desk: { id: 'calloway' },
      basis: 'none',
      confidence: 'certain',
      candidates: [],
    })
    expect(said(explain(resolution))).toBe(
      'We found no agency responsible for this here. Calloway County will tell you who to contact.',
    )
  })
})

describe('S16 routing data missing, stale or unavailable', () => {
  const unavailable = snapshot({
    atlas: {
      areasAt: () => {
        throw new Error('the map file is gone')
      },
      areaSetsWithin: () => [],
      areaSetsTouching: () => [],
      segmentsWithin: () => [],
    },
  })

  test.each([
    ['a place in words only', calloway, inquiry('graffiti', null), 'unknown-place'],
    ['a place known to 3 km', calloway, inquiry('graffiti', inMaple, { accuracy: 3000 }), 'rough-place'],
    [
      'a place that is no number',
      calloway,
      inquiry('graffiti', { lat: Number.NaN, long: -80 }),
      'unusable-place',
    ],
    ['a place off the earth', calloway, inquiry('graffiti', { lat: 95, long: -80 }), 'unusable-place'],
    ['an unknown service', calloway, inquiry('unicorns', inMaple), 'unknown-service'],
    ['a time that is no number', calloway, inquiry('graffiti', inMaple, { at: Number.NaN }), 'unusable-time'],
    ['an atlas that fails', unavailable, inquiry('graffiti', inMaple), 'atlas-away'],
  ] as const)('%s is accepted, unresolved, and kept by the intake', (_, on, asked, code) => {
    const resolution = resolve(on, asked)
    expect(who(resolution)).toEqual(['none', 'none', 'calloway'])
    expect(resolution.confidence).toBe('unresolved')
    expect(explain(resolution).code).toBe(code)
  })

  test('words are enough where only one body can be meant', () => {
    const resolution = route('dog-license', null)
    expect(who(resolution)).toEqual(['calloway', 'calloway', 'calloway'])
    expect(resolution.confidence).toBe('certain')
  })

  test('in words only, all who may be meant are listed for triage', () => {
    expect(ids(route('pothole', null).candidates)).toEqual(['calloway', 'state-dot', 'maple', 'alder'])
    expect(ids(route('water-leak', null).candidates)).toEqual(['water', 'maple', 'calloway'])
  })

  test('in words only, what is not in force on the day is left out', () => {
    const lapsed = { to: local('2026-01-01T00:00') }
    const on = snapshot({
      areas: drawnAreas.map(area => (area.body === 'alder' ? { ...area, ...lapsed } : area)),
      segments: drawnSegments
        .map(segment => (segment.owner === 'state-dot' ? { ...segment, ...lapsed } : segment))
        .filter(segment => segment.sides === null),
      boundaryStreets: [
        { ...split, ...lapsed, parts: [{ upTo: 1, lead: 'alder' }] },
        { ...split, services: new Set(['tree']), parts: [{ upTo: 1, lead: 'alder' }] },
        { ...split, parts: [{ upTo: 1, lead: 'water' }] },
      ],
    })
    expect(ids(route('pothole', null, {}, on).candidates)).toEqual(['calloway', 'water', 'maple'])
  })

  test('a service whose layer nobody has is unresolved in words and nobody’s on the map', () => {
    expect(route('passport', null).confidence).toBe('unresolved')
    expect(route('passport', inMaple)).toMatchObject({ accountable: { id: 'none' }, confidence: 'certain' })
  })

  test('an intake that is no body leaves the desk empty and throws nothing', () => {
    expect(resolve({ ...calloway, intake: 'gone' }, inquiry('graffiti', null)).desk.id).toBe('none')
  })

  test('an owner that is not on record leaves the road to the boundary', () => {
    const forgotten = snapshot({ bodies: [body('calloway', 'Calloway County', ['county'], { to: 0 })] })
    expect(route('pothole', at(3000, 2503), {}, forgotten).accountable.id).toBe('maple')
  })

  test('an agreement limited to a place does not hold for words', () => {
    const limited = snapshot({
      agreements: [agreement('licenses', 'calloway', 'maple', { areas: new Set([0]) })],
    })
    expect(route('dog-license', null, {}, limited).performer.id).toBe('calloway')
    expect(route('dog-license', inMaple, {}, limited).performer.id).toBe('maple')
  })
})
