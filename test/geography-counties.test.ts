import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { prepareAtlas } from '../src/geography/atlas.ts'
import { coverage } from '../src/geography/coverage.ts'
import { boundaryIssues } from '../src/geography/polygons/issues.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { readJson } from './support/geojson.ts'
import { sharedData } from './support/shared.ts'

/* Boundaries as real counties publish them; skipped where the test data are not beside the checkout. */

function county(path: string, nameField: string) {
  const file = sharedData(path)
  return file === undefined ? undefined : importBoundaries(readJson(file), { nameField })
}

const covering = (bodies: readonly { slug: string; geometry: Parameters<typeof boundaryIssues>[0] }[]) =>
  bodies.map(({ slug, geometry }) => ({ id: slug, geometry }))

const miamiDade = county('miami-dade/municipal_boundary_county_gis.geojson', 'NAME')
const labelled = sharedData('miami-dade/labelled_points.csv')

describe.skipIf(!miamiDade || !labelled)('Miami-Dade', () => {
  const { bodies, repaired, refused } = miamiDade ?? { bodies: [], repaired: [], refused: [] }
  const atlas = prepareAtlas({ areas: bodies.map(body => body.geometry), segments: [] })
  const at = (lat: number, long: number) => atlas.areasAt(lat, long).map(area => bodies[area]?.name)
  const rows = (labelled === undefined ? '' : readFileSync(labelled, 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map(row => row.split(','))

  test('is 34 municipalities and the rest, from 78 features, with every repair reported and nothing refused', () => {
    expect(bodies).toHaveLength(35)
    expect(refused).toEqual([])
    expect(bodies.find(body => body.slug === 'unincorporated-miami-dade')?.geometry.length).toBe(27)
    expect(repaired.filter(({ what }) => what.startsWith('Turned'))).toHaveLength(35)
    expect(repaired.filter(({ what }) => what.startsWith('Split a ring')).map(({ name }) => name)).toEqual([
      'MIAMI BEACH',
    ])
    expect(bodies.flatMap(body => boundaryIssues(body.geometry))).toEqual([])
  })

  test.each(rows)('%s, %s (%s) is in the body that it is labelled with', (lat, long, kind, _, label) => {
    const found = at(Number(lat), Number(long))
    const expected = label === '' ? [] : (label ?? '').split('|')
    if (kind !== 'vertex') expect(found).toEqual(expected)
    expect(expected).toEqual(expect.arrayContaining(found))
    expect(found.length > 0).toBe(expected.length > 0)
    expect(at(Number(lat), Number(long))).toEqual(found)
  })

  test('every vertex belongs to each body that has it', () => {
    for (const [area, { geometry }] of bodies.entries()) {
      for (const [long, lat] of geometry.flat(2)) expect(atlas.areasAt(lat, long)).toContain(area)
    }
  })

  test('no ground is claimed twice', () => {
    expect(coverage(covering(bodies), null).overlaps).toEqual([])
  })
})

const hertfordshire = county('uk/hertfordshire_county.geojson', 'areanm')
const districts = county('uk/hertfordshire_districts_10.geojson', 'areanm')

test.skipIf(!hertfordshire || !districts)('Hertfordshire is exactly its ten districts', () => {
  const whole = hertfordshire?.bodies[0]?.geometry ?? null
  const found = coverage(covering(districts?.bodies ?? []), whole)
  expect(districts?.bodies).toHaveLength(10)
  expect([found.overlaps, found.gaps]).toEqual([[], []])
})

const cumbria = county('uk/cumbria_county_until_2022.geojson', 'areanm')
const cumbrians = county('uk/cumbria_2014_2022_districts_and_2023_unitaries.geojson', 'areanm')

test.skipIf(!cumbria || !cumbrians)('Cumbria is its six districts, and is its two unitaries', () => {
  const unitaries = ['cumberland', 'westmorland-and-furness']
  const whole = cumbria?.bodies[0]?.geometry ?? null
  const now = cumbrians?.bodies.filter(body => unitaries.includes(body.slug)) ?? []
  const before = cumbrians?.bodies.filter(body => !unitaries.includes(body.slug)) ?? []
  expect([before.length, now.length]).toEqual([6, 2])
  for (const bodies of [before, now]) {
    const found = coverage(covering(bodies), whole)
    expect([found.overlaps, found.gaps]).toEqual([[], []])
  }
  const touching = [cumbria, cumbrians].flatMap(taken => taken?.repaired ?? [])
  expect(touching.filter(({ what }) => what.startsWith('Split a ring')).map(({ name }) => name)).toEqual([
    'Cumbria',
    'Copeland',
    'Cumberland',
  ])
})

const maryland = county('maryland/maryland_counties_24_simplified.geojson', 'name')

test.skipIf(!maryland)('the pairs of Maryland’s simplified counties that overlap a little are found', () => {
  const { overlaps } = coverage(covering(maryland?.bodies ?? []), null)
  const total = maryland?.bodies.reduce((sum, body) => sum + body.squareMeters, 0) ?? 0
  expect(maryland?.bodies).toHaveLength(24)
  expect(overlaps.length).toBeGreaterThanOrEqual(24)
  expect(overlaps.map(({ bodies }) => bodies.join('|'))).toContain('anne-arundel|baltimore-city')
  expect(overlaps.reduce((sum, { squareMeters }) => sum + squareMeters, 0) / total).toBeLessThan(0.001)
})
