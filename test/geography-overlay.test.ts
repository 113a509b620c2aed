import fc from 'fast-check'
import * as polyclip from 'polyclip-ts'
import { describe, expect, test } from 'vitest'
import type { LinearRing, MultiPolygonRings } from '../src/core/geometry.ts'
import { squareMeters } from '../src/geography/polygons/measure.ts'
import { overlay } from '../src/geography/polygons/overlay.ts'
import { corners, square } from './support/geojson.ts'

const both = (a: number, b: number) => a > 0 && b > 0
const only = (a: number, b: number) => a > 0 && b === 0
const either = (a: number, b: number) => a > 0 || b > 0
const drawn = (found: MultiPolygonRings | undefined) => corners(found ?? [])

const clipped = {
  both: (a: MultiPolygonRings, b: MultiPolygonRings) => polyclip.intersection(a as never, b as never),
  only: (a: MultiPolygonRings, b: MultiPolygonRings) => polyclip.difference(a as never, b as never),
  either: (a: MultiPolygonRings, b: MultiPolygonRings) => polyclip.union(a as never, b as never),
}

/** Undefined where the other library gives up: now and then it finds no way around a ring. */
function clippedOr(name: keyof typeof clipped, a: MultiPolygonRings, b: MultiPolygonRings) {
  try {
    return clipped[name](a, b) as MultiPolygonRings
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Unable to complete output ring')) return undefined
    throw error
  }
}

/** A star around a center: never crosses itself. */
const star = (coordinate: fc.Arbitrary<number>) =>
  fc
    .tuple(
      coordinate,
      coordinate,
      fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 24 }),
    )
    .map(([x, y, reaches]): LinearRing => {
      const ring = reaches.map((reach, i) => {
        const angle = (2 * Math.PI * i) / reaches.length
        const round = (value: number) => Math.round(value * 1e7) / 1e7
        return [round(x + reach * Math.cos(angle)), round(y + reach * Math.sin(angle))] as const
      })
      return [...ring, ring[0] ?? [0, 0]]
    })
const box = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .map(([x, y, size]) => square(x / 4, y / 4, size / 4))
const fine = star(fc.double({ min: 0, max: 2, noNaN: true }))
const shapes = fc
  .array(fc.oneof(box, fine), { minLength: 1, maxLength: 4 })
  .map(rings => rings.map(ring => [ring]))

describe('two geometries', () => {
  test('are laid over each other as exact clipping does, to the square meter', () => {
    let open = 0
    let unclipped = 0
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        for (const [name, keep] of Object.entries({ both, only, either })) {
          const found = overlay(a, b, keep)
          const exact = clippedOr(name as keyof typeof clipped, a, b)
          if (exact === undefined) unclipped++
          if (found === undefined) open++
          else if (exact !== undefined) {
            const expected = squareMeters(exact)
            expect(Math.abs(squareMeters(found) - expected)).toBeLessThan(1 + expected * 1e-9)
          }
        }
      }),
      { numRuns: 400 },
    )
    expect(open).toBeLessThan(12)
    expect(unclipped).toBeLessThan(12)
  })

  test('that share their edges exactly leave nothing', () => {
    const county = [[square(0, 0, 2)]]
    const towns = [square(0, 0, 1), square(1, 0, 1), square(0, 1, 1), square(1, 1, 1)].map(ring => [ring])
    expect(overlay(county, towns, only)).toEqual([])
    expect(overlay(towns, [], a => a > 1)).toEqual([])
    expect(drawn(overlay(towns, [], either))).toEqual(
      drawn([
        [
          [
            [0, 0],
            [1, 0],
            [2, 0],
            [2, 1],
            [2, 2],
            [1, 2],
            [0, 2],
            [0, 1],
            [0, 0],
          ],
        ],
      ]),
    )
  })

  test('leave holes where towns lie apart, and islands in them', () => {
    const towns = [[square(0.5, 0.5, 1), square(0.75, 0.75, 0.5)]]
    const found = overlay([[square(0, 0, 2)]], towns, only)
    expect(found?.map(rings => rings.length)).toEqual([1, 2])
  })

  test('may touch in a corner, or run along each other in part', () => {
    const touching = overlay([[square(0, 0, 1)]], [[square(1, 1, 1)]], either)
    expect(squareMeters(touching ?? [])).toBeCloseTo(squareMeters([[square(0, 0, 1)], [square(1, 1, 1)]]), 0)
    expect(drawn(overlay([[square(0, 0, 2)]], [[square(0, 0.5, 1)]], both))).toEqual(
      drawn([[square(0, 0.5, 1)]]),
    )
  })

  test('turned the wrong way are taken for what they bound', () => {
    expect(drawn(overlay([[square(0, 0, 1).toReversed()]], [], only))).toEqual(drawn([[square(0, 0, 1)]]))
  })
})
