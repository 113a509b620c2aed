import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../src/places/import/bytes.ts'
import { openTable } from '../src/places/import/open.ts'
import { survey } from '../src/places/import/survey.ts'
import { accepted, HEADING, mappingOf, opened, read, refusedFile, region } from './support/import-files.ts'
import { sharedData } from './support/shared.ts'

describe('tables in text', () => {
  it('are read by any mark between values, with quotes, line breaks in values and a byte order mark', async () => {
    const table = await opened(
      '\uFEFFLON;LAT;NUMBER;STREET;CITY\r\n-122.1;37.5;12;"MILL; ""OLD"" RD";"SAN\nJOSE"\r\n\r\n-122.2;37.6;14;5" PIPE RD;X\r\n',
    )
    expect(table.format).toBe('CSV separated by semicolons, in UTF-8')
    const { rows } = await read(table, 'addresses')
    expect(rows.map(({ street, city }) => [street, city])).toEqual([
      ['MILL; "OLD" RD', 'SAN JOSE'],
      ['5" PIPE RD', 'X'],
    ])
  })

  it('are read in Windows-1252 where a byte is no UTF-8, and in UTF-16 by its mark', async () => {
    const text = `${HEADING}\n-122.1,37.5,12,PEÑA ST,,CAÑON,,,94502,1\n`
    const latin = await opened(Uint8Array.from(text, character => character.charCodeAt(0)))
    expect(latin.format).toBe('CSV separated by commas, in Windows-1252')
    expect((await read(latin, 'addresses')).rows[0]).toMatchObject({ street: 'PEÑA ST', city: 'CAÑON' })
    const utf16 = await opened(new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le')))
    expect((await read(utf16, 'addresses')).rows[0]?.city).toBe('CAÑON')
  })

  it('lose one line to a quotation mark without its other, and one to a wrong number of values', async () => {
    const lines = [
      '-122.1,37.5,12,"MILL ST,,A,,,94502,a',
      '-122.1,37.5,13,MILL ST,,A,,,94502,b',
      '-122.1,37.5,14,"O"NEIL" ST,,A,,,94502,c',
      '-122.1,37.5,15,MILL ST,,A',
      '-122.1,37.5,16,MILL ST,,A,,,94502,e',
    ]
    const { rows, rejects } = await read(await opened([HEADING, ...lines].join('\n')), 'addresses')
    expect(rows.map(({ id }) => id)).toEqual(['b', 'e'])
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'unbalanced-quotes'],
      [4, 'unbalanced-quotes'],
      [5, 'wrong-number-of-values'],
    ])
  })

  it('are refused without names of columns, and without columns', async () => {
    expect(await refusedFile('-122.1,37.5,12,MILL ST\n-122.1,37.5,13,MILL ST\n')).toMatch(
      /names of the columns/,
    )
    expect(await refusedFile('addresses\n12 Mill St\n')).toMatch(/does not name several columns/)
    expect(await refusedFile('')).toBe('It is empty')
  })
})

describe('GeoJSON', () => {
  const feature = (number: number, geometry: unknown) =>
    JSON.stringify({ type: 'Feature', properties: { number, street: 'A [{"ST' }, geometry })
  const point = { type: 'Point', coordinates: [-122.1, 37.5] }

  it('is read as a collection or a feature a line, in pieces cut anywhere', async () => {
    const collection = `{"name": "a\\"}", "features": [${feature(1, point)},\n${feature(2, point)}], "type":"FeatureCollection"}`
    const lines = `${feature(1, point)}\n\n\x1e${feature(2, point)}\n{"type":"Feat\n`
    for (const text of [collection, lines]) {
      const whole = bytesSource('a', new TextEncoder().encode(text))
      for (const size of [1, 7, 1000]) {
        const source = {
          ...whole,
          async *read(from = 0, to = whole.size) {
            for (let at = from; at < to; at += size) yield* whole.read(at, Math.min(at + size, to))
          },
        }
        const { rows, rejects } = await read(accepted(await openTable(source)), 'addresses')
        expect(rows.map(({ number, street }) => [number, street])).toEqual([
          ['1', 'A [{"ST'],
          ['2', 'A [{"ST'],
        ])
        const faults = text === lines ? [{ record: 3, line: 4, id: '', reason: 'not-a-feature' }] : []
        expect(rejects).toEqual(faults)
      }
    }
  })

  it('is refused where it ends in the middle, before a row of it is taken', async () => {
    const text = `{"type":"FeatureCollection","features":[${feature(1, point)},${feature(2, point)}`
    expect(await refusedFile(text)).toMatch(/ends in the middle/)
  })

  it('gives a parcel the address of a point inside it', async () => {
    const hook = [
      [0, 0],
      [4, 0],
      [4, 4],
      [3, 4],
      [3, 1],
      [0, 1],
      [0, 0],
    ] // its middle is outside
    const [west, south] = [-122, 37]
    const ring = hook.map(([x = 0, y = 0]) => [west + x / 100, south + y / 100])
    const { rows } = await read(
      await opened(feature(1, { type: 'Polygon', coordinates: [ring] })),
      'addresses',
    )
    expect(rows[0]?.long).toBeCloseTo(west + 0.035, 6)
  })
})

describe('coordinates', () => {
  const rows = (...points: [long: number, lat: number][]) =>
    [HEADING, ...points.map(([long, lat], i) => `${long},${lat},${i + 1},MILL ST,,,,,,${i}`)].join('\n')

  it('of 0,0, of nowhere, outside and missing reject their records, each with its line and id', async () => {
    const text = `${rows([-122, 37.5], [0, 0], [-122, 137], [-120, 37.5], [-122, 37.6])}\n,,9,MILL ST,,,,,,z`
    const { rejects, rows: taken } = await read(await opened(text), 'addresses', { bounds: region })
    expect(taken).toHaveLength(2)
    expect(rejects).toEqual([
      { record: 2, line: 3, id: '1', reason: 'zero-coordinates' },
      { record: 3, line: 4, id: '2', reason: 'impossible-coordinates' },
      { record: 4, line: 5, id: '3', reason: 'outside' },
      { record: 6, line: 7, id: 'z', reason: 'no-coordinates' },
    ])
  })

  it('are turned only where all of a file are swapped, which is said', async () => {
    const swapped = await read(await opened(rows([37.5, -122], [37.6, -122.5])), 'addresses', {
      bounds: region,
    })
    expect(swapped.notices).toEqual([expect.stringMatching(/swapped in the whole file/)])
    expect(swapped.rows[0]).toMatchObject({ lat: 37.5, long: -122 })
    const some = await read(await opened(rows([-122, 37.5], [-122, 37.7], [37.6, -122.5])), 'addresses', {
      bounds: region,
    })
    expect(some.notices).toEqual([expect.stringMatching(/^1 of 3 positions would be right/)])
    expect(some.rejects.map(({ reason }) => reason)).toEqual(['impossible-coordinates'])
  })

  it('mostly outside the region refuse the file, and so do those that are no degrees', async () => {
    const table = await opened(rows([-87, 41], [-87, 42], [-122, 37.5]))
    const mapping = await mappingOf(table, 'addresses')
    expect(await survey(table, mapping, { bounds: region })).toMatchObject({
      why: "It is another place's: 2 of 3 positions lie outside the region",
    })
    const meters = await opened(rows([677461, 4957719], [677462, 4957720]))
    expect(await survey(meters, mapping, {})).toMatchObject({ why: expect.stringMatching(/not in degrees/) })
  })
})

describe('houses', () => {
  it('have their number, letter and street from whatever columns a county has', async () => {
    const table = await opened(
      [
        'Add_Number,AddNum_Suf,St_PreDir,St_Name,St_PosTyp,Unit,Post_Comm,Post_Code,Longitude,Latitude',
        '100,,N,MAIN,ST,4,OAK,94502-1234,-122,37.5',
        '101A,,,MAIN,AVE,,OAK,94502,-122,37.5',
        '102,1/2,,MAIN,AVE,,OAK,94502,-122,37.5',
        ',,,MAIN,AVE,,OAK,94502,-122,37.5',
        '104,,,,,,OAK,94502,-122,37.5',
        '0,,,MAIN,AVE,,OAK,94502,-122,37.5',
      ].join('\n'),
    )
    const { rows, rejects } = await read(table, 'addresses')
    expect(
      rows.map(({ number, suffix, street, unit, postcode }) => [number, suffix, street, unit, postcode]),
    ).toEqual([
      ['100', '', 'N MAIN ST', '4', '94502'],
      ['101', 'A', 'MAIN AVE', '', '94502'],
      ['102', '1/2', 'MAIN AVE', '', '94502'],
    ])
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [5, 'no-number'],
      [6, 'no-street'],
      [7, 'no-number'],
    ])
  })
})

const bucks = sharedData('addresses/us-pa-bucks.geojson')

describe.skipIf(bucks === undefined)('real files', () => {
  it('parcels of Bucks County: three with a number, each a point inside its outline', async () => {
    const found = await read(await opened(readFileSync(bucks ?? '')), 'addresses')
    expect(found.mapping.columns.street).toEqual(['SITUS_FDPRE', 'SITUS_FNAME', 'SITUS_FTYPE', 'SITUS_FDSUF'])
    expect(found.rows.map(({ number, street }) => `${number} ${street}`)).toEqual([
      '140 STATE RD',
      '169 STATE RD',
      '187 STATE RD',
    ])
    expect(found).toMatchObject({
      records: 6,
      rejects: [1, 2, 5].map(record => ({ record, reason: 'no-number' })),
    })
  })
})
