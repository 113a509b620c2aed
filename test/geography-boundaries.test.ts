import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LongLat, MultiPolygonRings } from '../src/core/geometry.ts'
import { boundaryIssues } from '../src/geography/polygons/issues.ts'
import { signedSquareMeters } from '../src/geography/polygons/measure.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { collection, corners, feature, square } from './support/geojson.ts'

const take = (...features: unknown[]) => importBoundaries(collection(...features), { nameField: 'NAME' })
const bowTie: LongLat[] = [
  [-80, 25],
  [-79, 26],
  [-79, 25],
  [-80, 26],
  [-80, 25],
]
/** Two squares that touch in one corner, drawn as one ring. */
const pinched: LongLat[] = [
  [-80, 25],
  [-79.5, 25],
  [-79.5, 25.5],
  [-79, 25.5],
  [-79, 26],
  [-79.5, 26],
  [-79.5, 25.5],
  [-80, 25.5],
  [-80, 25],
]

describe('a county’s file', () => {
  test('becomes one body a name, in the order of the file, with slugs of plain letters', () => {
    const { bodies, refused } = take(
      feature('Doña Ana’s Cañon', [square(-80, 25, 1)]),
      feature('  OPA-LOCKA ', [[square(-78, 25, 1)], [square(-76, 25, 1)]], 'MultiPolygon'),
      feature('Doña Ana’s Cañon', [square(-70, 25, 1)]),
      feature(51, [square(-60, 25, 1)]),
    )
    expect(refused).toEqual([])
    expect(bodies.map(({ name, slug, geometry }) => [name, slug, geometry.length])).toEqual([
      ['Doña Ana’s Cañon', 'dona-anas-canon', 2],
      ['OPA-LOCKA', 'opa-locka', 2],
      ['51', '51', 1],
    ])
    expect(bodies[0]?.vertices).toBe(10)
  })

  test('is measured on the globe: a square degree at the equator is 12,364 km²', () => {
    const area = (south: number) => take(feature('A', [square(0, south, 1)])).bodies[0]?.squareMeters ?? 0
    expect(area(0) / 1e6).toBeCloseTo(12_363.7, 0)
    expect(area(59.5) / area(-0.5)).toBeCloseTo(Math.cos((60 * Math.PI) / 180), 3)
  })

  test('with open rings, repeated positions and rings turned the wrong way is repaired, and each repair is reported', () => {
    const open = square(-80, 25, 1).slice(0, 4)
    const wrong = [square(-78, 25, 1).toReversed(), square(-77.5, 25.5, 0.25)]
    const stutter = [...square(-76, 25, 1).slice(0, 2), ...square(-76, 25, 1).slice(1)]
    const { bodies, repaired, refused } = take(
      feature('Open', [open]),
      feature('Wrong', wrong),
      feature('Stutter', [stutter]),
    )
    expect(refused).toEqual([])
    expect(bodies.map(body => body.geometry)).toEqual([
      [[square(-80, 25, 1)]],
      [[square(-78, 25, 1), square(-77.5, 25.5, 0.25).toReversed()]],
      [[square(-76, 25, 1)]],
    ])
    expect(repaired).toEqual([
      { name: 'Open', what: 'Closed 1 open ring' },
      { name: 'Wrong', what: 'Turned 2 rings to run as RFC 7946 asks' },
      { name: 'Stutter', what: 'Left out 1 repeated position' },
    ])
  })

  test('with a ring that touches itself is taken apart there', () => {
    const { bodies, repaired } = take(feature('Pinched', [pinched]))
    expect(corners(bodies[0]?.geometry ?? [])).toEqual(
      corners([[square(-80, 25, 0.5)], [square(-79.5, 25.5, 0.5)]]),
    )
    expect(repaired).toEqual([
      { name: 'Pinched', what: 'Split a ring that touches itself at 25.500000, -79.500000' },
    ])
  })

  test('with a spike has it cut off', () => {
    const spiked = [...square(-80, 25, 1).slice(0, 2), [-78, 25], ...square(-80, 25, 1).slice(1)]
    expect(take(feature('Spiked', [spiked])).bodies[0]?.geometry).toEqual([[square(-80, 25, 1)]])
  })

  test('with a speck beside the body leaves the speck out', () => {
    const { bodies, repaired } = take(
      feature('A', [[square(-80, 25, 1)], [square(-70, 25, 5e-6)]], 'MultiPolygon'),
    )
    expect(bodies[0]?.geometry).toEqual([[square(-80, 25, 1)]])
    expect(repaired).toEqual([{ name: 'A', what: 'Left out 1 polygon of less than a square meter' }])
  })

  test('with parts of one body that overlap or lie side by side makes them one', () => {
    const { bodies, repaired } = take(
      feature('A', [square(-80, 25, 1)]),
      feature('A', [square(-79.5, 25, 1)]),
      feature('B', [square(-70, 25, 1)]),
      feature('B', [square(-69, 25, 1)]),
    )
    expect(bodies.map(({ geometry }) => geometry.flat(2).length)).toEqual([5, 5])
    expect(bodies[0]?.squareMeters).toBeCloseTo((bodies[1]?.squareMeters ?? 0) * 0.75, -2)
    const what = 'Joined parts that overlap or share an edge: 2 drawn, 1 left'
    expect(repaired).toEqual([
      { name: 'A', what },
      { name: 'B', what },
    ])
  })

  test('with one name spelled in two ways takes them for one body, and says so', () => {
    const { bodies, repaired } = take(
      feature('St. Mary’s', [square(-80, 25, 1)]),
      feature('St Marys', [square(-70, 25, 1)]),
    )
    expect(bodies).toHaveLength(1)
    expect(repaired).toEqual([{ name: 'St. Mary’s', what: 'Took St. Mary’s, St Marys for one body' }])
  })

  test.each([
    [
      'a ring that crosses itself',
      feature('X', [bowTie]),
      'The boundary crosses itself at 25.500000, -79.500000',
    ],
    [
      'a ring that crosses itself at a corner',
      feature('X', [
        [
          [0, 0],
          [1, 1],
          [2, 2],
          [2, 0],
          [1, 1],
          [0, 2],
          [0, 0],
        ],
      ]),
      'The boundary crosses itself at 1.000000, 1.000000',
    ],
    [
      'two corners',
      feature('X', [
        [
          [0, 0],
          [1, 1],
          [0, 0],
        ],
      ]),
      'It has no area',
    ],
    [
      'no ground',
      feature('X', [
        [
          [0, 0],
          [1, 1],
          [2, 2],
          [0, 0],
        ],
      ]),
      'It has no area',
    ],
    [
      'a hole outside',
      feature('X', [square(0, 0, 1), square(2, 2, 1)]),
      'The hole at 2.000000, 2.000000 is not inside its polygon',
    ],
    [
      'a hole across the rim',
      feature('X', [square(0, 0, 1), square(0.5, 0.5, 1)]),
      /^The boundary crosses itself at/,
    ],
    [
      'NaN',
      feature('X', [
        [
          [0, 0],
          [1, Number.NaN],
          [1, 1],
          [0, 0],
        ],
      ]),
      '[1,null] is not a position',
    ],
    [
      'words',
      feature('X', [
        [
          ['0', '0'],
          ['1', '0'],
          ['1', '1'],
          ['0', '0'],
        ],
      ]),
      '["0","0"] is not a position',
    ],
    [
      'feet',
      feature('X', [square(920_000, 530_000, 1000)]),
      '[920000, 530000] is not on Earth, so the file uses another coordinate system',
    ],
    [
      'latitude before longitude',
      feature('X', [square(25, -80, 1)]),
      '[25, -80] looks like latitude before longitude',
    ],
    [
      'latitude before longitude, further west',
      feature('X', [square(47, -122, 1)]),
      '[47, -122] looks like latitude before longitude',
    ],
    ['a line', feature('X', square(0, 0, 1), 'LineString'), 'It is drawn as a LineString'],
    [
      'no geometry',
      { type: 'Feature', properties: { NAME: 'X' }, geometry: null },
      'It is drawn as no geometry',
    ],
    ['no polygon', feature('X', [], 'MultiPolygon'), 'Its geometry is empty'],
    ['no ring', feature('X', []), 'A polygon has no ring'],
    ['coordinates that are no list', feature('X', 7), 'A polygon has no ring'],
    ['a ring that is no list', feature('X', [7]), 'A ring is not a list of positions'],
  ])('with %s in one body is refused by that name, and the other bodies are taken', (_, bad, why) => {
    const { bodies, refused } = take(feature('Fine', [square(-80, 25, 1)]), bad)
    expect(bodies.map(body => body.slug)).toEqual(['fine'])
    expect(refused).toEqual([
      {
        name: 'X',
        why: typeof why === 'string' ? why : expect.stringMatching(why),
        repair: expect.stringMatching(/^[A-Z]/),
      },
    ])
  })

  test('with one bad feature of a body refuses the body, not the half of it', () => {
    const { bodies, refused } = take(feature('A', [square(-80, 25, 1)]), feature('A', [bowTie]))
    expect(bodies).toEqual([])
    expect(refused.map(({ name }) => name)).toEqual(['A'])
  })

  test('with a feature without a name refuses it by its number, and says which fields there are', () => {
    expect(take(feature(null, [square(-80, 25, 1)])).refused).toEqual([
      {
        name: 'Feature 1',
        why: 'It has no name in NAME',
        repair: 'Fill it in, or name another field (it has NAME, OBJECTID)',
      },
    ])
    expect(take(feature('東京', [square(-80, 25, 1)])).refused[0]?.why).toBe(
      '東京 cannot be used as a folder name',
    )
  })

  test('with long names that begin alike keeps them apart', () => {
    const long = 'Board of Commissioners of the Soil Conservation District of'
    const { bodies, refused } = take(
      feature(`${long} East Lake`, [square(-80, 25, 1)]),
      feature(`${long} West Lake`, [square(-70, 25, 1)]),
    )
    expect(bodies.map(body => body.slug)).toEqual(['board-of-commissioners-of-the-soil-conservation'])
    expect(refused.map(({ name }) => name)).toEqual([`${long} West Lake`])
  })

  test.each([
    [null, 'It is not a GeoJSON FeatureCollection'],
    ['{}', 'It is not a GeoJSON FeatureCollection'],
    [collection(), 'It has no features'],
    [{ type: 'FeatureCollection', features: 3 }, 'It is not a GeoJSON FeatureCollection'],
    [
      {
        ...collection(feature('A', [square(0, 0, 1)])),
        crs: { properties: { name: 'urn:ogc:def:crs:EPSG::2236' } },
      },
      'It is in the coordinate system urn:ogc:def:crs:EPSG::2236',
    ],
  ])('that is none is refused whole', (file, why) => {
    const { bodies, refused } = importBoundaries(file, { nameField: 'NAME' })
    expect(bodies).toEqual([])
    expect(refused).toEqual([{ name: 'The file', why, repair: expect.any(String) }])
  })

  test('never throws, and what it takes bounds ground: closed rings, the right way round, without an error', () => {
    const grid = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
    const fine = fc.tuple(
      fc.double({ min: 0, max: 6, noNaN: true }),
      fc.double({ min: 0, max: 6, noNaN: true }),
    )
    const ring = fc.array(fc.oneof(grid, fine), { minLength: 3, maxLength: 8 })
    const polygons = fc.array(fc.array(ring, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(polygons, coordinates => {
        const { bodies, refused } = take(feature('A', coordinates, 'MultiPolygon'))
        expect(bodies.length + refused.length).toBe(1)
        for (const { geometry } of bodies) {
          expect(boundaryIssues(geometry)).toEqual([])
          for (const rings of geometry) {
            expect(rings.map(ring => signedSquareMeters(ring) > 0)).toEqual(rings.map((_, i) => i === 0))
          }
          const again = take(feature('A', geometry, 'MultiPolygon'))
          expect(corners(again.bodies[0]?.geometry ?? [])).toEqual(corners(geometry))
          expect(again.repaired).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
    fc.assert(fc.property(fc.anything(), anything => void importBoundaries(anything, { nameField: 'NAME' })))
    fc.assert(fc.property(fc.anything(), anything => void take(feature('A', anything), anything)))
  })
})

describe('a boundary as written in a document', () => {
  const whys = (geometry: MultiPolygonRings) => boundaryIssues(geometry).map(({ path, why }) => [path, why])

  test('passes with holes, with several polygons, and with a ring that touches itself', () => {
    expect(
      boundaryIssues([[square(-80, 25, 1), square(-79.5, 25.5, 0.1)], [square(-70, 25, 1)], [pinched]]),
    ).toEqual([])
  })

  test('is refused where it bounds nothing, with the path to the place', () => {
    const open = square(-70, 25, 1).slice(0, 4)
    expect(whys([])).toEqual([[[], 'The boundary is empty']])
    expect(whys([[square(-80, 25, 1)], [open]])).toEqual([[[1, 0], 'A ring is not closed']])
    expect(whys([[square(-80, 25, 1), open.slice(0, 3)]])).toEqual([[[0, 1], 'A ring has only 3 positions']])
    expect(whys([[bowTie]])).toEqual([[[0], 'The boundary crosses itself at 25.500000, -79.500000']])
    expect(whys([[square(25, -80, 1)]])).toEqual([
      [[0, 0, 0], '[25, -80] looks like latitude before longitude'],
    ])
    expect(whys([[square(0, 0, 1), square(2, 2, 1)]])).toEqual([
      [[0], 'The hole at 2.000000, 2.000000 is not inside its polygon'],
    ])
  })
})
