import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explain } from '../src/routing/explain.ts'
import { resolve } from '../src/routing/resolve.ts'
import type { Inquiry, Resolution } from '../src/routing/types.ts'
import { agreement, at, calloway, drawnAreas, inquiry, local, snapshot } from './support/routing-fixture.ts'
import { ids, said, story } from './support/routing-words.ts'

const place = fc
  .tuple(
    fc.double({ min: -500, max: 19_000, noNaN: true }),
    fc.double({ min: -500, max: 19_000, noNaN: true }),
  )
  .map(([east, north]) => at(east, north))
/** Where boundaries, corners and roads meet. */
const awkward = fc
  .tuple(
    fc.constantFrom(0, 2000, 4000, 4400, 5000, 8000, 12_000, 18_000),
    fc.constantFrom(2500, 2540, 3000, 4000, 4600, 6500, 7000, 8500),
    fc.constantFrom(0, 0.4, 15, -15, 40),
  )
  .map(([east, north, off]) => at(east + off, north + off))
/** Around the corner where two cities and the county meet. */
const threeBodies = fc
  .tuple(fc.double({ min: 1, max: 90, noNaN: true }), fc.double({ min: 1, max: 90, noNaN: true }))
  .map(([east, north]) => at(8000 - east, 8000 - north))
const ground = fc.oneof(place, awkward)
const services = fc.constantFrom(...calloway.services.keys())
const instants = fc.integer({ min: local('2025-01-01T00:00'), max: local('2029-01-01T00:00') })

const answerKey = fc.oneof(
  fc.constantFrom('road', 'side', 'blocked', '__proto__', 'constructor'),
  fc.string(),
)
const answerText = fc.oneof(fc.constantFrom('mill-road', 'maple', 'none', 'road', '__proto__'), fc.string())
const answers = fc
  .array(fc.tuple(answerKey, fc.oneof(answerText, fc.array(answerText))))
  .map((entries): Inquiry['answers'] => Object.fromEntries(entries))

const sane: fc.Arbitrary<Inquiry> = fc.record({
  service: services,
  place: ground,
  accuracy: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 200, noNaN: true })),
  at: instants,
  answers,
  urgent: fc.boolean(),
})
const wild: fc.Arbitrary<Inquiry> = fc.record({
  service: fc.oneof(services, fc.constantFrom('__proto__', 'toString', ''), fc.string()),
  place: fc.option(fc.oneof(ground, fc.record({ lat: fc.double(), long: fc.double() }))),
  accuracy: fc.double(),
  at: fc.oneof(instants, fc.double()),
  answers,
  urgent: fc.boolean(),
})
const anything = fc.oneof(sane, wild)

test('whatever is asked, there is one whole answer', () => {
  fc.assert(
    fc.property(anything, asked => {
      const { accountable, performer, desk, inform, candidates, ...rest } = resolve(calloway, asked)
      expect(calloway.bodies.has(desk.id)).toBe(true)
      expect(performer.kind === 'none').toBe(accountable.kind === 'none')
      expect(rest.confidence === 'ask').toBe(rest.question !== undefined)
      expect(new Set(ids(candidates)).size).toBe(candidates.length)
      expect(new Set([accountable.id, performer.id, ...ids(inform)]).size).toBe(
        new Set([accountable.id, performer.id]).size + inform.length,
      )
      if (rest.confidence === 'ask') expect(candidates.length).toBeGreaterThan(1)
      if (rest.confidence !== 'unresolved') {
        expect(ids(candidates).slice(0, 1)).toEqual(accountable.kind === 'none' ? [] : [accountable.id])
      }
    }),
    { numRuns: 2000 },
  )
})

test('every answer has a story and a sentence that a resident can read', () => {
  fc.assert(
    fc.property(anything, asked => {
      const resolution = resolve(calloway, asked)
      for (const text of [...story(resolution), said(explain(resolution))]) {
        expect(text).toMatch(/^[^{}]+\.$/)
        expect(text).not.toMatch(/undefined|null|NaN/)
      }
    }),
    { numRuns: 1000 },
  )
})

test('the same inputs and snapshot give the same bytes, on any copy of the snapshot', () => {
  const copy = snapshot({})
  fc.assert(
    fc.property(anything, asked => {
      const bytes = JSON.stringify(resolve(calloway, asked))
      expect(JSON.stringify(resolve(calloway, asked))).toBe(bytes)
      expect(JSON.stringify(resolve(copy, structuredClone(asked)))).toBe(bytes)
    }),
    { numRuns: 1000 },
  )
})

test('the order in which areas are listed changes nothing but the order of the story', () => {
  const unordered = ({ trace, inform, ...rest }: Resolution) => ({
    ...rest,
    trace: story({ ...rest, trace, inform }).sort(),
    inform: ids(inform).sort(),
  })
  const listed = snapshot({ agreements: [] })
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...drawnAreas], { minLength: drawnAreas.length }),
      fc.array(fc.tuple(sane, fc.oneof(place, threeBodies)), { minLength: 10, maxLength: 10 }),
      (areas, asked) => {
        const shuffled = snapshot({ areas, agreements: [] })
        for (const [sane, place] of asked) {
          const inquiry = { ...sane, place }
          expect(unordered(resolve(shuffled, inquiry))).toEqual(unordered(resolve(listed, inquiry)))
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('whoever is accountable anywhere in the circle is a candidate', () => {
  const byBoundary = fc.constantFrom('graffiti', 'water-leak', 'dog-license')
  const within = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
  )
  const meters = fc.double({ min: 1, max: 500, noNaN: true })
  const corner = fc.constantFrom(...[2000, 4000, 4400, 5000, 8000, 12_000])
  fc.assert(
    fc.property(
      byBoundary,
      corner,
      corner,
      meters,
      fc.array(within),
      (code, east, north, accuracy, truths) => {
        const [x, y] = [east + 30, north - 20]
        const { candidates } = resolve(calloway, inquiry(code, at(x, y), { accuracy }))
        for (const [share, angle] of truths) {
          const reach = share * accuracy * 0.99
          const truth = at(x + reach * Math.cos(angle), y + reach * Math.sin(angle))
          expect(ids(candidates)).toContain(resolve(calloway, inquiry(code, truth)).accountable.id)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('every option of every question leads to the body it names', () => {
  fc.assert(
    fc.property(sane, asked => {
      const open = { ...asked, answers: {} }
      const { question } = resolve(calloway, open)
      for (const { value, accountable } of question?.options ?? []) {
        const answered = resolve(calloway, { ...open, answers: { [question?.id ?? '']: value } })
        expect(answered.accountable).toEqual(accountable)
        if (question?.id === 'side') expect(answered.confidence).toBe('certain')
      }
      expect(new Set(question?.options.map(({ label }) => label)).size).toBe(question?.options.length ?? 0)
    }),
    { numRuns: 2000 },
  )
})

test('an agreement holds from its first instant to just before its last', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 1e11 }), (from, length) => {
      const to = from + length
      const dated = snapshot({ agreements: [agreement('dated', 'maple', 'alder', { from, to })] })
      const performer = (at_: number) =>
        resolve(dated, inquiry('graffiti', at(3000, 3500), { at: at_ })).performer.id
      expect([from - 1, from, to - 1, to].map(performer)).toEqual(['maple', 'alder', 'alder', 'maple'])
    }),
  )
})
