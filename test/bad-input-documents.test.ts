import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../src/core/problem.ts'
import { boundaryIssues } from '../src/geography/polygons/issues.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { importServices } from '../src/import/catalogue.ts'
import { readRegionFiles } from '../src/platform/node/tenants.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import { loadRegion, type RegionFiles } from '../src/regions/documents/load.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { mapLayers } from '../src/regions/places/map.ts'
import { compileRegion } from '../src/regions/runtime/compile.ts'
import { resolve } from '../src/routing/resolve.ts'
import { bundled, tenantsDir } from './support/app.ts'
import { hostileJson, hostileText } from './support/hostile.ts'
import { lakeFiles } from './support/lake.ts'

/*
 * Documents as people, editors and exports break them. To search longer, or to repeat: FUZZ_RUNS=20000
 * FUZZ_SEED=1.
 */

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
const timeout = 60_000 + runs * 200
const tries = (share: number) => ({ numRuns: Math.ceil(runs * share), seed })

/** A text with a few of its lines or words removed, doubled, moved or replaced. */
function broken(text: string): fc.Arbitrary<string> {
  const lines = text.split('\n')
  const line = fc.nat(Math.max(0, lines.length - 1))
  const word = fc.oneof(hostileText, fc.constantFrom(...words), fc.integer().map(String))
  const damage = fc.record({
    line,
    other: line,
    word,
    at: fc.nat(400),
    how: fc.constantFrom('drop', 'double', 'move', 'indent', 'value', 'word', 'cut', 'insert'),
  })
  return fc.array(damage, { minLength: 1, maxLength: 3 }).map(damages => {
    const changed = [...lines]
    for (const { line, other, word, at, how } of damages) {
      const was = changed[line] ?? ''
      const tokens = was.split(/([\w.-]+)/)
      if (how === 'drop') changed.splice(line, 1)
      else if (how === 'double') changed.splice(line, 0, was)
      else if (how === 'move') changed.splice(other, 0, ...changed.splice(line, 1))
      else if (how === 'indent') changed[line] = was.startsWith('  ') ? was.slice(2) : `  ${was}`
      else if (how === 'value') changed[line] = was.replace(/:.*/s, `: ${word}`)
      else if (how === 'word') changed[line] = tokens.with(at % tokens.length, word).join('')
      else if (how === 'cut') changed[line] = was.slice(0, at)
      else changed[line] = was.slice(0, at) + word + was.slice(at)
    }
    return changed.join('\n')
  })
}

const words = [
  'lake-county',
  'west',
  'east',
  'state-dot',
  'mill-1',
  'pothole',
  'municipality',
  'asset:road',
  '2026-07-01',
  '-80.05',
  '40.05',
  '[]',
  '{}',
  'null',
  'always',
  '"24:00-24:00"',
  '0 days',
  '9999 business days',
  '&a',
  '*a',
]

describe('a region’s documents', { timeout }, () => {
  test('are refused whole with file, line and how to correct them, or work, whatever they hold', () => {
    const files = lakeFiles()
    const changed = fc
      .constantFrom(...files.keys())
      .chain(file => broken(files.get(file) ?? '').map(text => [file, text] as const))
    fc.assert(
      fc.property(fc.array(changed, { minLength: 1, maxLength: 2 }), changes => {
        takenOrRefused('lake', lakeFiles(Object.fromEntries(changes)))
      }),
      tries(1),
    )
  })

  test('so are those of the bundled region', async () => {
    const files = await readRegionFiles(tenantsDir, bundled)
    const changed = fc
      .constantFrom(...files.keys())
      .chain(file => broken(files.get(file) ?? '').map(text => [file, text] as const))
    fc.assert(
      fc.property(changed, change => {
        takenOrRefused(bundled, new Map([...files, change]))
      }),
      tries(0.05),
    )
  })
})

/**
 * Either every issue can be located and repaired, or a region compiled from the files answers every kind of
 * query.
 */
function takenOrRefused(region: string, files: RegionFiles): void {
  const { documents, issues } = loadRegion(region, files)
  for (const { file, line, column, message, repair } of issues) {
    const lines = (files.get(file) ?? '').split('\n').length
    expect([file, line >= 1 && line <= lines, column >= 1]).toEqual([expect.stringMatching(/./), true, true])
    expect(`${message}. ${repair}`).toMatch(/^\S.*\. \S/s)
    expect(`${message}. ${repair}`).not.toMatch(/\[object |Error:|\n\s+at /)
  }
  if (documents === undefined) expect(issues.some(({ severity }) => severity === 'error')).toBe(true)
  else works(region, documents)
}

function works(slug: string, documents: Documents): void {
  const region = compileRegion({ region: slug, version: 1, hash: 'hash', documents })
  const [long, lat] = documents.region.map.center
  for (const { code } of documents.services) {
    for (const place of [{ lat, long }, { lat: 40.05, long: -80 }, null]) {
      const at = Date.parse('2026-08-12T16:00:00Z')
      const answers = {}
      const resolution = resolve(region.routing, {
        service: code,
        place,
        accuracy: 50,
        at,
        answers,
        urgent: false,
      })
      expect(resolution.trace.length).toBeGreaterThan(0)
    }
  }
  for (const { slug } of documents.jurisdictions) {
    expect(region.calendar(slug).zone).not.toBe('')
    region.servicesOffered(slug)
  }
  region.searchPlaces('12 mill road and oak', 5)
  expect(JSON.stringify(mapLayers(region, 0))).not.toContain('null,null')
  expect(loadRegion(slug, exportRegion(documents)).documents).toBeDefined()
}

describe('a county’s boundaries', { timeout }, () => {
  const ring = fc.oneof(
    fc.array(fc.tuple(fc.double({ min: -81, max: -79 }), fc.double({ min: 39, max: 41 })), { maxLength: 12 }),
    fc.array(fc.tuple(fc.integer({ min: -81, max: -79 }), fc.integer({ min: 39, max: 41 })), {
      maxLength: 8,
    }),
    fc.array(hostileJson, { maxLength: 5 }),
  )
  const polygon = fc.oneof({ weight: 5, arbitrary: fc.array(ring, { maxLength: 3 }) }, hostileJson)
  const geometry = fc.oneof(
    fc.record({ type: fc.constant('Polygon'), coordinates: polygon }),
    fc.record({ type: fc.constant('MultiPolygon'), coordinates: fc.array(polygon, { maxLength: 3 }) }),
    fc.record({ type: hostileText, coordinates: hostileJson }),
    hostileJson,
  )
  const feature = fc.record({
    type: fc.constant('Feature'),
    properties: fc.oneof(
      fc.record({ NAME: fc.oneof(fc.constantFrom('West', 'WEST', 'East'), hostileJson) }),
      hostileJson,
    ),
    geometry,
  })
  const file = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        type: fc.constant('FeatureCollection'),
        features: fc.array(feature, { maxLength: 6 }),
      }),
    },
    hostileJson,
  )

  test('are taken mended, or refused by name with how to correct them, whatever the file holds', () => {
    fc.assert(
      fc.property(file, geojson => {
        const { bodies, refused } = importBoundaries(geojson, { nameField: 'NAME' })
        expect(bodies.length + refused.length).toBeGreaterThan(0)
        for (const { name, slug, geometry } of bodies) {
          expect([name, slug]).toEqual([
            expect.stringMatching(/\S/),
            expect.stringMatching(/^[a-z0-9-]{1,48}$/),
          ])
          expect(boundaryIssues(geometry)).toEqual([])
        }
        for (const { name, why, repair } of refused) {
          expect(`${name}: ${why}. ${repair}.`).toMatch(/^\S.*: \S.*\. \S/s)
          expect(why + repair).not.toContain('[object ')
        }
      }),
      tries(3),
    )
  })
})

describe('another platform’s services', { timeout }, () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
<services>
  <service><service_code>001</service_code><service_name>Cans &amp; carts</service_name><description>&lt;p&gt;Left out</description>
    <metadata>true</metadata><type>realtime</type><keywords>a, b</keywords><group>Trash</group></service>
  <service><service_code>002</service_code><service_name>Graffiti</service_name></service>
</services>
`
  const definition = `{"service_code": "001",
"attributes": [{"variable": true, "code": "WHY", "datatype": "singlevaluelist", "required": true, "order": 1,
"description": "Why?", "values": [{"key": 1, "name": "One"}, {"key": 2, "name": "Two"}]}]}`

  test('are read, refused by code, or the file is refused as a whole with the reason', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          broken(xml),
          broken(definition),
          hostileJson.map(value => JSON.stringify(value) ?? ''),
          hostileText,
        ),
        text => {
          try {
            const { services, refused } = importServices(text, ['municipality'])
            for (const { code, reasons } of refused) expect([code, ...reasons].join()).toMatch(/\S/)
            for (const { name } of services) expect(name).toEqual(expect.stringMatching(/\S/))
          } catch (error) {
            expect(error).toBeInstanceOf(Problem)
            expect((error as Problem).status).toBe(400)
          }
        },
      ),
      tries(3),
    )
  })
})

describe('what is nested without end', () => {
  const deep = 20_000
  test.each([
    ['lists', '['.repeat(deep)],
    ['keys with values', '{a: '.repeat(deep)],
    ['items', '- '.repeat(deep)],
    ['keys of keys', '? '.repeat(deep)],
  ])('as YAML %s is refused', (_, text) => {
    const { documents, issues } = loadRegion('lake', lakeFiles({ 'region.yaml': text }))
    expect(documents).toBeUndefined()
    expect(issues[0]).toMatchObject({ severity: 'error', file: 'region.yaml', line: 1 })
    expect(issues.map(({ message }) => message).join()).not.toMatch(/stack|regular expression/)
  })

  test('as JSON is refused, by every reader of it', () => {
    const text = '['.repeat(deep) + ']'.repeat(deep)
    expect(loadRegion('lake', lakeFiles({ 'roads.geojson': text })).documents).toBeUndefined()
    const geometry = { type: 'Polygon', coordinates: JSON.parse(text) }
    const feature = { properties: { NAME: 'West' }, geometry }
    const { refused } = importBoundaries(
      { type: 'FeatureCollection', features: [feature] },
      { nameField: 'NAME' },
    )
    expect(refused).toMatchObject([{ name: 'West', why: expect.stringMatching(/^.{1,80}$/) }])
    expect(importServices(text, ['municipality']).services).toEqual([])
  })

  test('as XML or HTML is refused, or read without it', () => {
    const xml = `<services>${'<a>'.repeat(deep)}${'</a>'.repeat(deep)}</services>`
    expect(() => importServices(xml, ['municipality'])).toThrow(Problem)
    const service = {
      service_code: 'a',
      service_name: 'A',
      description: `Told${'<script><a<!--'.repeat(deep)}`,
    }
    expect(importServices(JSON.stringify([service]), ['municipality']).services).toMatchObject([
      { description: 'Told' },
    ])
  })
})
