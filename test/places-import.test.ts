import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../src/places/import/bytes.ts'
import { guessMapping } from '../src/places/import/columns/guess.ts'
import { type Mapping, mappingSchema, missingColumns } from '../src/places/import/columns/mapping.ts'
import { inspect } from '../src/places/import/inspect.ts'
import { openTable } from '../src/places/import/open.ts'
import { toDegreesFrom } from '../src/places/import/positions/projection.ts'
import { readRows } from '../src/places/import/read.ts'
import { REJECTS_HEADING, rejectLines } from '../src/places/import/rows/reject-lines.ts'
import type { Reject } from '../src/places/import/rows/rows.ts'
import { survey } from '../src/places/import/survey.ts'
import { accepted, HEADING, mappingOf, opened, read, refusedFile, region } from './support/import-files.ts'

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

  it('is no list of features, and no file of another kind', async () => {
    expect(await refusedFile(`[${feature(1, point)}]`)).toMatch(/^It is a JSON list/)
    expect(await refusedFile('{"type":"Topology","objects":{}}')).toMatch(/TopoJSON/)
    expect(await refusedFile('{"error":{"code":500,"message":"Too many"}}')).toMatch(
      /error message: Too many/,
    )
    expect(await refusedFile('<!DOCTYPE html><html>')).toMatch(/web page/)
    expect(await refusedFile('{"type":"FeatureCollection","features":[]}')).toBe('It has no features')
    const cut = `{"type":"FeatureCollection","exceededTransferLimit":true,"features":[${feature(1, point)}]}`
    expect(await refusedFile(cut)).toMatch(/only a part/)
  })

  it('is refused where it ends in the middle, before a row of it is taken', async () => {
    const text = `{"type":"FeatureCollection","features":[${feature(1, point)},${feature(2, point)}`
    expect(await refusedFile(text)).toMatch(/ends in the middle/)
  })

  it('has a geometry only of numbers in as many lists as its type says', async () => {
    const geometries = [
      { type: 'Point', coordinates: ['-122', 37.5] },
      { type: 'Point', coordinates: [] },
      { type: 'LineString', coordinates: [-122, 37.5] },
      { type: 'Polygon', coordinates: [[-122, 37.5]] },
      { type: 'Circle', coordinates: [-122, 37.5] },
      { type: 'MultiPolygon' },
      'POINT (-122 37.5)',
      point,
    ]
    const { rejects, rows } = await read(
      await opened(geometries.map(geometry => feature(1, geometry)).join('\n')),
      'addresses',
    )
    expect(rows).toHaveLength(1)
    expect(rejects.map(({ reason }) => reason)).toEqual(Array(7).fill('no-coordinates'))
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

describe('a coordinate system', () => {
  // gdaltransform -s_srs EPSG:4326 -t_srs EPSG:2263, as reported in pyproj's issue 67.
  const point = { type: 'Point', coordinates: [979475.050077194, 172921.880868694] }
  const collection = (name: string) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { number: 1, street: 'MILL ST' }, geometry: point }],
      crs: { type: 'name', properties: { name } },
    })

  it('is a State Plane zone by its code, in the file or given', async () => {
    const named = await read(await opened(collection('urn:ogc:def:crs:EPSG::2263')), 'addresses')
    const table = await opened(collection('urn:ogc:def:crs:OGC:1.3:CRS84'))
    const given = await read(table, 'addresses', { coordinateSystem: 'EPSG:6539' })
    for (const { rows } of [named, given]) {
      expect(rows[0]?.lat).toBeCloseTo(40.641305906460005, 8)
      expect(rows[0]?.long).toBeCloseTo(-74.01720548026697, 8)
    }
  })

  it.each(['EPSG:31370', 'a local grid', 'PROJCS["broken",'])(
    'that is not known refuses the file: %s',
    async system => {
      const table = await opened(collection(system))
      const mapping = await mappingOf(table, 'addresses')
      expect(await survey(table, mapping)).toMatchObject({ why: expect.stringMatching(/coordinate system/) })
    },
  )

  it.each([
    ['EPSG:32612', 677588.9345165608, 4958058.201636434, 44.75387368827125, -108.75636130198427],
    ['EPSG:26912', 677588.9345165608, 4958058.201636434, 44.75387368827125, -108.75636130198427],
    ['EPSG:3857', -8239557.624004417, 4959577.466271832, 40.641305906460005, -74.01720548026697],
    [
      '+proj=utm +zone=12 +datum=WGS84',
      677588.9345165608,
      4958058.201636434,
      44.75387368827125,
      -108.75636130198427,
    ],
    ['EPSG:4269', -74, 40, 40, -74],
  ])('of %s becomes degrees', (system, x, y, lat, long) => {
    const [foundLong, foundLat] = accepted(toDegreesFrom(system))([x, y])
    expect(foundLong).toBeCloseTo(long, 6)
    expect(foundLat).toBeCloseTo(lat, 6)
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

describe('whole addresses in one column', () => {
  it('are read as people type them, and own columns come first', async () => {
    const addresses = [
      '162 N CLARK ST',
      '123A MAIN ST APT 4, OAKLAND CA 94502-1234',
      '12 1/2 MAIN ST',
      'N165W2123 GRANT DR',
      '14 A ST',
      '16 UNIT RD LOT 7',
      'PO BOX 12',
      'MAIN ST',
    ]
    const lines = addresses.map(address => `-122,37.5,"${address}",`)
    const table = await opened(
      `LON,LAT,FULL_ADDR,CITY\n${lines.join('\n')}\n-122,37.5,"18 OAK AVE, X",ALBANY\n`,
    )
    const { rows, rejects } = await read(table, 'addresses')
    expect(rows.map(({ lat, long, id, ...row }) => Object.values(row))).toEqual([
      ['162', '', 'N CLARK ST', '', '', '', ''],
      ['123', 'A', 'MAIN ST', 'APT 4', 'OAKLAND', 'CA', '94502'],
      ['12', '1/2', 'MAIN ST', '', '', '', ''],
      ['N165W2123', '', 'GRANT DR', '', '', '', ''],
      ['14', '', 'A ST', '', '', '', ''],
      ['16', '', 'UNIT RD', 'LOT 7', '', '', ''],
      ['18', '', 'OAK AVE', '', 'ALBANY', '', ''],
    ])
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [8, 'no-number'],
      [9, 'no-number'],
    ])
  })
})

describe('a mapping', () => {
  it('is guessed with a confidence, kept as JSON, and checked when it comes back', async () => {
    const table = await opened(
      'HOUSE_NO,FULL_STREE,PART,LON,LAT\n12,MILL ST,A,-122,37.5\n14,MILL ST,,-122,37.5\n',
    )
    const { mapping, confidence, columns } = accepted(await inspect(table))
    expect(mapping).toEqual({
      kind: 'addresses',
      columns: { number: ['HOUSE_NO'], street: ['FULL_STREE'], lat: ['LAT'], long: ['LON'] },
    })
    expect(Object.values(confidence).every(share => share > 0.6 && share <= 1)).toBe(true)
    const kept = JSON.parse(JSON.stringify({ ...mapping, columns: { ...mapping.columns, suffix: ['PART'] } }))
    expect(v.parse(mappingSchema, kept)).toEqual(kept)
    expect(v.is(mappingSchema, { kind: 'addresses', columns: { number: [], colour: ['A'] } })).toBe(false)
    expect(missingColumns(kept, columns)).toEqual([])
    expect(missingColumns(kept, ['HOUSE_NO', 'LON', 'LAT'])).toEqual(['FULL_STREE', 'PART'])
  })
})

describe('counties’ columns', () => {
  it.each<[string, Record<string, unknown>, Mapping['columns']]>([
    [
      'Washington, with its quadrants',
      { ADDRNUM: '12', STNAME: 'MILL', STREET_TYPE: 'ST', QUADRANT: 'NW', LATITUDE: 38.9, LONGITUDE: -77 },
      {
        number: ['ADDRNUM'],
        street: ['STNAME', 'STREET_TYPE', 'QUADRANT'],
        lat: ['LATITUDE'],
        long: ['LONGITUDE'],
      },
    ],
    [
      'a suffix that is a street type',
      { HOUSE_NO: '12', DIR: 'N', STREET: 'MILL', SUFFIX: 'RD' },
      { number: ['HOUSE_NO'], street: ['DIR', 'STREET', 'SUFFIX'] },
    ],
    [
      'a suffix that is a directional',
      { HOUSE_NO: '12', STREET: 'MILL', TYPE: 'RD', SUFFIX: 'NW' },
      { number: ['HOUSE_NO'], street: ['STREET', 'TYPE', 'SUFFIX'] },
    ],
    [
      'a type that is no street type',
      { HOUSE_NO: '12', STREET: 'MILL RD', TYPE: 'Residential' },
      { number: ['HOUSE_NO'], street: ['STREET'] },
    ],
    [
      'postal cities before municipalities, and no codes for them',
      { Add_Number: 12, St_Name: 'Mill', St_PosTyp: 'Rd', Inc_Muni: 'Lake', Post_Comm: 'Oak', MUNI: '02' },
      { number: ['Add_Number'], street: ['St_Name', 'St_PosTyp'], city: ['Post_Comm'] },
    ],
    [
      'OpenStreetMap',
      { '@id': 'node/1', 'addr:housenumber': '12', 'addr:street': 'Mill Rd', 'addr:city': 'Oak' },
      { number: ['addr:housenumber'], street: ['addr:street'], city: ['addr:city'], id: ['@id'] },
    ],
    [
      'a parcel with its address in one',
      { APN: '7', SITUS_ADDRESS: '12 MILL RD', SITUS_CITY: 'OAK', SITUS_ZIP: '94501' },
      { address: ['SITUS_ADDRESS'], city: ['SITUS_CITY'], postcode: ['SITUS_ZIP'] },
    ],
  ])('%s', (_county, values, columns) => {
    const samples = [{ number: 1, values }]
    expect(guessMapping(Object.keys(values), samples, 'addresses').mapping.columns).toEqual(columns)
  })
})

describe('a file of rejects', () => {
  it('has a line for each, which a spreadsheet opens without running it', () => {
    const rejects: Reject[] = [
      { record: 2, line: 3, id: '=1+1', reason: 'outside' },
      { record: 4, id: 'a,"b"', reason: 'no-number' },
    ]
    expect(REJECTS_HEADING + rejectLines(rejects)).toBe(
      [
        'record,line,id,reason,explanation',
        '2,3,\'=1+1,outside,"outside the region"',
        '4,,"a,""b""",no-number,"no house number"',
        '',
      ].join('\n'),
    )
  })
})

describe('a million rows', () => {
  it('pass through memory a piece at a time', async () => {
    const perPiece = 1000
    const piece = Array.from(
      { length: perPiece },
      (_, i) => `-122.1,37.5,${i + 1},"MILL ST",,OAK,,CA,94502,${i}\n`,
    ).join('')
    let given = 0
    const source = {
      name: 'made.csv',
      size: 0,
      async *read() {
        given = 0
        yield new TextEncoder().encode(`${HEADING}\n`)
        for (; given < 1_000_000; given += perPiece) yield new TextEncoder().encode(piece)
      },
    }
    const table = accepted(await openTable(source))
    const mapping = await mappingOf(table, 'addresses')
    let [taken, mostHeld] = [0, 0]
    for await (const { rows, rejects } of readRows(table, mapping, {
      toDegrees: position => position,
      isSwapped: false,
    })) {
      mostHeld = Math.max(mostHeld, given + perPiece - taken)
      taken += rows.length + rejects.length
    }
    expect(taken).toBe(1_000_000)
    expect(mostHeld).toBeLessThanOrEqual(2 * perPiece)
  }, 120_000)
})
