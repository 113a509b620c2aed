import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type LinearRing,
  type LongLat,
  type MultiPolygonRings,
  metersPerDegree,
} from '../src/core/geometry.ts'
import { type PreparedAtlas, prepareAtlas } from '../src/geography/atlas.ts'
import type { Atlas as RoutingAtlas } from '../src/routing/types.ts'

/**
 * Shapes on a coarse grid of binary fractions: arithmetic is exact there, and shared corners, shared edges,
 * points on edges and self-crossing rings are the rule rather than the exception.
 */
const step = 1 / 64
const corner = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }))
const onGrid = corner.map(([x, y]): LongLat => [x * step - 80, y * step + 25])
const ring = fc
  .array(onGrid, { minLength: 3, maxLength: 7 })
  .map((open): LinearRing => [...open, ...open.slice(0, 1)])
const polygon = fc.array(ring, { minLength: 1, maxLength: 3 })
const area = fc.array(polygon, { minLength: 0, maxLength: 3 })
const areas = fc.array(area, { minLength: 0, maxLength: 6 })
const point = fc.oneof(
  onGrid,
  corner.map(([x, y]): LongLat => [(x * step) / 2 - 80, (y * step) / 3 + 25]),
  fc.tuple(
    fc.double({ min: -80.1, max: -79.7, noNaN: true }),
    fc.double({ min: 24.9, max: 25.3, noNaN: true }),
  ),
)
const segments = fc.array(fc.array(onGrid, { minLength: 0, maxLength: 5 }), { maxLength: 6 })
const meters = fc.oneof(fc.constantFrom(0, 1, 65, 1e7), fc.double({ min: 0, max: 20_000, noNaN: true }))

function edgesOf(line: readonly LongLat[]): (readonly [LongLat, LongLat])[] {
  return line.slice(1).map((to, i) => [line[i] ?? to, to])
}

function holds(rings: readonly LinearRing[], [x, y]: LongLat): boolean {
  let inside = false
  for (const [a, b] of rings.flatMap(edgesOf)) {
    const turn = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
    const beside = Math.min(a[0], b[0]) <= x && x <= Math.max(a[0], b[0])
    const level = Math.min(a[1], b[1]) <= y && y <= Math.max(a[1], b[1])
    if (turn === 0 && beside && level) return true
    if (a[1] > y !== b[1] > y && (b[1] > a[1] ? turn > 0 : turn < 0)) inside = !inside
  }
  return inside
}

function holdingByHand(ground: readonly MultiPolygonRings[], at: LongLat): number[] {
  return ground.flatMap((polygons, i) => (polygons.some(rings => holds(rings, at)) ? [i] : []))
}

function metersTo([a, b]: readonly [LongLat, LongLat], [x, y]: LongLat) {
  const scale = metersPerDegree(y)
  const flat = ([long, lat]: LongLat) => [(long - x) * scale.long, (lat - y) * scale.lat] as const
  const [[ax, ay], [bx, by]] = [flat(a), flat(b)]
  const squared = (bx - ax) ** 2 + (by - ay) ** 2
  const share = squared === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / squared))
  return { metres: Math.hypot(ax + (bx - ax) * share, ay + (by - ay) * share), share }
}

function square(x: number, y: number, size: number): LinearRing {
  return [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ]
}

describe('areas at a point', () => {
  test('are those that a count of crossings by hand finds, rings in rings and crossing rings included', () => {
    fc.assert(
      fc.property(areas, fc.array(point, { minLength: 20, maxLength: 60 }), (ground, points) => {
        const atlas = prepareAtlas({ areas: ground, segments: [] })
        for (const at of points) expect(atlas.areasAt(at[1], at[0])).toEqual(holdingByHand(ground, at))
      }),
      { numRuns: 300 },
    )
  })

  test('do not depend on the direction of a ring or the vertex it starts at', () => {
    const turned = (closed: LinearRing, by: number): LinearRing => {
      const open = closed.slice(0, -1).reverse()
      const start = by % open.length
      const moved = [...open.slice(start), ...open.slice(0, start)]
      return [...moved, ...moved.slice(0, 1)]
    }
    fc.assert(
      fc.property(areas, fc.nat(6), fc.array(point, { minLength: 20 }), (ground, by, points) => {
        const other = ground.map(polygons => polygons.map(rings => rings.map(ring => turned(ring, by))))
        const [one, two] = [ground, other].map(areas => prepareAtlas({ areas, segments: [] }))
        for (const [long, lat] of points) expect(two?.areasAt(lat, long)).toEqual(one?.areasAt(lat, long))
      }),
    )
  })

  test('stay the same however often and in whichever order they are asked', () => {
    fc.assert(
      fc.property(areas, fc.array(point, { minLength: 20 }), (ground, points) => {
        const atlas = prepareAtlas({ areas: ground, segments: [] })
        const answers = points.map(([long, lat]) => atlas.areasAt(lat, long))
        const anew = prepareAtlas({ areas: ground, segments: [] })
        const again = points.toReversed().map(([long, lat]) => anew.areasAt(lat, long))
        expect(again.reverse()).toEqual(answers)
        for (const [i, [long, lat]] of points.entries()) expect(atlas.areasAt(lat, long)).toBe(answers[i])
      }),
      { numRuns: 30 },
    )
  })

  test('leave nothing between neighbors: every point of a shared crooked edge is in one of them', () => {
    const crooked = fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(crooked, fc.nat(28), fc.double({ min: 0, max: 1, noNaN: true }), (bends, at, share) => {
        const middle = bends.map((bend, i): LongLat => [-80 + bend, 25 + i / (bends.length - 1)])
        const west: LinearRing = [[-81, 25], ...middle, [-81, 26], [-81, 25]]
        const east: LinearRing = [[-79, 26], ...[...middle].reverse(), [-79, 25], [-79, 26]]
        const atlas = prepareAtlas({ areas: [[[west]], [[east]]], segments: [] })
        const [from, to] = edgesOf(middle)[at % (middle.length - 1)] ?? [middle[0], middle[1]]
        if (from === undefined || to === undefined) return
        const [long, lat] = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
        expect(atlas.areasAt(lat, long).length).toBeGreaterThan(0)
        for (const [x, y] of middle) expect(atlas.areasAt(y, x)).toEqual([0, 1])
      }),
    )
  })

  test('an enclave, and an enclave within the enclave, are told apart by their holes', () => {
    const city = [[square(-80, 25, 0.8), square(-79.8, 25.2, 0.4)], [square(-79.7, 25.3, 0.1)]]
    const county = [[square(-79.8, 25.2, 0.4), square(-79.7, 25.3, 0.1)]]
    const atlas = prepareAtlas({ areas: [city, county], segments: [] })
    expect(atlas.areasAt(25.1, -79.9)).toEqual([0])
    expect(atlas.areasAt(25.25, -79.75)).toEqual([1])
    expect(atlas.areasAt(25.35, -79.65)).toEqual([0])
    expect(atlas.areasAt(25.2, -79.6)).toEqual([0, 1])
  })

  test('forty editions of one boundary stay apart', () => {
    const editions = Array.from({ length: 40 }, (_, i) => [[square(-80, 25, i % 2 === 0 ? 1 : 0.5)]])
    const atlas = prepareAtlas({ areas: editions, segments: [] })
    expect(atlas.areasAt(25.7, -79.7)).toHaveLength(20)
    expect(atlas.areasAt(25.3, -79.7)).toHaveLength(40)
  })

  test('any number at all is an answer, and nonsense is nowhere', () => {
    const atlas = prepareAtlas({ areas: [[[square(-80, 25, 1)]]], segments: [square(-80, 25, 1)] })
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.double(), (lat, long, within) => {
        expect(() => atlas.areaSetsWithin(lat, long, within)).not.toThrow()
        expect(() => atlas.segmentsWithin(lat, long, within)).not.toThrow()
        const nonsense = !(Math.abs(lat) <= 90 && Math.abs(long) <= 180)
        if (nonsense) {
          expect(atlas.areasAt(lat, long)).toEqual([])
          expect(atlas.areaSetsWithin(lat, long, within)).toEqual([[]])
          expect(atlas.segmentsWithin(lat, long, within)).toEqual([])
        }
      }),
    )
    expect(atlas.areaSetsWithin(25.5, -79.5, Number.NaN)).toEqual([[0]])
    expect(atlas.areaSetsWithin(0, 0, Number.POSITIVE_INFINITY)).toEqual([[], [0]])
    expect(prepareAtlas({ areas: [], segments: [] }).areaSetsWithin(25, -80, 1e9)).toEqual([[]])
  })
})

describe('what a circle meets', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const spread = fc.array(fc.tuple(share, share), { minLength: 40 })

  test('is every set of areas found by looking about in it, the own set first', () => {
    fc.assert(
      fc.property(areas, point, meters, spread, (ground, [long, lat], reach, accessLog) => {
        const sets = prepareAtlas({ areas: ground, segments: [] }).areaSetsWithin(lat, long, reach)
        const texts = sets.map(set => set.join())
        const scale = metersPerDegree(lat)
        const edges = ground.flat(2).flatMap(edgesOf)
        expect(sets[0]).toEqual(holdingByHand(ground, [long, lat]))
        expect(new Set(texts).size).toBe(sets.length)
        for (const [out, turn] of accessLog) {
          const metersOut = (reach - 1) * out
          const bearing = turn * 2 * Math.PI
          const x = long + (metersOut * Math.sin(bearing)) / scale.long
          const y = lat + (metersOut * Math.cos(bearing)) / scale.lat
          const atAnEdge = edges.some(edge => metersTo(edge, [x, y]).metres < 1)
          if (reach > 1 && !atAnEdge) expect(texts).toContain(holdingByHand(ground, [x, y]).join())
        }
      }),
      { numRuns: 200 },
    )
  })

  test('is no area out of its reach, and never fewer than those that hold all of it', () => {
    fc.assert(
      fc.property(areas, point, meters, (ground, at, reach) => {
        const sets = prepareAtlas({ areas: ground, segments: [] }).areaSetsWithin(at[1], at[0], reach)
        const held = holdingByHand(ground, at)
        for (const [i, polygons] of ground.entries()) {
          const distances = polygons
            .flat()
            .flatMap(edgesOf)
            .map(edge => metersTo(edge, at).metres)
          // A point on a boundary may be off it by a rounding error.
          if (Math.min(...distances) <= reach + 1e-6) continue
          expect(sets.every(set => set.includes(i) === held.includes(i))).toBe(true)
        }
      }),
    )
  })

  test('is one set of areas deep inside, two at a limit, four where two limits cross', () => {
    const city = [[square(-80, 25, 1)]]
    const district = [[square(-79.5, 24.9, 1)]]
    const { areaSetsWithin } = prepareAtlas({ areas: [city, district], segments: [] })
    expect(areaSetsWithin(25.5, -79.75, 1000)).toEqual([[0]])
    expect(areaSetsWithin(25.5, -79.4999, 50)).toEqual([[0, 1], [0]])
    expect(areaSetsWithin(25.9001, -79.4999, 50)).toEqual([[0], [0, 1]])
    expect(new Set(areaSetsWithin(25.0001, -79.4999, 50).map(String))).toEqual(new Set(['0,1', '0', '1', '']))
    expect(areaSetsWithin(25.0001, -79.4999, 0)).toEqual([[0, 1]])
  })

  test('is every segment in reach, nearest first, with its distance and the place along it', () => {
    fc.assert(
      fc.property(segments, fc.array(point, { minLength: 5 }), meters, (lines, points, reach) => {
        const atlas = prepareAtlas({ areas: [], segments: lines })
        for (const at of points) {
          const distances = lines.map(line => {
            const pieces = line.length === 1 ? line.map(only => [only, only] as const) : edgesOf(line)
            return Math.min(...pieces.map(piece => metersTo(piece, at).metres))
          })
          fc.pre(distances.every(distance => Math.abs(distance - reach) > 1e-6))
          const found = atlas.segmentsWithin(at[1], at[0], reach)
          const byIndex = found.map(near => near.segment).sort((a, b) => a - b)
          expect(byIndex).toEqual(distances.flatMap((distance, i) => (distance < reach ? [i] : [])))
          expect(found.map(near => near.meters)).toEqual(found.map(near => near.meters).sort((a, b) => a - b))
          for (const near of found) {
            expect(near.meters).toBeCloseTo(distances[near.segment] ?? Number.NaN, 6)
            expect(near.along).toBeGreaterThanOrEqual(0)
            expect(near.along).toBeLessThanOrEqual(1)
          }
        }
      }),
    )
  })

  test('sides are those of the drawn direction, also around a sharp bend and beyond the end', () => {
    const hairpin: LongLat[] = [
      [-80, 25],
      [-79.99, 25],
      [-80, 25.001],
    ]
    const atlas = prepareAtlas({ areas: [], segments: [hairpin, [...hairpin].reverse()] })
    const sides = (lat: number, long: number) =>
      [...atlas.segmentsWithin(lat, long, 2000)].sort((a, b) => a.segment - b.segment).map(near => near.side)
    expect(sides(24.9995, -79.995)).toEqual(['right', 'left'])
    expect(sides(25.0002, -79.998)).toEqual(['left', 'right'])
    expect(sides(25.0001, -79.985)).toEqual(['right', 'left'])
    expect(sides(24.9999, -79.985)).toEqual(['right', 'left'])
    expect(sides(25.000001, -79.995)).toEqual(['on', 'on'])
    expect(sides(25, -80.001)).toEqual(['on', 'on'])
  })

  test('the place along a segment is a share of its length, not of its pieces', () => {
    const line: LongLat[] = [
      [-80, 25],
      [-79.999, 25],
      [-79.999, 25],
      [-79.99, 25],
    ]
    const atlas = prepareAtlas({ areas: [], segments: [line] })
    const along = (long: number) => atlas.segmentsWithin(25.0001, long, 500)[0]?.along
    expect(along(-80.001)).toBe(0)
    expect(along(-79.999)).toBeCloseTo(0.1, 6)
    expect(along(-79.995)).toBeCloseTo(0.5, 6)
    expect(along(-79.989)).toBe(1)
  })
})

test('geography lends exactly what routing asks of an atlas', () => {
  expectTypeOf<PreparedAtlas>().toExtend<RoutingAtlas>()
})
