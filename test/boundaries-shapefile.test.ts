import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import proj4 from 'proj4'
import { expect, test } from 'vitest'
import { dbf, shp, zip } from './support/geofiles.ts'
import { sharedData } from './support/shared.ts'
import { type Deployment, deployment } from './support/terminal.ts'

// Massachusetts Mainland, in meters.
const PRJ = `PROJCS["NAD_1983_StatePlane_Massachusetts_Mainland_FIPS_2001",GEOGCS["GCS_North_American_1983",
DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],
UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",200000.0],
PARAMETER["False_Northing",750000.0],PARAMETER["Central_Meridian",-71.5],PARAMETER["Standard_Parallel_1",41.71666666666667],
PARAMETER["Standard_Parallel_2",42.68333333333333],PARAMETER["Latitude_Of_Origin",41.0],UNIT["Meter",1.0]]`
const square = (west: number, south: number, side = 5000) =>
  [
    [west, south],
    [west, south + side],
    [west + side, south + side],
    [west + side, south],
    [west, south],
  ] as const
const towns = {
  'towns.shp': shp([square(230_000, 900_000), square(235_000, 900_000)], true),
  'towns.dbf': dbf(['TOWN'], [['NORTH FALLS'], ['SOUTH FALLS']]),
}

function importFile(on: Deployment, file: string, ...more: readonly string[]) {
  return on.countyline('boundaries', 'import', file, '--region', 'falls', '--name-field', 'TOWN', ...more)
}

function coordinatesOf(on: Deployment, slug: string): readonly [number, number][] {
  const file = join(on.tenantsDir, 'falls', slug, 'boundary.geojson')
  return JSON.parse(readFileSync(file, 'utf8')).features[0].geometry.coordinates[0]
}

test('a zipped shapefile in State Plane meters becomes boundaries in degrees', async () => {
  const on = deployment()
  const file = join(on.tenantsDir, 'towns.zip')
  writeFileSync(file, zip({ ...towns, 'towns.prj': PRJ }))
  const { code, out } = await importFile(on, file)
  expect([code, out]).toEqual([0, expect.stringContaining('falls: 2 boundaries written, 0 refused')])
  const [west, south] = proj4(PRJ, 'EPSG:4326', [230_000, 900_000])
  const corner = coordinatesOf(on, 'north-falls').find(
    ([long, lat]) => Math.abs(long - west) < 1e-7 && Math.abs(lat - south) < 1e-7,
  )
  expect(corner).toBeDefined()
})

test('a .shp with its files beside it is read, too', async () => {
  const on = deployment()
  for (const [name, bytes] of Object.entries({ ...towns, 'towns.prj': PRJ }))
    writeFileSync(join(on.tenantsDir, name), bytes)
  expect((await importFile(on, join(on.tenantsDir, 'towns.shp'))).code).toBe(0)
})

test('without a .prj it asks for the coordinate system, and takes it from --crs', async () => {
  const on = deployment()
  const file = join(on.tenantsDir, 'towns.zip')
  writeFileSync(file, zip(towns))
  const { code, err } = await importFile(on, file)
  expect([code, err]).toEqual([1, expect.stringContaining('Add it: --crs EPSG:2249')])
  expect(readdirSync(on.tenantsDir)).toEqual(['towns.zip'])
  expect((await importFile(on, file, '--crs', 'EPSG:26986')).code).toBe(0)
  expect((await importFile(on, file, '--crs', 'a system of ours')).err).toContain('coordinate system')
})

test('an archive of several asks which one is meant', async () => {
  const on = deployment()
  const file = join(on.tenantsDir, 'two.zip')
  const others = { 'b/other.shp': towns['towns.shp'], 'b/other.dbf': towns['towns.dbf'] }
  writeFileSync(file, zip({ ...towns, 'towns.prj': PRJ, ...others }))
  expect((await importFile(on, file)).err).toContain('several files: towns.shp, b/other.shp')
  expect((await importFile(on, file, '--member', 'towns.shp')).code).toBe(0)
})

test.each(
  [
    ['no-dbf.zip', 'without its .dbf'],
    ['badzip.zip', 'cannot be read here'],
    ['noshp.zip', 'shapefile'],
    ['empty-shp.zip', ''],
  ].map(([name = '', words = '']) => [name, words, sharedData(`shapefiles/${name}`)] as const),
)('real: %s is refused by name', async (_, words, file) => {
  if (file === undefined) return
  const on = deployment()
  const { code, out, err } = await importFile(on, file)
  expect(code).toBe(1)
  expect(out + err).toContain(words)
  expect(readdirSync(on.tenantsDir)).toEqual([])
})

test('real: the 351 towns of Massachusetts, in State Plane meters', async ({ skip }) => {
  const file = sharedData('shapefiles/maSP.zip')
  if (file === undefined) return skip('the real data is not here')
  const on = deployment()
  const { code, out } = await importFile(on, file)
  expect([code, out]).toEqual([0, expect.stringContaining('falls: 351 boundaries written, 0 refused')])
})
