import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRegionFiles, regionsIn } from '../src/platform/node/tenants.ts'
import { editorSchemas } from '../src/regions/documents/editor-schemas.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import { hashDocuments } from '../src/regions/documents/hash.ts'
import { loadRegion, type RegionFiles } from '../src/regions/documents/load.ts'
import { box, collection, lakeDocuments, lakeEdited, lakeFiles } from './support/lake.ts'

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

describe('documents are read whole', () => {
  test('a region without errors is taken', () => {
    expect(loadRegion('lake', lakeFiles()).issues).toEqual([])
    const documents = lakeDocuments()
    expect(documents.jurisdictions.map(({ slug }) => slug)).toEqual([
      'east',
      'lake-county',
      'quill-water',
      'west',
    ])
    expect(documents.roads[1]?.properties).toMatchObject({ id: 'oak-1', left: 'west', lead: 'east' })
  })

  test('one bad document refuses the region, and every error of every file is told', () => {
    const { documents, issues } = loadRegion(
      'lake',
      lakeFiles({
        'services.yaml': 'services:\n  - code: 001\n    nmae: Pothole\n    layers: []\n',
        'west/jurisdiction.yaml':
          'name: West\nkind: village\ncode: we\nhours: { mon: 8-5 }\nfrom: 2026-02-30\n',
      }),
    )
    expect(documents).toBeUndefined()
    expect(issues.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([
      'services.yaml:2 "name" is missing',
      'services.yaml:2 "code" is 1',
      'services.yaml:3 Unknown key "nmae"',
      'services.yaml:4 "layers" is a list',
      'west/jurisdiction.yaml:2 "kind" is "village"',
      'west/jurisdiction.yaml:3 "code" is "we"',
      'west/jurisdiction.yaml:4 "mon" is "8-5"',
      'west/jurisdiction.yaml:5 "from" is "2026-02-30"',
    ])
    expect(issues.map(({ repair }) => repair)).toContain('Use a span such as "08:00-17:00"')
    expect(issues.map(({ repair }) => repair)).toContain(
      'Write text (use quotes for a number, or if it starts with #)',
    )
  })

  test.each([
    ['YAML that does not parse', 'region.yaml', 'name: "Lake\nphone: 311\n', 'region.yaml:'],
    ['YAML with a key twice', 'region.yaml', 'name: Lake\nname: Lake\n', 'region.yaml:2'],
    [
      'JSON that does not parse',
      'roads.geojson',
      '{"type":"FeatureCollection",\n"features":[\n{"type"]}',
      'roads.geojson:3',
    ],
    ['a file that is not JSON', 'roads.geojson', 'hello\n\n', 'roads.geojson:1'],
    [
      'JSON with a hundred thousand lists in each other',
      'roads.geojson',
      `\n${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      'roads.geojson:',
    ],
    ['an empty file', 'services.yaml', '', 'services.yaml:1'],
    ['a list where keys belong', 'west/jurisdiction.yaml', '- name: West\n', 'west/jurisdiction.yaml:1'],
    [
      'a geometry of the wrong kind',
      'west/boundary.geojson',
      collection({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [0, 0] } }),
      'west/boundary.geojson:2',
    ],
    [
      'a position with a word in it',
      'west/boundary.geojson',
      box(-80.08, 40.02, -80, 40.08).replace('40.02', '"x"'),
      'west/boundary.geojson:2',
    ],
    [
      'an open ring',
      'west/boundary.geojson',
      box(-80.08, 40.02, -80, 40.08).replace(/,\[-80.08,40.02\]\]\]/, ']]'),
      'west/boundary.geojson:2',
    ],
    [
      'a ring that crosses itself',
      'west/boundary.geojson',
      box(0, 0, 0, 0).replace(
        /\[\[\[.*\]\]\]/,
        '[[[-80.08,40.02],[-80,40.08],[-80,40.02],[-80.08,40.08],[-80.08,40.02]]]',
      ),
      'west/boundary.geojson:2',
    ],
    ['a file that nobody wrote', 'region.yaml', null, 'region.yaml:1'],
  ])('%s is refused with its line', (_, file, text, where) => {
    const { documents, issues } = loadRegion('lake', lakeFiles({ [file]: text }))
    expect(documents).toBeUndefined()
    const errors = issues.filter(({ severity }) => severity === 'error')
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.map(({ file, line }) => `${file}:${line}`).every(place => place.startsWith(where))).toBe(
      true,
    )
  })

  test('a service code keeps its zeros when it is quoted', () => {
    const documents = lakeDocuments(lakeEdited('services.yaml', 'code: water-leak', 'code: "001"'))
    expect(documents.services[2]?.code).toBe('001')
  })

  test('a file that nothing reads is reported, and does not refuse the region', () => {
    const { documents, issues } = loadRegion(
      'lake',
      lakeFiles({ 'road.geojson': '{}', 'README.md': 'Hello' }),
    )
    expect(documents).toBeDefined()
    expect(issues).toMatchObject([{ severity: 'warning', file: 'road.geojson' }])
  })

  test('properties that a GIS adds to a feature do not count', () => {
    const documents = lakeDocuments(
      lakeFiles({ 'west/boundary.geojson': box(-80.08, 40.02, -80, 40.08, { OBJECTID: 7 }) }),
    )
    expect(documents.jurisdictions[3]?.boundary[0]?.properties).toEqual({})
  })

  test('reading never throws, whatever the files hold', () => {
    const name = fc.constantFrom(
      ...lakeFiles().keys(),
      'areas.geojson',
      'backdrop.geojson',
      'x/y/z',
      '__proto__/jurisdiction.yaml',
    )
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string({ unit: fc.constantFrom('-', ' ', '\n', ':', 'a', '&', '*', '!', '{', '[', '"', '#') }),
    )
    fc.assert(
      fc.property(name, text, (file, text) => {
        const { documents, issues } = loadRegion('lake', lakeFiles({ [file]: text }))
        return documents !== undefined || issues.some(({ severity }) => severity === 'error')
      }),
      { numRuns: 60 },
    )
  })

  test('a document that grows from aliases is refused', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(',')}]`,
    )
    const { documents } = loadRegion(
      'lake',
      lakeFiles({ 'region.yaml': ['a0: &a0 x', ...levels].join('\n') }),
    )
    expect(documents).toBeUndefined()
  })
})

describe('documents and files say the same', () => {
  const roundTrip = async (region: string, files: RegionFiles) => {
    const { documents } = loadRegion(region, files)
    if (!documents) throw new Error(`${region} is refused`)
    const again = loadRegion(region, exportRegion(documents))
    if (!again.documents) throw new Error(JSON.stringify(again.issues))
    expect(await hashDocuments(again.documents)).toBe(await hashDocuments(documents))
  }

  test('what is exported reads back to the same hash', () => roundTrip('lake', lakeFiles()))

  test('the order of keys does not change the hash, and any value does', async () => {
    const hash = (files: RegionFiles) => hashDocuments(lakeDocuments(files))
    const turned = lakeFiles({ 'east/jurisdiction.yaml': 'code: EA\nkind: municipality\nname: East\n' })
    expect(await hash(turned)).toBe(await hash(lakeFiles()))
    expect(await hash(lakeEdited('east/jurisdiction.yaml', 'name: East', 'name: Easter'))).not.toBe(
      await hash(lakeFiles()),
    )
  })

  test('every bundled region is valid and survives export', async () => {
    const regions = await regionsIn(root('tenants'))
    expect(regions.length).toBeGreaterThan(0)
    for (const region of regions) await roundTrip(region, await readRegionFiles(root('tenants'), region))
  })
})

describe('schemas for editors', () => {
  test('the schemas in docs/schemas are those of the documents', () => {
    const current = editorSchemas()
    expect(readdirSync(root('docs/schemas')).sort()).toEqual([...current.keys()].sort())
    for (const [name, text] of current) {
      expect(readFileSync(root(`docs/schemas/${name}`), 'utf8'), `${name}: run scripts/schemas.ts`).toBe(text)
    }
  })

  test('a file written by export names a schema that is there', () => {
    for (const [file, text] of exportRegion(lakeDocuments())) {
      if (!file.endsWith('.yaml')) continue
      const schema = /\$schema=(\S+)/.exec(text)?.[1] ?? ''
      expect(existsSync(new URL(schema, `file://${root(`tenants/lake/${file}`)}`)), file).toBe(true)
    }
  })
})
