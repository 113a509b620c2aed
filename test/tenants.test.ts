import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { drawn } from '../scripts/tenants/ellery.ts'
import { boundaries } from '../scripts/tenants/us-atlas.ts'
import type { LongLat } from '../src/core/geometry.ts'
import { difference, union } from '../src/geography/polygons/clip.ts'
import { squareMeters } from '../src/geography/polygons/measure.ts'
import { isError } from '../src/regions/documents/issue.ts'
import { coverageGaps, overlappingClaims } from '../src/regions/versions/plan/coverage.ts'
import { loadTenant, tenants } from './support/tenants.ts'

const committed = (path: string) => readFileSync(join(tenants, path), 'utf8')

describe.each(['baltimore', 'chicago', 'ellery', 'miami-dade', 'new-york'])('%s', region => {
  test('validates with no error', async () => {
    const { documents, issues } = await loadTenant(region)
    expect(issues.filter(isError)).toEqual([])
    expect(documents?.jurisdictions.length).toBeGreaterThan(0)
  })

  test('lacks no translation', async () => {
    const { issues } = await loadTenant(region)
    expect(issues.filter(({ message }) => / not in "/.test(message))).toEqual([])
  })
})

test('the boundaries of real counties are what the us-atlas package says', () => {
  for (const [path, text] of Object.entries(boundaries())) expect(committed(path), path).toBe(text)
})

test('the made-up county is as its script draws it', () => {
  for (const [path, text] of Object.entries(drawn)) expect(committed(`ellery/${path}`), path).toBe(text)
})

describe('the made-up county', async () => {
  const { documents, issues } = await loadTenant('ellery')
  if (!documents) throw new Error(JSON.stringify(issues))
  const boundary = (slug: string) => documents.jurisdictions.find(j => j.slug === slug)?.boundary ?? []
  const county = boundary('ellery-county').flatMap(({ coordinates }) => coordinates)

  test('no two bodies of a layer claim one place', () => {
    expect(overlappingClaims(documents)).toEqual([])
  })

  test('municipalities and the unincorporated rest cover the county, before the annexation and after', () => {
    const bodies = documents.jurisdictions.map(({ boundary }) => boundary.flatMap(b => b.coordinates))
    const outside = difference(union(...bodies), [county])
    expect(squareMeters(outside)).toBeLessThan(100)
    expect(coverageGaps(documents, '2026-06-30')).toEqual([])
  })

  test('the two cities share their limit to the vertex', () => {
    const vertices = (slug: string) =>
      new Set(boundary(slug).flatMap(({ coordinates }) => coordinates.flat(2).map(pair)))
    const theirs = vertices('port-ellery')
    const shared = [...vertices('hollis')].filter(vertex => theirs.has(vertex))
    expect(shared.length).toBeGreaterThanOrEqual(6)
  })

  test('a house number on a street of a town is one place', () => {
    const numbers = new Map<string, string>()
    const twice: string[] = []
    for (const { properties } of documents.roads) {
      const { id, name, postalCity, numbersLeft, numbersRight } = properties
      for (const [first = 0, last = 0] of [numbersLeft ?? [], numbersRight ?? []])
        for (let number = first; number <= last; number += 2) {
          const address = `${number} ${name}, ${postalCity}`
          if ((numbers.get(address) ?? id) !== id) twice.push(address)
          numbers.set(address, id)
        }
    }
    expect(twice).toEqual([])
    expect(numbers.size).toBeGreaterThan(20_000)
  })

  test('streets that cross share the vertex where they cross', () => {
    const lines = documents.roads.map(({ properties: { id }, coordinates }) => ({ id, line: coordinates }))
    const loose = lines.flatMap((one, i) =>
      lines
        .slice(i + 1)
        .flatMap(other => (crossBetweenVertices(one.line, other.line) ? [[one.id, other.id]] : [])),
    )
    expect(loose).toEqual([])
  })

  test('is light enough to send to a phone', () => {
    const sizes = Object.values(drawn).map(text => Buffer.byteLength(text))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(700_000)
    expect(Buffer.byteLength(drawn['roads.geojson'] ?? '')).toBeLessThan(350_000)
  })
})

function pair(position: LongLat): string {
  return position.join()
}

/** Whether two lines cross more than a meter from any end of the crossing edges. */
function crossBetweenVertices(one: readonly LongLat[], other: readonly LongLat[]): boolean {
  return steps(one).some(([a, b]) =>
    steps(other).some(([c, d]) => {
      const [abx, aby, cdx, cdy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]]
      const turn = abx * cdy - aby * cdx
      const t = ((c[0] - a[0]) * cdy - (c[1] - a[1]) * cdx) / turn
      const u = ((c[0] - a[0]) * aby - (c[1] - a[1]) * abx) / turn
      const between = (fraction: number, length: number) =>
        fraction * length > METER && (1 - fraction) * length > METER
      return between(t, Math.hypot(abx, aby)) && between(u, Math.hypot(cdx, cdy))
    }),
  )
}

/** In degrees, about. */
const METER = 1e-5

function steps(line: readonly LongLat[]): [LongLat, LongLat][] {
  return line.slice(1).map((end, i) => [line[i] ?? end, end])
}
