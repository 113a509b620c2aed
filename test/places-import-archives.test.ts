import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isRefusal } from '../src/geography/refusal.ts'
import { bytesSource } from '../src/places/import/bytes.ts'
import { inspect } from '../src/places/import/inspect.ts'
import { openTable } from '../src/places/import/open.ts'
import { survey } from '../src/places/import/survey.ts'
import { fileSource, siblingsOf } from '../src/platform/node/byte-source.ts'
import { dbf, shp, zip } from './support/geofiles.ts'
import { accepted, HEADING, mappingOf, opened, read, refusedFile } from './support/import-files.ts'

describe('archives and shapefiles', () => {
  const parts = (encoding?: BufferEncoding) => ({
    'a/points.shp': shp([[[-122.1, 37.5]], [], [[-122.2, 37.6]], [[-122.3, 37.7]]]),
    'a/points.DBF': dbf(
      ['ADDRNUM', 'FULLNAME', 'CITY'],
      [
        ['1', 'MILL ST', 'CAÑON'],
        ['2', 'MILL ST', 'OAK'],
        ['*', '3', 'MILL ST', 'OAK'],
        ['4', 'MILL ST', 'OAK'],
      ],
      encoding,
    ),
  })

  it('are read from a zip archive, shapes and values side by side, in UTF-8 or Windows-1252', async () => {
    for (const encoding of ['utf8', 'latin1'] as const) {
      const { rows, rejects } = await read(
        await opened(zip({ ...parts(encoding), 'README.txt': 'a,b' })),
        'addresses',
      )
      expect(rows.map(({ number, city, long }) => [number, city, long])).toEqual([
        ['1', 'CAÑON', -122.1],
        ['4', 'OAK', -122.3],
      ])
      expect(rejects.map(({ record, reason }) => [record, reason])).toEqual([
        [2, 'no-coordinates'],
        [3, 'deleted'],
      ])
    }
  })

  it('tell their encoding by a .cpg', async () => {
    const files = { ...parts('latin1'), 'a/points.cpg': 'ANSI 1250' }
    expect((await read(await opened(zip(files)), 'addresses')).rows[0]?.city).toBe('CAŃON')
  })

  it('are read beside each other, without an archive', async () => {
    const files = parts()
    const sibling = async (extension: string) =>
      extension === 'dbf' ? bytesSource('points.dbf', files['a/points.DBF']) : undefined
    const table = await openTable(bytesSource('points.shp', files['a/points.shp']), { sibling })
    expect((await read(accepted(table), 'addresses')).rows).toHaveLength(2)
    expect(await refusedFile(files['a/points.shp'])).toMatch(/without its .dbf/)
  })

  it('are read from disk, with what lies beside them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'places-'))
    for (const [name, content] of Object.entries(parts()))
      writeFileSync(join(folder, basename(name)), content)
    const file = join(folder, 'points.shp')
    const table = await openTable(await fileSource(file), { sibling: siblingsOf(file) })
    expect((await read(accepted(table), 'addresses')).rows).toHaveLength(2)
    writeFileSync(join(folder, 'points.zip'), zip(parts()))
    const archive = accepted(await openTable(await fileSource(join(folder, 'points.zip'))))
    expect((await read(archive, 'addresses')).rows).toHaveLength(2)
    await expect(fileSource(join(folder, 'none.csv'))).rejects.toMatchObject({ slug: 'bad-request' })
    rmSync(folder, { recursive: true })
  })

  it('in feet of a State Plane are placed as GDAL places them', async () => {
    // gdaltransform -s_srs EPSG:4326 -t_srs EPSG:2263, as reported in pyproj's issue 67.
    const [x, y, long, lat] = [979475.050077194, 172921.880868694, -74.01720548026697, 40.641305906460005]
    const files = {
      'a.shp': shp([[[x, y]]]),
      'a.dbf': dbf(['ADDRNUM', 'FULLNAME'], [['1', 'MILL ST']]),
      'a.prj': LONG_ISLAND,
    }
    for (const prj of [LONG_ISLAND, LONG_ISLAND.replaceAll('"', '')]) {
      const { rows } = await read(await opened(zip({ ...files, 'a.prj': prj })), 'addresses')
      expect(rows[0]?.long).toBeCloseTo(long, 8)
      expect(rows[0]?.lat).toBeCloseTo(lat, 8)
    }
    const table = await opened(zip({ ...files, 'a.prj': LONG_ISLAND.replaceAll('1983', '1927') }))
    const mapping = await mappingOf(table, 'addresses')
    expect(await survey(table, mapping)).toMatchObject({ why: expect.stringMatching(/Datum of 1927/) })
  })

  it('are refused where they are cut short, locked in one another, or made to exhaust their reader', async () => {
    const whole = zip(parts())
    expect(await refusedFile(whole.slice(0, -10))).toMatch(/without its end/)
    expect(await refusedFile(zip({ 'inner.zip': whole }))).toMatch(/without a CSV.*it has inner.zip/)
    expect(await refusedFile(zip({ 'xl/workbook.xml': '' }))).toMatch(/^It is a spreadsheet \(Excel\)/)
    expect(await refusedFile(zip({ 'a.csv': HEADING, 'b.csv': HEADING }))).toMatch(
      /several files: a.csv, b.csv/,
    )
    const { 'a/points.shp': shape, ...rest } = parts()
    const cut = await opened(zip({ 'a/points.shp': shape.slice(0, 160), ...rest }))
    expect(await inspect(cut)).toMatchObject({ why: 'Its .shp ends after 2 of 4 records' })
    const text = `${HEADING}\n${'-122.1,37.5,12,MILL ST,,,,,,\n'.repeat(5000)}`
    expect(await refusedFile(zip({ 'a.csv': text }, 1000))).toMatch(/larger than its archive says/)
    expect(await refusedFile(zip({ 'a.csv': text }, 2 ** 31))).toMatch(/no real table or map/)
    const damaged = zip({ 'a.csv': text }).fill(0xff, 60, 120)
    expect(await refusedFile(damaged)).toMatch(/bytes are damaged|ends in the middle/)
    expect(await refusedFile(new Uint8Array(gzipSync(text)))).toMatch(/^read as CSV/)
  })

  it('are read or refused, whichever byte of them is damaged', async () => {
    const whole = zip({ ...parts(), 'a/points.prj': LONG_ISLAND })
    for (let at = 0; at < whole.length; at += 3) {
      const damaged = whole.slice()
      damaged.fill(0xff, at, at + 1)
      const table = await openTable(bytesSource('a.zip', damaged))
      if (isRefusal(table)) continue
      const inspected = await inspect(table, 'addresses')
      if (isRefusal(inspected)) continue
      const surveyed = await survey(table, inspected.mapping)
      expect(isRefusal(surveyed) || surveyed.records === 4).toBe(true)
    }
  })

  it('never put a line without an end into memory', async () => {
    const endless = new Uint8Array(5_000_000).fill(120)
    endless.set(new TextEncoder().encode(`${HEADING}\n-1,1,`))
    const table = await opened(endless)
    expect(await inspect(table)).toMatchObject({ why: 'Line 2 has more than 1,000,000 characters' })
  })
})

const LONG_ISLAND =
  'PROJCS["NAD_1983_StatePlane_New_York_Long_Island_FIPS_3104_Feet",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",984250.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-74.0],PARAMETER["Standard_Parallel_1",40.66666666666666],PARAMETER["Standard_Parallel_2",41.03333333333333],PARAMETER["Latitude_Of_Origin",40.16666666666666],UNIT["Foot_US",0.3048006096012192]]'
