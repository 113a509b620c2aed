import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../src/places/import/bytes.ts'
import { readMapFile } from '../src/places/import/maps/read-map.ts'
import { dbf, shp, zip } from './support/geofiles.ts'
import { featuresOf, readMap, whyOf } from './support/maps.ts'
import { sharedData } from './support/shared.ts'
import { deployment } from './support/terminal.ts'

type Pair = readonly [number, number]

/** Clockwise, as a shapefile has outer rings. */
const square = (west: number, south: number, side = 0.1): Pair[] => [
  [west, south],
  [west, south + side],
  [west + side, south + side],
  [west + side, south],
  [west, south],
]
const ringText = (ring: readonly Pair[]) => ring.map(position => position.join(',')).join(' ')
const placemark = (name: string, ring: readonly Pair[]) => `<Placemark><name>${name}</name><Polygon>
  <outerBoundaryIs><LinearRing><coordinates>${ringText(ring)}</coordinates></LinearRing></outerBoundaryIs>
  </Polygon></Placemark>`
const kmlOf = (...parts: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${parts.join('')}</Document></kml>`
const label = '<Placemark><name>Label</name><Point><coordinates>-80,40,0</coordinates></Point></Placemark>'
const geoJsonOf = (...rings: readonly (readonly Pair[])[]) => ({
  type: 'FeatureCollection',
  features: rings.map((ring, i) => ({
    type: 'Feature',
    properties: { NAME: `Town ${i + 1}` },
    geometry: { type: 'Polygon', coordinates: [ring] },
  })),
})

describe('KML', () => {
  test('is read with its names; points and lines beside the areas are left out, and it is said', async () => {
    const { features, changes } = await featuresOf(
      readMap(kmlOf(placemark('Doña Ana', square(-80, 40)), label)),
    )
    expect(features).toMatchObject([{ properties: { name: 'Doña Ana' }, geometry: { type: 'Polygon' } }])
    expect(changes).toEqual(['Left out 1 points and lines'])
  })

  test('of several pieces and a label is the pieces', async () => {
    const part = (west: number) =>
      `<Polygon><outerBoundaryIs><LinearRing><coordinates>${ringText(square(west, 40))}</coordinates></LinearRing></outerBoundaryIs></Polygon>`
    const multi = `<Placemark><name>A</name><MultiGeometry>${part(-80)}${part(-79)}<Point><coordinates>-80,40</coordinates></Point></MultiGeometry></Placemark>`
    const { features, changes } = await featuresOf(readMap(kmlOf(multi)))
    expect(features[0]?.geometry).toMatchObject({ type: 'MultiPolygon', coordinates: { length: 2 } })
    expect(changes).toEqual(['Took only the areas of 1 mixed geometries'])
  })

  test('in another encoding is read by what it says', async () => {
    const text = kmlOf(placemark('Doña Ana', square(-80, 40))).replace('UTF-8', 'windows-1252')
    const { features } = await featuresOf(readMap(new Uint8Array(Buffer.from(text, 'latin1'))))
    expect(features[0]?.properties.name).toBe('Doña Ana')
  })

  test('zipped (KMZ) is its doc.kml', async () => {
    const kmz = zip({
      'doc.kml': kmlOf(placemark('A', square(-80, 40))),
      'files/legend.kml': kmlOf(label),
      'files/icon.png': 'x',
    })
    expect((await featuresOf(readMap(kmz))).features).toHaveLength(1)
  })

  test.each([
    ['that defines entities', '<!DOCTYPE kml [<!ENTITY a "b">]><kml><Document/></kml>', 'document type'],
    ['that ends in the middle', '<kml><Document></Doc', 'damaged'],
    [
      'that only links to another',
      kmlOf('<NetworkLink><Link><href>https://a.example/</href></Link></NetworkLink>'),
      'only links to another',
    ],
  ])('%s is refused', async (_, text, why) => {
    expect(await whyOf(readMap(text))).toContain(why)
  })

  test('becomes boundaries on the command line', async () => {
    const on = deployment()
    on.write('towns', new Map([['map.kml', kmlOf(placemark('North Falls', square(-80, 40)), label)]]))
    const file = join(on.tenantsDir, 'towns/map.kml')
    const { code, out } = await on.countyline(
      'boundaries',
      'import',
      file,
      '--region',
      'falls',
      '--name-field',
      'name',
    )
    expect([code, out]).toEqual([0, expect.stringContaining('wrote north-falls/boundary.geojson')])
    expect(out).toContain('repaired The file: Left out 1 points and lines')
  })
})

describe('TopoJSON', () => {
  const topology = (objects: object, arcs: readonly (readonly Pair[])[]) => ({
    type: 'Topology',
    objects,
    arcs,
  })
  const towns = {
    type: 'GeometryCollection',
    geometries: [{ type: 'Polygon', arcs: [[0]], properties: { NAME: 'A' } }],
  }

  test('is read, and asks which of its objects is meant', async () => {
    const file = topology({ towns, wards: towns }, [square(-80, 40)])
    expect(await readMap(file)).toMatchObject({ ask: 'member', choices: ['towns', 'wards'] })
    const { features } = await featuresOf(readMap(file, { member: 'towns' }))
    expect(features).toMatchObject([
      { properties: { NAME: 'A' }, geometry: { type: 'Polygon', coordinates: [square(-80, 40)] } },
    ])
  })

  test('of the counties of the US has them all', async () => {
    const file = new Uint8Array(
      readFileSync(new URL('../node_modules/us-atlas/counties-10m.json', import.meta.url)),
    )
    const { features } = await featuresOf(readMap(file, { member: 'counties' }))
    expect(features).toHaveLength(3231)
  })

  test('whose arcs are missing, or stand for more than fits into memory, is refused', async () => {
    expect(await whyOf(readMap(topology({ towns }, [])))).toContain('arcs cannot be read')
    const arc = Array.from({ length: 1000 }, (_, i): Pair => [i / 1e4, 0])
    const rings = Array.from({ length: 30_000 }, () => [0])
    const bomb = { type: 'MultiPolygon', arcs: [rings] }
    expect(await whyOf(readMap(topology({ bomb }, [arc])))).toContain('more positions than can be read')
  })
})

describe('an archive', () => {
  const towns = { 'towns.shp': shp([square(-80, 40)], true), 'towns.dbf': dbf(['NAME'], [['A']]) }

  test('of more than 200 MB, or that would unpack to more, is refused before it is read', async () => {
    let reads = 0
    const large = {
      name: 'large.geojson',
      size: 201_000_000,
      read: () => {
        reads += 1
        return bytesSource('', new Uint8Array()).read()
      },
    }
    expect(await whyOf(readMapFile(large))).toContain('201 MB, more than the 200 MB')
    expect(reads).toBe(0)
    expect(await whyOf(readMap(zip(towns, 900_000_000)))).toContain('more than the 200 MB')
  })

  test('whose files are larger than it says is refused', async () => {
    expect(await whyOf(readMap(zip({ 'map.kml': ' '.repeat(100_000) }, 10)))).toContain(
      'larger than its archive says',
    )
  })

  test('with attributes in Windows-1252 is read, and it is said', async () => {
    const files = { ...towns, 'towns.dbf': dbf(['NAME'], [['Doña Ana']], 'latin1') }
    const { features, changes } = await featuresOf(readMap(zip(files)))
    expect(features[0]?.properties.NAME).toBe('Doña Ana')
    expect(changes).toEqual(['Read its attributes as Windows-1252, because it has no .cpg'])
    const declared = await featuresOf(readMap(zip({ ...files, 'towns.cpg': 'ANSI 1252' })))
    expect([declared.features[0]?.properties.NAME, declared.changes]).toEqual(['Doña Ana', []])
  })
})

test('GeoJSON in Windows-1252 is read, and it is said', async () => {
  const text = JSON.stringify(geoJsonOf(square(-80, 40))).replace('Town 1', 'Doña Ana')
  const { features, changes } = await featuresOf(readMap(new Uint8Array(Buffer.from(text, 'latin1'))))
  expect(features[0]?.properties.NAME).toBe('Doña Ana')
  expect(changes).toEqual(['Read it as Windows-1252, because it is not UTF-8'])
})

test('rings of a shapefile that all run the wrong way keep their holes', async () => {
  const { rearranged } = await import('../src/places/import/maps/rings.ts')
  const outer = square(0, 0, 10).toReversed()
  const hole = square(2, 2, 1)
  const other = square(20, 0, 5).toReversed()
  // As a reader that goes by their direction has them: the hole as a polygon, the second outer ring as its hole.
  const read = { type: 'MultiPolygon', coordinates: [[outer], [hole, other]] } as const
  expect(rearranged(read)).toEqual({ type: 'MultiPolygon', coordinates: [[outer, hole], [other]] })
  const right = { type: 'MultiPolygon', coordinates: [[square(0, 0, 10), hole.toReversed()]] } as const
  expect(rearranged(right)).toBeUndefined()
})

// What each of them is, by test data of the reader of shapefiles that they come from.
test.each([
  // The table of a shapefile, under the name of an archive.
  ['badzip.zip', 'It is the table of a shapefile (.dbf)'],
  ['codepage.zip', 'its shapes are Point'],
  ['empty-shp.zip', 'no name in NAME'],
  ['no-dbf.zip', 'without its .dbf'],
  ['noshp.zip', 'without a shapefile (.shp)'],
  ['qgis.zip', 'no name in NAME. Fill it in, or name another field (it has FID)'],
  ['T8Th4_6n.zip', 'its shapes are LineString'],
  ['zero-len-line.zip', 'its shapes are LineString'],
])('real: %s is refused by name', async (name, why) => {
  const file = sharedData(`shapefiles/${name}`)
  if (file === undefined) return
  const on = deployment()
  const argv = ['boundaries', 'import', file, '--region', 'falls', '--name-field', 'NAME'] as const
  const { code, out, err } = await on.countyline(...argv)
  expect([code, out + err]).toEqual([1, expect.stringContaining(why)])
})
