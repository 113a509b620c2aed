import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LinearRing, PolygonRings } from '../src/core/geometry.ts'
import { coverage, coverageGeoJson } from '../src/geography/coverage.ts'
import { squareMeters } from '../src/geography/polygons/measure.ts'
import { corners, square } from './support/geojson.ts'

const body = (id: string, ...geometry: PolygonRings[]) => ({ id, geometry })
const county = [[square(-80, 25, 2)]]

describe('the bodies of a layer', () => {
  test('that tile the county leave no gap and claim no ground twice', () => {
    const quarters = [square(-80, 25, 1), square(-79, 25, 1), square(-80, 26, 1), square(-79, 26, 1)]
    const found = coverage(
      quarters.map((quarter, i) => body(`quarter-${i}`, [quarter])),
      county,
    )
    expect(found).toEqual({ overlaps: [], gaps: [], slivers: 0 })
  })

  test('that claim one place are named as a pair, with the ground and its size', () => {
    const found = coverage([body('a', [square(-80, 25, 1)]), body('b', [square(-79.5, 25.5, 1)])], null)
    expect(found.gaps).toEqual([])
    expect(found.overlaps.map(({ bodies }) => bodies)).toEqual([['a', 'b']])
    expect(corners(found.overlaps[0]?.geometry ?? [])).toEqual(corners([[square(-79.5, 25.5, 0.5)]]))
    expect(found.overlaps[0]?.squareMeters).toBeCloseTo(squareMeters([[square(-79.5, 25.5, 0.5)]]), 0)
  })

  test('that leave ground uncovered show each gap apart, the largest first', () => {
    const small = square(-79.5, 26.5, 0.1)
    const cross: LinearRing = [...square(-80, 25, 2)]
    const found = coverage([body('a', [cross, small, square(-79, 25.5, 0.5)])], county)
    expect(found.overlaps).toEqual([])
    expect(found.gaps.map(({ geometry }) => corners(geometry))).toEqual([
      corners([[square(-79, 25.5, 0.5)]]),
      corners([[small]]),
    ])
  })

  test('may fill each other’s holes, enclave in enclave', () => {
    const ring = (from: number, size: number) => square(-80 + from, 25 + from, size)
    const town = body('town', [ring(0, 2), ring(0.5, 1)], [ring(0.9, 0.2)])
    const rest = body('rest', [ring(0.5, 1), ring(0.9, 0.2)])
    expect(coverage([town, rest], county)).toEqual({ overlaps: [], gaps: [], slivers: 0 })
  })

  test('that miss each other by less than the tolerance are only counted', () => {
    const found = coverage([body('a', [square(-80, 25, 1)]), body('b', [square(-79 - 1e-6, 25, 1)])], null, {
      sliverSquareMeters: 1e5,
    })
    expect(found).toEqual({ overlaps: [], gaps: [], slivers: 1 })
    expect(
      coverage([body('a', [square(-80, 25, 1)]), body('b', [square(-79 - 1e-6, 25, 1)])], null),
    ).toMatchObject({
      overlaps: [{ bodies: ['a', 'b'] }],
      slivers: 0,
    })
  })

  test('are accounted for to the square meter: covered once, plus twice, plus gaps, is the whole', () => {
    const side = fc.integer({ min: 0, max: 7 })
    const box = fc.tuple(side, side, fc.integer({ min: 1, max: 5 })).map(([x, y, size]) => {
      const fits = Math.min(size, 8 - Math.max(x, y))
      return square(-80 + x / 4, 25 + y / 4, fits / 4)
    })
    fc.assert(
      fc.property(box, box, (one, two) => {
        const found = coverage([body('one', [one]), body('two', [two])], county)
        const twice = found.overlaps.reduce((sum, { squareMeters }) => sum + squareMeters, 0)
        const gaps = found.gaps.reduce((sum, { squareMeters }) => sum + squareMeters, 0)
        const claimed = squareMeters([[one]]) + squareMeters([[two]])
        expect(Math.abs(claimed - twice + gaps - squareMeters(county))).toBeLessThan(1)
      }),
    )
  })

  test('are drawn as GeoJSON to look at: overlaps with their pair, gaps, and sizes', () => {
    const found = coverage(
      [body('a', [square(-80, 25, 2)]), body('b', [square(-79, 26, 0.5)])],
      [[square(-80, 25, 2.5)]],
    )
    const drawn = coverageGeoJson(found)
    expect(drawn.type).toBe('FeatureCollection')
    expect(
      drawn.features.map(({ properties, geometry }) => [properties.kind, properties.bodies, geometry.type]),
    ).toEqual([
      ['overlap', 'a, b', 'MultiPolygon'],
      ['gap', undefined, 'MultiPolygon'],
    ])
    expect(drawn.features[0]?.properties.squareMetres).toBe(
      Math.round(squareMeters([[square(-79, 26, 0.5)]])),
    )
  })
})
