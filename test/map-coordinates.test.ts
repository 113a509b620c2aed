import { readFileSync } from 'node:fs'
import proj4 from 'proj4'
import { describe, expect, test } from 'vitest'
import { metersBetween } from '../src/core/geometry.ts'
import { prepareAtlas } from '../src/geography/atlas.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { bytesSource } from '../src/places/import/bytes.ts'
import { openTable } from '../src/places/import/open.ts'
import { pointInside } from '../src/places/import/positions/representative-point.ts'
import { dbf, shp, zip } from './support/geofiles.ts'
import { lambertToDegrees, MASSACHUSETTS } from './support/lambert.ts'
import { featuresOf, readMap, whyOf } from './support/maps.ts'
import { sharedData } from './support/shared.ts'

type Pair = readonly [number, number]

const square = (west: number, south: number, side: number): Pair[] => [
  [west, south],
  [west, south + side],
  [west + side, south + side],
  [west + side, south],
  [west, south],
]
const shapefile = (ring: readonly Pair[], prj?: string) =>
  zip({ 'a.shp': shp([ring], true), 'a.dbf': dbf(['NAME'], [['A']]), ...(prj && { 'a.prj': prj }) })
const firstCorner = async (reading: ReturnType<typeof readMap>) => {
  const { features, ...rest } = await featuresOf(reading)
  const polygons = (features[0]?.geometry?.coordinates ?? []) as Pair[][][]
  const corner = polygons[0]?.[0]?.[0]
  if (corner === undefined) throw new Error('It has no corner')
  return { corner, ...rest }
}
const apart = ([long, lat]: Pair, [otherLong, otherLat]: Pair) =>
  metersBetween({ lat, long }, { lat: otherLat, long: otherLong })

const STATE_PLANE = (
  unit: string,
  easting: number,
  northing: number,
) => `PROJCS["NAD_1983_StatePlane",GEOGCS["GCS_North_American_1983",
DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],
UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",${easting}],
PARAMETER["False_Northing",${northing}],PARAMETER["Central_Meridian",-71.5],PARAMETER["Standard_Parallel_1",41.71666666666667],
PARAMETER["Standard_Parallel_2",42.68333333333333],PARAMETER["Latitude_Of_Origin",41.0],UNIT[${unit}]]`
const FOOT = 1200 / 3937

describe('State Plane', () => {
  const expected = lambertToDegrees(MASSACHUSETTS, [230_000, 900_000])

  test.each([
    ['meters', square(230_000, 900_000, 5000), STATE_PLANE('"Meter",1.0', 200_000, 750_000), undefined],
    [
      'US survey feet',
      square(230_000 / FOOT, 900_000 / FOOT, 15_000),
      STATE_PLANE('"Foot_US",0.3048006096012192', 200_000 / FOOT, 750_000 / FOOT),
      undefined,
    ],
    ['meters, by code', square(230_000, 900_000, 5000), undefined, 'EPSG:26986'],
    ['US survey feet, by code', square(230_000 / FOOT, 900_000 / FOOT, 15_000), undefined, 'EPSG:2249'],
  ])('in %s is right to a centimeter, by a second projection', async (_, ring, prj, crs) => {
    const { corner, accuracyMeters } = await firstCorner(readMap(shapefile(ring, prj), { crs }))
    expect(apart(corner, expected)).toBeLessThan(0.01)
    expect(accuracyMeters).toBe(2)
  })
})

describe('national grids', () => {
  // Ordnance Survey's and Kadaster's own published pairs: Caister water tower, and the tower of Amersfoort.
  const CAISTER = [651_409.903, 313_177.27] as const
  const OSGB = `PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,299.3249646]],
PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",400000.0],
PARAMETER["False_Northing",-100000.0],PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],
PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]`
  const RD = `PROJCS["RD_New",GEOGCS["GCS_Amersfoort",DATUM["D_Amersfoort",SPHEROID["Bessel_1841",6377397.155,299.1528128]],
PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Double_Stereographic"],PARAMETER["False_Easting",155000.0],
PARAMETER["False_Northing",463000.0],PARAMETER["Central_Meridian",5.38763888888889],PARAMETER["Scale_Factor",0.9999079],
PARAMETER["Latitude_Of_Origin",52.15616055555555],UNIT["Meter",1.0]]`

  test.each([
    ['British, by its .prj', CAISTER, OSGB, undefined, [1.716073973, 52.658007833], 5],
    ['British, by its code', CAISTER, undefined, 'EPSG:27700', [1.716073973, 52.658007833], 5],
    ['Dutch, by its .prj', [155_000, 463_000], RD, undefined, [5.387206, 52.1551744], 0.5],
    ['Dutch, by its code', [155_000, 463_000], undefined, 'EPSG:28992', [5.387206, 52.1551744], 0.5],
  ] as const)('%s: within what is said of it', async (_, [x, y], prj, crs, truth, accuracy) => {
    const { corner, accuracyMeters } = await firstCorner(readMap(shapefile(square(x, y, 500), prj), { crs }))
    expect(accuracyMeters).toBe(accuracy)
    expect(apart(corner, truth)).toBeLessThan(accuracy)
  })

  test('on a datum whose parameters are not known are refused', async () => {
    const other = OSGB.replaceAll('OSGB_1936', 'European_1950').replace(
      'Airy_1830",6377563.396,299.3249646',
      'International_1924",6378388.0,297.0',
    )
    expect(await whyOf(readMap(shapefile(square(400_000, 300_000, 500), other)))).toContain(
      'the datum European 1950, which is off by up to hundreds of meters',
    )
  })
})

test('Web Mercator is read by its .prj and by GeoJSON’s old crs', async () => {
  const [x, y] = proj4('EPSG:4326', 'EPSG:3857', [-80.2, 25.7]) as [number, number]
  const prj = `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],
PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],
PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`
  const { corner } = await firstCorner(readMap(shapefile(square(x, y, 500), prj)))
  expect(apart(corner, [-80.2, 25.7])).toBeLessThan(0.01)
  const geoJson = {
    type: 'FeatureCollection',
    crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::3857' } },
    features: [
      {
        type: 'Feature',
        properties: {},
        geometry: { type: 'MultiPolygon', coordinates: [[square(x, y, 500)]] },
      },
    ],
  }
  const read = await firstCorner(readMap(geoJson))
  expect(apart(read.corner, [-80.2, 25.7])).toBeLessThan(0.01)
})

describe('coordinates that do not say what they are', () => {
  const miami = [-80.9, 25.1, -80.1, 26] as const
  const geoJson = (...rings: readonly (readonly Pair[])[]) => ({
    type: 'FeatureCollection',
    features: rings.map(ring => ({
      type: 'Feature',
      properties: { NAME: 'A' },
      geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
    })),
  })
  const swapped = (ring: readonly Pair[]) => ring.map(([long, lat]): Pair => [lat, long])

  test('are asked for, with those that put them into the region', async () => {
    const file = shapefile(square(920_000, 520_000, 3000))
    expect(await readMap(file)).toMatchObject({ ask: 'coordinate-system', choices: [] })
    const asked = await readMap(file, { within: miami })
    expect(asked).toMatchObject({
      ask: 'coordinate-system',
      choices: expect.arrayContaining(['EPSG:2236']),
      repair: expect.stringContaining('--crs'),
    })
    const { corner } = await firstCorner(readMap(file, { within: miami, crs: 'EPSG:2236' }))
    expect(corner[0]).toBeCloseTo(-80.1, 0)
    expect(await whyOf(readMap(file, { within: miami, crs: 'EPSG:2249' }))).toMatch(/km from the region/)
    expect(await whyOf(readMap(file, { within: miami, crs: 'EPSG:27700' }))).toMatch(
      /outside of British|km from/,
    )
  })

  test('with latitude and longitude the other way round are exchanged, and it is said', async () => {
    const ring = square(-80.3, 25.7, 0.1)
    for (const within of [undefined, miami]) {
      const { corner, changes } = await firstCorner(readMap(geoJson(swapped(ring)), { within }))
      expect(corner).toEqual(ring[0])
      expect(changes).toEqual(['Exchanged latitude and longitude, which it has the other way round'])
    }
    const west = square(-122.3, 37.7, 0.1)
    expect((await firstCorner(readMap(geoJson(swapped(west))))).corner).toEqual(west[0])
    // A place in the Indian Ocean may be meant, as long as no region says otherwise.
    expect((await firstCorner(readMap(geoJson([[54.2, -3.2], ...square(54.2, -3.2, 0.1)])))).changes).toEqual(
      [],
    )
  })

  test('of another state, or that deny what the file says, are refused', async () => {
    const elsewhere = geoJson(square(-71.3, 42.1, 0.1))
    expect(await whyOf(readMap(elsewhere, { within: miami }))).toContain('It lies at 42.150, -71.250')
    const prj = STATE_PLANE('"Meter",1.0', 200_000, 750_000)
    expect(await whyOf(readMap(shapefile(square(-71.3, 42.1, 0.1), prj)))).toContain('in degrees already')
  })

  test('of one shape that is wrong leave the others, and that one is refused by name', async () => {
    const rings = [square(-80.3, 25.7, 0.1), square(-80.2, 25.7, 0.1), square(880, 25.7, 0.1)]
    const read = await readMap(geoJson(...rings), { within: miami })
    if (!('value' in read)) throw new Error(read.why)
    expect(importBoundaries(read.value, { nameField: 'NAME' }).refused).toMatchObject([{ name: 'A' }])
  })
})

test('real: each of the 351 towns of Massachusetts has its own interior point, by a second projection', async ({
  skip,
}) => {
  const file = sharedData('shapefiles/maSP.zip')
  if (file === undefined) return skip('the real data is not here')
  const bytes = new Uint8Array(readFileSync(file))
  const read = await readMap(bytes)
  if (!('value' in read)) throw new Error(read.why)
  const { bodies, refused } = importBoundaries(read.value, { nameField: 'TOWN' })
  expect([bodies.length, refused]).toEqual([351, []])
  const atlas = prepareAtlas({ areas: bodies.map(({ geometry }) => geometry), segments: [] })
  const table = await openTable(bytesSource('maSP.zip', bytes))
  if ('why' in table) throw new Error(table.why)
  const asked = new Set<string>()
  for await (const records of table.records()) {
    for (const { values, geometry } of records) {
      const parts = geometry?.type === 'MultiPolygon' ? geometry.coordinates : []
      const inside = pointInside(parts)
      if (inside === undefined) throw new Error(`${values.TOWN} has no inside`)
      const [long, lat] = lambertToDegrees(MASSACHUSETTS, [inside[0], inside[1]])
      const found = atlas.areasAt(lat, long).map(at => bodies[at]?.name)
      expect([values.TOWN, found]).toEqual([values.TOWN, [values.TOWN]])
      asked.add(String(values.TOWN))
    }
  }
  expect(asked.size).toBe(351)
})
