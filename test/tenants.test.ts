import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { drawn } from '../scripts/tenants/ellery.ts'
import { boundaries } from '../scripts/tenants/us-atlas.ts'
import type { Position } from '../src/core/geometry.ts'
import { difference, union } from '../src/geography/clip.ts'
import { squareMetres } from '../src/geography/measure.ts'
import { gapsFrom, rivalClaims } from '../src/regions/coverage.ts'
import { isError } from '../src/regions/fault.ts'
import { loadTenant, tenants } from './support/tenants.ts'

const committed = (path: string) => readFileSync(join(tenants, path), 'utf8')

describe.each(['baltimore', 'chicago', 'ellery', 'miami-dade', 'new-york'])('%s', region => {
  test('validates with no error', async () => {
    const { documents, faults } = await loadTenant(region)
    expect(faults.filter(isError)).toEqual([])
    expect(documents?.jurisdictions.length).toBeGreaterThan(0)
  })

  test('lacks no translation', async () => {
    const { faults } = await loadTenant(region)
    expect(faults.filter(({ message }) => / not in "/.test(message))).toEqual([])
  })
})

test('the boundaries of real counties are what the us-atlas package says', () => {
  for (const [path, text] of Object.entries(boundaries())) expect(committed(path), path).toBe(text)
})

test('the made-up county is as its script draws it', () => {
  for (const [path, text] of Object.entries(drawn)) expect(committed(`ellery/${path}`), path).toBe(text)
})

describe('the made-up county', async () => {
  const { documents, faults } = await loadTenant('ellery')
  if (!documents) throw new Error(JSON.stringify(faults))
  const boundary = (slug: string) => documents.jurisdictions.find(j => j.slug === slug)?.boundary ?? []
  const county = boundary('ellery-county').flatMap(({ coordinates }) => coordinates)

  test('no two bodies of a layer claim one place', () => {
    expect(rivalClaims(documents)).toEqual([])
  })

  test('municipalities and the unincorporated rest cover the county, before the annexation and after', () => {
    const bodies = documents.jurisdictions.map(({ boundary }) => boundary.flatMap(b => b.coordinates))
    const outside = difference(union(...bodies), [county])
    expect(squareMetres(outside)).toBeLessThan(100)
    expect(gapsFrom(documents, '2026-06-30')).toEqual([])
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

  test('streets that meet share the vertex where they meet', () => {
    const ends = documents.roads.flatMap(({ coordinates }) => [coordinates[0], coordinates.at(-1)])
    const seen = Map.groupBy(
      documents.roads.flatMap(({ coordinates }) => coordinates.map(pair)),
      vertex => vertex,
    )
    const loose = ends.filter(end => end && seen.get(pair(end))?.length === 1)
    expect(loose.length / ends.length).toBeLessThan(0.25)
  })

  test('is light enough to send to a phone', () => {
    const sizes = Object.values(drawn).map(text => Buffer.byteLength(text))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(700_000)
    expect(Buffer.byteLength(drawn['roads.geojson'] ?? '')).toBeLessThan(350_000)
  })
})

function pair(position: Position): string {
  return position.join()
}
