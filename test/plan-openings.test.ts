import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LongLat, MultiPolygonRings } from '../src/core/geometry.ts'
import { metersPerDegree } from '../src/core/geometry.ts'
import type { Documents, Snapshot } from '../src/regions/documents/snapshot.ts'
import { planRegion } from '../src/regions/versions/plan/plan.ts'
import { lakeDocuments } from './support/lake.ts'

const NOW = Date.parse('2026-06-01T12:00:00-04:00')
const lake = lakeDocuments()
const snapshot = (documents: Documents): Snapshot => ({ region: 'lake', version: 1, hash: '', documents })

/** A star-shaped outline around a point, its corners at these distances (in hundredths of a degree). */
function star([x, y]: readonly [number, number], reach: readonly number[]): MultiPolygonRings {
  const corners = reach.map((distance, index): LongLat => {
    const angle = (2 * Math.PI * index) / reach.length
    return [x + (distance / 100) * Math.cos(angle), y + (distance / 100) * Math.sin(angle)]
  })
  return [[[...corners, ...corners.slice(0, 1)]]]
}

const outline = fc
  .tuple(
    fc.tuple(
      fc.double({ min: -80.06, max: -79.94, noNaN: true }),
      fc.double({ min: 40.02, max: 40.08, noNaN: true }),
    ),
    fc.array(fc.double({ min: 0.5, max: 3, noNaN: true }), { minLength: 3, maxLength: 7 }),
  )
  .map(([center, reach]) => star(center, reach))
const offers = fc.constantFrom(undefined, ['graffiti'], ['graffiti', 'pothole'], [])
const bodies = fc.array(fc.record({ outline, offers }), { minLength: 3, maxLength: 3 })

/** West, East and the water district with these outlines; the county covers nothing that it is asked for. */
function region(
  drawn: readonly { outline: MultiPolygonRings; offers: readonly string[] | undefined }[],
): Documents {
  const slugs = ['west', 'east', 'quill-water']
  return {
    ...lake,
    services: lake.services.map(service => ({
      ...service,
      layers: service.code === 'water-leak' ? ['water-district'] : ['municipality'],
    })),
    jurisdictions: lake.jurisdictions.map(one => {
      const own = drawn[slugs.indexOf(one.slug)]
      if (own === undefined) return one
      const { offers: _, ...rest } = one
      const offered =
        own.offers === undefined || one.slug === 'quill-water' ? {} : { offers: [...own.offers] }
      return { ...rest, ...offered, boundary: [{ properties: {}, coordinates: own.outline }] }
    }),
  }
}

/* The second method: a grid of points, each asked by counting the edges that it sees. */

const STEP = 0.004
const grid: LongLat[] = []
for (let x = -80.11; x < -79.89; x += STEP) for (let y = 39.99; y < 40.11; y += STEP) grid.push([x, y])
const scale = metersPerDegree(40.05)
const CELL = STEP * scale.long * STEP * scale.lat

function isInside(geometry: MultiPolygonRings, [x, y]: LongLat): boolean {
  let inside = false
  for (const ring of geometry.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [[x1, y1], [x2, y2]] = [ring[i - 1] ?? [0, 0], ring[i] ?? [0, 0]]
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
    }
  }
  return inside
}

/** Within 15 meters of a line, where a strip may be too narrow to count. */
function isNearEdge(geometries: readonly MultiPolygonRings[], [x, y]: LongLat): boolean {
  return geometries.flat(2).some(ring =>
    ring.some(([x2, y2], i) => {
      const [x1, y1] = ring[i - 1] ?? [x2, y2]
      const [dx, dy] = [(x2 - x1) * scale.long, (y2 - y1) * scale.lat]
      const [px, py] = [(x - x1) * scale.long, (y - y1) * scale.lat]
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)))
      return Math.hypot(px - along * dx, py - along * dy) < 15
    }),
  )
}

function outlinesOf({ jurisdictions }: Documents): MultiPolygonRings[] {
  return jurisdictions.flatMap(({ boundary }) => boundary.map(({ coordinates }) => coordinates))
}

/** Somebody's ground, where nobody is responsible for the service. */
function isGap(documents: Documents, service: string, point: LongLat): boolean {
  const layers = documents.services.find(({ code }) => code === service)?.layers ?? []
  const there = documents.jurisdictions.filter(({ boundary }) =>
    boundary.some(({ coordinates }) => isInside(coordinates, point)),
  )
  const responsible = there.filter(
    ({ kind, layers: own = [kind], offers = 'all' }) =>
      own.some(layer => layers.includes(layer)) && (offers === 'all' || offers.includes(service)),
  )
  return there.length > 0 && responsible.length === 0
}

describe('gaps and overlaps of a plan', () => {
  test('are those that a grid of points finds, and what is new of them too', () => {
    fc.assert(
      fc.property(bodies, bodies, (old, drawn) => {
        const [before, next] = [region(old), region(drawn)]
        const plan = planRegion(snapshot(before), next, NOW)
        const edges = [...outlinesOf(before), ...outlinesOf(next)]
        const clear = grid.filter(point => !isNearEdge(edges, point))
        for (const { code } of next.services) {
          const gaps = plan.gaps.filter(({ services }) => services.includes(code))
          for (const point of clear) {
            const isFound = gaps.some(({ geometry }) => isInside(geometry, point))
            expect(isFound, `${code} at ${point}`).toBe(isGap(next, code, point))
            // Opened for one service of several that have the same gap is opened.
            const isNew = isGap(next, code, point) && !isGap(before, code, point)
            if (isNew) expect(gaps.some(({ opened }) => isInside(opened.geometry, point))).toBe(true)
          }
          const measured = gaps.reduce((sum, { squareMeters }) => sum + squareMeters, 0)
          const counted = grid.filter(point => isGap(next, code, point)).length * CELL
          expect(Math.abs(measured - counted)).toBeLessThan(0.05 * counted + 20 * CELL)
        }
        for (const point of clear) {
          const [west, east] = ['west', 'east'].map(slug => {
            const one = next.jurisdictions.find(one => one.slug === slug)
            return one?.boundary.some(({ coordinates }) => isInside(coordinates, point))
          })
          const share = (slug: string) =>
            next.jurisdictions.find(one => one.slug === slug)?.offers ?? ['graffiti', 'pothole']
          const isContested = [...share('west')].some(code => [...share('east')].includes(code))
          const isFound = plan.overlaps.some(({ geometry }) => isInside(geometry, point))
          expect(isFound, `overlap at ${point}`).toBe(west === true && east === true && isContested)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('that are in force already are not new', () => {
    const drawn = region([
      { outline: star([-80.04, 40.05], [3, 3, 3, 3]), offers: [] },
      { outline: star([-79.96, 40.05], [3, 3, 3, 3]), offers: undefined },
      { outline: star([-80, 40.05], [1, 1, 1, 1]), offers: undefined },
    ])
    const { gaps } = planRegion(snapshot(drawn), drawn, NOW)
    expect(gaps.length).toBeGreaterThan(0)
    expect(gaps.map(({ opened }) => opened.squareMeters)).toEqual(gaps.map(() => 0))
    const opened = planRegion(undefined, drawn, NOW).gaps
    expect(opened.map(gap => gap.opened.squareMeters)).toEqual(opened.map(({ squareMeters }) => squareMeters))
  })
})
