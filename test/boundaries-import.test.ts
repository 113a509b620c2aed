import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { boundaryIssues } from '../src/geography/polygons/issues.ts'
import { readGeoJson } from '../src/import/boundaries/format.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { guessedName } from '../src/import/boundaries/names.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import { collection, corners, feature, square } from './support/geojson.ts'
import { lakeFiles } from './support/lake.ts'
import { sharedData } from './support/shared.ts'
import { type Deployment, deployment } from './support/terminal.ts'

const named = (properties: Record<string, unknown>, west: number) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates: [square(west, 40, 0.1)] },
})
const take = (features: unknown[], bodyField?: string) =>
  importBoundaries(collection(...features), { nameField: 'NAME', bodyField })
const bodyNames = (features: unknown[], bodyField?: string) =>
  take(features, bodyField).bodies.map(({ name }) => name)

describe('bodies of one name', () => {
  test('are told apart by their kind, and it is said', () => {
    const kinds = ['City', 'Town', 'Village']
    const { bodies, repaired, refused } = take(
      kinds.map((TYPE, i) => named({ NAME: 'Clinton', TYPE }, -80 + i)),
    )
    expect(bodies.map(({ name, slug }) => [name, slug])).toEqual([
      ['Clinton (City)', 'clinton-city'],
      ['Clinton (Town)', 'clinton-town'],
      ['Clinton (Village)', 'clinton-village'],
    ])
    expect(repaired.map(({ what }) => what)).toEqual([
      'Took 3 features of this name for Clinton (City), Clinton (Town), Clinton (Village)',
    ])
    expect(refused).toEqual([])
  })

  test('keep their own pieces together', () => {
    const pieces = [
      named({ NAME: 'Baldwin', NAMELSAD: 'Baldwin borough', GEOID: '4200303928', OBJECTID: 1 }, -80),
      named({ NAME: 'Baldwin', NAMELSAD: 'Baldwin township', GEOID: '4200303932', OBJECTID: 2 }, -79),
      named({ NAME: 'Baldwin', NAMELSAD: 'Baldwin borough', GEOID: '4200303928', OBJECTID: 3 }, -78),
    ]
    const { bodies } = take(pieces)
    expect(bodies.map(({ name, geometry }) => [name, geometry.length])).toEqual([
      ['Baldwin borough', 2],
      ['Baldwin township', 1],
    ])
    expect(bodyNames([43, 25].map((LSAD, i) => named({ NAME: 'Salem', LSAD }, -80 + i)))).toEqual([
      'Salem (town)',
      'Salem (city)',
    ])
  })

  test('that only a code or other words tell apart are refused, until it is said which property decides', () => {
    const twins = [1, 2].map(n => named({ NAME: 'Clinton', GEOID: `3600${n}`, OBJECTID: n }, -80 + n))
    expect(take(twins)).toMatchObject({
      bodies: [],
      refused: [
        {
          name: 'Clinton',
          why: '2 features have this name and different GEOID (36001, 36002)',
          repair: expect.stringContaining('--body-field GEOID'),
        },
      ],
    })
    expect(bodyNames(twins, 'GEOID')).toEqual(['Clinton (36001)', 'Clinton (36002)'])
    expect(bodyNames(twins, 'NAME')).toEqual(['Clinton'])
    expect(take(twins, 'GEO').refused).toMatchObject([
      { name: 'The file', why: 'No feature has the property GEO' },
    ])
    const halves = ['Land', 'Water'].map((TYPE, i) => named({ NAME: 'Clinton', TYPE }, -80 + i))
    expect(take(halves).refused[0]?.why).toBe('2 features have this name and different TYPE (Land, Water)')
  })

  test('that differ in bookkeeping only are pieces of one', () => {
    const pieces = [1, 2, 3].map(n =>
      named(
        {
          NAME: 'Medley',
          MUNICID: '7',
          MUNICUID: n,
          GlobalID: `2808cbb${n}-9ab1-4e2c`,
          MODIFIEDBY: `u${n}`,
          Shape__Area: n / 3,
        },
        -80 + n,
      ),
    )
    expect(bodyNames([...pieces, named({ NAME: 'Other', MUNICID: '8' }, -70)])).toEqual(['Medley', 'Other'])
  })

  test('replace a present boundary only where they lie, and it is said', async () => {
    const on = deployment()
    const importing = async (name: string, west: number) => {
      const file = join(on.tenantsDir, 'county.geojson')
      writeFileSync(file, JSON.stringify(collection(feature(name, [square(west, 40, 0.1)]))))
      return on.countyline('boundaries', 'import', file, '--region', 'lake', '--name-field', 'NAME')
    }
    expect((await importing('Clinton', -80)).out).toContain('wrote clinton/boundary.geojson')
    expect(await importing('Clinton', -80.01)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /replaced clinton\/boundary\.geojson[\s\S]*1 boundary written \(1 replaced\)/,
      ),
    })
    expect(await importing('Clinton', -80.3)).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        'refused Clinton: clinton is already Clinton, whose boundary lies elsewhere',
      ),
    })
  })
})

describe('postal cities', () => {
  const importing = (on: Deployment, west: number, ...more: string[]) => {
    const file = join(on.dataDir, '..', 'postal.geojson')
    writeFileSync(file, JSON.stringify(collection(feature('EAST CLINTON', [square(west, 40, 0.1)]))))
    return on.countyline('areas', 'import', file, '--region', 'lake', '--name-field', 'NAME', ...more)
  }

  test('are added to the areas of a region, and end where newer ones begin', async () => {
    const on = deployment()
    on.write('lake', lakeFiles())
    const before = readAreas(on)
    expect(await importing(on, -80)).toMatchObject({
      code: 0,
      out: expect.stringContaining('lake: 1 area written to areas.geojson, 0 refused'),
    })
    expect((await importing(on, -80.01, '--from', '2027-01-01')).code).toBe(0)
    expect(readAreas(on).slice(before.length)).toEqual([
      { id: 'east-clinton', name: 'East Clinton', kind: 'postal', to: '2027-01-01' },
      { id: 'east-clinton', name: 'East Clinton', kind: 'postal', from: '2027-01-01' },
    ])
    expect(readAreas(on).slice(0, before.length)).toEqual(before)
    expect((await on.countyline('validate')).out).not.toContain('areas.geojson')
  })

  test('do not take the place of another kind of area', async () => {
    const on = deployment()
    on.write('lake', lakeFiles())
    await importing(on, -80, '--kind', 'agreement')
    expect(await importing(on, -80)).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        'areas.geojson already has "east-clinton" as an area of the kind agreement',
      ),
    })
  })

  function readAreas({ tenantsDir }: Deployment): unknown[] {
    const file = join(tenantsDir, 'lake', 'areas.geojson')
    const { features } = JSON.parse(existsSync(file) ? readFileSync(file, 'utf8') : '{"features":[]}')
    return features.map(({ properties }: { properties: unknown }) => properties)
  }
})

describe('a download that a server cut short', () => {
  const features = [feature('Alder', [square(-80, 40, 0.1)]), feature('Birch', [square(-79, 40, 0.1)])]
  const reason = (more: object) =>
    importBoundaries({ type: 'FeatureCollection', features, ...more }, { nameField: 'NAME' }).refused[0]

  test.each([
    [
      { exceededTransferLimit: true },
      'the server stopped at its limit of 2 features (exceededTransferLimit)',
    ],
    [
      { properties: { exceededTransferLimit: true } },
      'the server stopped at its limit of 2 features (exceededTransferLimit)',
    ],
    [
      { totalFeatures: 14, numberMatched: 14, numberReturned: 2 },
      'the server found 14 features (numberMatched) and sent 2',
    ],
    [
      { numberMatched: 'unknown', totalFeatures: 14 },
      'the server found 14 features (totalFeatures) and sent 2',
    ],
    [{ numberReturned: 5 }, 'the server sent 5 features (numberReturned), and the file has 2'],
    [
      {
        links: [
          { rel: 'self', href: '' },
          { rel: 'next', href: 'https://gis.example/2' },
        ],
      },
      'the server sent a page of 2 features, and links to the next',
    ],
  ])('is refused whole, with the limit: %j', (more, why) => {
    expect(reason(more)).toMatchObject({ name: 'The file', why: `It is only a part: ${why}` })
  })

  test('is not suspected where all have come', () => {
    expect(
      reason({ numberMatched: 2, numberReturned: 2, exceededTransferLimit: false, links: [{ rel: 'self' }] }),
    ).toBe(undefined)
    expect(reason({ numberMatched: 'unknown', numberReturned: 2 })).toBe(undefined)
  })

  test('is warned of where the file has exactly as many features as servers send at most', () => {
    const many = (count: number) =>
      take(Array.from({ length: count }, (_, i) => named({ NAME: `T${i}` }, -120 + i / 50))).warnings
    expect(many(1000)).toEqual([
      {
        name: 'The file',
        what: 'It has exactly 1,000 features, a usual limit of servers. Check that none is missing',
      },
    ])
    expect(many(999)).toEqual([])
  })
})

describe('rings that bound nothing', () => {
  const speck = [
    [-79.7, 40.2],
    [-79.7, 40.2],
    [-79.699999, 40.2],
    [-79.7, 40.2],
  ]
  const whole = square(-80, 40, 0.1)

  test('are left out, and it is said, with the rest of the body taken', () => {
    const { bodies, repaired, refused } = take([
      feature('Elder', [[whole], [speck]], 'MultiPolygon'),
      feature('Fir', [square(-78, 40, 0.1), speck.map(([x = 0, y = 0]) => [x + 1.75, y - 0.15])]),
      feature(
        'Gum',
        [
          [square(-76, 40, 0.1)],
          [
            [
              [-75.3, 40.2],
              [-75.299999, 40.2],
              [-75.299999, 40.200001],
              [-75.3, 40.2],
            ],
          ],
        ],
        'MultiPolygon',
      ),
      feature(
        'Haw',
        [
          [square(-74, 40, 0.1)],
          [
            [
              [-73, 40],
              [-73, 40],
              [-73, 40],
            ],
          ],
        ],
        'MultiPolygon',
      ),
    ])
    expect(refused).toEqual([])
    expect(bodies.map(({ geometry }) => geometry.flat().length)).toEqual([1, 1, 1, 1])
    const said = repaired.filter(({ what }) => what.startsWith('Left out 1') && !what.includes('repeated'))
    expect(said).toEqual([
      { name: 'Elder', what: 'Left out 1 polygon of less than a square meter' },
      { name: 'Fir', what: 'Left out 1 hole of less than a square meter' },
      { name: 'Gum', what: 'Left out 1 polygon of less than a square meter' },
      { name: 'Haw', what: 'Left out 1 polygon of less than a square meter' },
    ])
  })

  test('are refused where they are all that there is', () => {
    expect(take([feature('Elder', [speck])]).refused).toMatchObject([
      { name: 'Elder', why: 'It has no area' },
    ])
  })
})

describe('a body across the 180th meridian', () => {
  const isles = (longs: readonly number[]) =>
    take([
      feature('Isles', [
        [
          [longs[0], 51],
          [longs[1], 51],
          [longs[1], 52],
          [longs[0], 52],
          [longs[0], 51],
        ],
      ]),
    ])
  const west = square(-180, 51, 0.5).map(([x, y]) => [x, y === 51.5 ? 52 : y] as const)

  test.each([
    ['drawn the short way', [179.5, -179.5]],
    ['drawn on past 180', [179.5, 180.5]],
    ['drawn on past −180', [-180.5, -179.5]],
  ])('%s is split there, and it is said', (_, longs) => {
    const { bodies, repaired, refused } = isles(longs)
    expect(refused).toEqual([])
    const [body] = bodies
    expect(body?.geometry).toHaveLength(2)
    expect(corners(body?.geometry ?? [])).toContainEqual(corners([[west]])[0])
    expect((body?.squareMeters ?? 0) / 1e6).toBeCloseTo(7690, -2)
    expect(boundaryIssues(body?.geometry ?? [])).toEqual([])
    expect(repaired).toContainEqual({ name: 'Isles', what: 'Split 1 polygon at the 180th meridian' })
  })

  test('counted eastward to 360 is moved; split already, it is taken as it is', () => {
    expect(isles([184, 185]).bodies[0]?.geometry).toEqual([[square(-176, 51, 1)]])
    const split = feature('Isles', [[square(179, 51, 1)], [square(-180, 51, 1)]], 'MultiPolygon')
    expect(take([split])).toMatchObject({ refused: [], repaired: [], bodies: [{ geometry: { length: 2 } }] })
  })

  test('keeps its holes on both sides', () => {
    const outer = [
      [179, 50],
      [-179, 50],
      [-179, 53],
      [179, 53],
      [179, 50],
    ]
    const hole = (x: number) => square(x, 51, 0.5).toReversed()
    const { bodies, refused } = take([feature('Isles', [outer, hole(179.25), hole(-179.75)])])
    expect(refused).toEqual([])
    expect(bodies[0]?.geometry.map(rings => rings.length)).toEqual([2, 2])
  })

  test('that would be drawn around the Earth is refused, imported or written by hand', () => {
    const around = [
      [179.5, 51],
      [60, 51],
      [-60, 51],
      [-179.5, 51],
      [-179.5, 52],
      [60, 52],
      [179.5, 52],
      [179.5, 51],
    ]
    expect(take([feature('Isles', [around])]).bodies).toEqual([])
    const drawn = [
      [179.5, 51],
      [-179.5, 51],
      [-179.5, 52],
      [179.5, 52],
      [179.5, 51],
    ] as const
    expect(boundaryIssues([[drawn]])).toMatchObject([
      { why: 'A ring crosses the 180th meridian, and would be drawn around the Earth' },
    ])
  })
})

describe('names in capitals', () => {
  test.each([
    ['MCKEESPORT', 'McKeesport', true],
    ["O'HARA", "O'Hara", true],
    ['OPA-LOCKA', 'Opa-Locka', true],
    ['CROTON-ON-HUDSON', 'Croton-on-Hudson', true],
    ['VILLAGE OF OAK PARK', 'Village of Oak Park', true],
    ["PRINCE'S LAKES", "Prince's Lakes", true],
    ['ST. MARYS', 'St. Marys', true],
    ['WARD II', 'Ward II', true],
    ['MIAMI BEACH', 'Miami Beach', false],
    ['new castle', 'New Castle', false],
  ])('%s is guessed as %s', (written, name, isDoubtful) => {
    expect(guessedName(written)).toEqual({ written, name, isDoubtful })
  })

  test('are left alone in both cases, or without letters', () => {
    expect(['McKeesport', 'DeKalb', '51'].map(guessedName)).toEqual([undefined, undefined, undefined])
  })

  test('are said, and corrected in one table, which the next import reads', async () => {
    const on = deployment()
    const file = join(on.tenantsDir, 'county.geojson')
    const places = ['MCKEESPORT', "O'HARA", 'OPA-LOCKA', 'AVON'].map((name, i) =>
      feature(name, [square(-80 + i, 40, 0.1)]),
    )
    writeFileSync(file, JSON.stringify(collection(...places)))
    const argv = ['boundaries', 'import', file, '--region', 'lake', '--name-field', 'NAME'] as const
    const { out } = await on.countyline(...argv)
    expect(out).toContain(
      "guessed MCKEESPORT: McKeesport?\nguessed O'HARA: O'Hara?\nguessed OPA-LOCKA: Opa-Locka?\n4 names in capitals guessed. Correct them in lake/names.yaml, and import again.\n",
    )
    on.write(
      'lake',
      new Map([['names.yaml', 'OPA-LOCKA: Opa-locka # its charter\nMCKEESPORT: City of McKeesport\n']]),
    )
    expect((await on.countyline(...argv)).out).toContain(
      'renamed mckeesport: McKeesport → City of McKeesport\nrenamed opa-locka: Opa-Locka → Opa-locka\n',
    )
    const again = await on.countyline(...argv)
    expect(again.out).not.toMatch(/renamed|guessed|replaced/)
    const { out: checked } = await on.countyline('validate')
    expect(checked).not.toContain('names.yaml')
  })

  test('that the table has wrong are refused with the line', async () => {
    const on = deployment()
    const file = join(on.tenantsDir, 'county.geojson')
    writeFileSync(file, JSON.stringify(collection(feature('AVON', [square(-80, 40, 0.1)]))))
    on.write('lake', new Map([['names.yaml', 'AVON: [Avon]\n']]))
    expect(
      await on.countyline('boundaries', 'import', file, '--region', 'lake', '--name-field', 'NAME'),
    ).toMatchObject({
      code: 1,
      out: expect.stringContaining('names.yaml cannot be read at AVON'),
    })
  })
})

describe('strips where neighbors drew one line twice', () => {
  const strip = 0.00003529411766
  const towns = [
    feature('Alder', [square(-80, 40, 0.1)]),
    feature('Birch', [
      [
        [-79.9 - strip, 40],
        [-79.8, 40],
        [-79.8, 40.1],
        [-79.9 - strip, 40.1],
        [-79.9 - strip, 40],
      ],
    ]),
    feature('Cedar', [
      [
        [-79.8 + strip, 40],
        [-79.7, 40],
        [-79.7, 40.1],
        [-79.8 + strip, 40.1],
        [-79.8 + strip, 40],
      ],
    ]),
  ]
  const region = new Map([
    [
      'region.yaml',
      'name: Trees\nlanguages: [en]\ntimezone: America/New_York\nhosts: []\nphone: "311"\nemergency: { phone: "911", text: Call }\nintake: alder\nbrand: { primary: "#1a4480" }\nmap: { center: [-79.8, 40] }\n',
    ],
    ['services.yaml', 'services:\n  - { code: litter, name: Litter, layers: [municipality] }\n'],
  ])
  const imported = async (features: unknown[], ...more: string[]) => {
    const on = deployment()
    const file = join(on.tenantsDir, 'county.geojson')
    writeFileSync(file, JSON.stringify(collection(...features)))
    const argv = ['boundaries', 'import', file, '--region', 'trees', '--name-field', 'NAME', ...more]
    const { out } = await on.countyline(...argv)
    on.write('trees', region)
    return { out, validated: await on.countyline('validate'), on }
  }

  test('are judged by their width, overlaps and gaps: warned of, with what to do', async () => {
    const { validated } = await imported(towns)
    expect(validated.code).toBe(0)
    expect(validated.out).toMatch(
      /birch\/boundary\.geojson:.* warning: Birch and Alder overlap in a strip about 9\.[89] feet wide: 8\.\d acres in the layer "municipality"\. Import them with --snap 5, or leave it\./,
    )
    expect(validated.out).toMatch(
      /cedar\/boundary\.geojson:.* warning: Cedar and Birch leave a gap about 9\.\d feet wide and 6\.9 miles long between them in the layer "municipality"/,
    )
    expect(validated.out.match(/overlap|gap/g)).toHaveLength(2)
  })

  test('are snapped together by choice, and it is said', async () => {
    const { out, validated, on } = await imported(towns, '--snap', '5')
    expect(out).toContain('repaired Birch: Moved onto its neighbors, up to 5 m\n')
    expect(out).toContain('repaired Cedar: Moved onto its neighbors, up to 5 m\n')
    expect(validated.out).toContain('trees: valid (0 errors')
    expect(validated.out).not.toMatch(/overlap|gap/)
    expect((await on.countyline('plan')).out).not.toMatch(/overlap|gap/)
  })

  test('of corners that only one of them has are snapped to those corners', async () => {
    const bent = [
      [-79.9, 40],
      [-79.8, 40],
      [-79.8, 40.1],
      [-79.9, 40.1],
      [-79.90001, 40.05],
      [-79.9, 40],
    ]
    const { validated } = await imported([towns[0], feature('Birch', [bent])], '--snap', '3')
    expect(validated.out).toContain('trees: valid (0 errors')
    expect(validated.out).not.toMatch(/overlap|gap/)
  })

  test('that are wide are errors as before', async () => {
    const { validated } = await imported([towns[0], feature('Birch', [square(-79.901, 40, 0.1)])])
    expect(validated).toMatchObject({
      code: 1,
      out: expect.stringContaining('error: Birch and Alder both cover'),
    })
  })
})

describe('a file of another format', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const latin1 = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))
  const why = (file: Uint8Array) => {
    const read = readGeoJson(file)
    return 'why' in read ? read.why : 'read'
  }

  test.each([
    [
      '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"></kml>',
      'It is a KML file, which cannot be read here',
    ],
    [
      '<wfs:FeatureCollection xmlns:gml="http://www.opengis.net/gml"/>',
      'It is a GML file, which cannot be read here',
    ],
    [
      '<ows:ExceptionReport><ows:ExceptionText>No such layer</ows:ExceptionText></ows:ExceptionReport>',
      "It is a server's error message: No such layer",
    ],
    ['<!DOCTYPE html><html><body>Sign in</body></html>', 'It is a web page, not the file'],
    ['{"type":"Topology","objects":{}}', 'It is a TopoJSON file, which cannot be read here'],
    [
      '{"geometryType":"esriGeometryPolygon","features":[{"attributes":{},"geometry":{"rings":[]}}]}',
      'It is an EsriJSON file, which cannot be read here',
    ],
    ['{"error":{"code":400,"message":"Invalid query"}}', "It is a server's error message: Invalid query"],
    ['{"currentVersion":10.81,"maxRecordCount":2000}', 'It describes an ArcGIS service, and has no shapes'],
    ['{"type":"Polygon","coordinates":[]}', 'It is a GeoJSON Polygon without names'],
    ['NAME,WKT\nAlder,"POLYGON((0 0,1 0,1 1,0 0))"\n', 'It is a table (CSV), which cannot be read here'],
    ['POLYGON ((0 0, 1 0, 1 1, 0 0))', 'It is WKT, which cannot be read here'],
    [
      '{"type":"Feature","properties":{}}\n{"type":"Feature","properties":{}}\n',
      'It is newline-delimited GeoJSON (GeoJSONSeq), which cannot be read here',
    ],
    ['', 'It is empty'],
    ['{"type":"FeatureCollection","features":[{"type":"Fea', 'It ends in the middle, after 52 characters'],
  ])('is named: %s', (text, reason) => {
    expect(why(bytes(text))).toBe(reason)
  })

  test.each([
    ['\x00\x00\x27\x0a\x00\x00', 'It is a shapefile (.shp, or its .shx), which cannot be read here'],
    ['PK\x03\x04xxxxdoc.kml', 'It is a zipped KML file (KMZ), which cannot be read here'],
    ['PK\x03\x04xxxxtowns.shp', 'It is a zipped shapefile, which cannot be read here'],
    ['\x1f\x8b\x08\x00', 'It is a file compressed with gzip, which cannot be read here'],
    ['\x89PNG\r\n', 'It is a picture (PNG), which cannot be read here'],
    ['SQLite format 3\x00', 'It is a GeoPackage or another SQLite file, which cannot be read here'],
    ['\x03\x7a\x05\x10', 'It is the table of a shapefile (.dbf), which cannot be read here'],
    ['\xff\xff{}', 'It is neither UTF-8 nor UTF-16 text'],
  ])('is named by its first bytes: %j', (text, reason) => {
    expect(why(latin1(text))).toBe(reason)
  })

  test('tells what to do, on the command line', async () => {
    const on = deployment()
    const file = join(on.tenantsDir, 'towns.gpx')
    writeFileSync(file, '<gpx/>')
    const argv = ['boundaries', 'import', file, '--region', 'lake', '--name-field', 'NAME'] as const
    expect(await on.countyline(...argv)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /towns\.gpx: It is a GPX file, which cannot be read here\. Convert it to GeoJSON, .*ogr2ogr/,
      ),
    })
    expect(
      await on.countyline('boundaries', 'import', on.tenantsDir, '--region', 'lake', '--name-field', 'NAME'),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('is a folder, not a file'),
    })
  })

  test.each(
    ['shapefiles/maSP.zip', 'shapefiles/empty-shp.zip', 'shapefiles/qgis.zip'].map(
      path => [path, sharedData(path)] as const,
    ),
  )('real: %s', async (_, file) => {
    if (file === undefined) return
    const { readFileSync } = await import('node:fs')
    expect(why(readFileSync(file))).toBe('It is a zipped shapefile, which cannot be read here')
  })

  test('in a region’s folder is named by validate, too', () => {
    const { issues } = loadRegion('lake', lakeFiles({ 'west/boundary.kml': '<kml/>' }))
    expect(issues).toMatchObject([
      {
        file: 'west/boundary.kml',
        severity: 'warning',
        message: 'A KML file is not read',
        repair: 'Convert it to GeoJSON, as boundary.geojson',
      },
    ])
  })

  test('does not include GeoJSON with a byte order mark, or in UTF-16', () => {
    const text = JSON.stringify(collection(feature('Doña Ana', [square(-80, 40, 0.1)])))
    const utf16 = (isLittle: boolean, mark: string) => {
      const view = new DataView(new ArrayBuffer((mark + text).length * 2))
      for (const [i, unit] of [...(mark + text)].entries())
        view.setUint16(i * 2, unit.charCodeAt(0), isLittle)
      return new Uint8Array(view.buffer)
    }
    const files = [
      bytes(text),
      bytes(`\uFEFF${text}`),
      utf16(true, '\uFEFF'),
      utf16(false, '\uFEFF'),
      utf16(true, ''),
    ]
    for (const file of files) expect(readGeoJson(file)).toEqual({ value: JSON.parse(text) })
  })
})
