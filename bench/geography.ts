import { readFileSync } from 'node:fs'
import type { LongLat, MultiPolygonRings, PolygonRings } from '../src/core/geometry.ts'
import { prepareAtlas } from '../src/geography/atlas.ts'
import { type Bounds, boundsOf } from '../src/geography/polygons/bounds.ts'
import { importBoundaries } from '../src/import/boundaries/import.ts'
import { sharedData } from '../test/support/shared.ts'
import type { Figure } from './figure.ts'

const SECONDS = 2
const POINTS = 200_000
/** Half the side of the square around a corner from which points near a boundary are taken, in degrees: 10 m. */
const NEAR = 1e-4

/**
 * Finds the jurisdictions of points on one core, beside the obvious implementation: bounding boxes of every
 * polygon, then ray casting. Points are spread over the county, or lie near boundaries, where every lookup is a
 * hard one.
 */
export async function bench(): Promise<readonly Figure[]> {
  const file = sharedData('miami-dade/municipal_boundary_county_gis.geojson')
  const where = file === undefined ? 'a made-up county' : 'Miami-Dade'
  const areas = file === undefined ? madeUpCounty() : realCounty(file)
  const vertices = areas.flat(3).length
  const atlas = prepareAtlas({ areas, segments: [] })
  const scan = prepareScan(areas)
  const figure = (name: string, points: readonly LongLat[]): Figure => {
    const value = perSecond(points, ([long, lat]) => atlas.areasAt(lat, long).length)
    const baseline = perSecond(points, ([long, lat]) => scan(lat, long).length)
    return {
      name: `point to areas, ${where} (${vertices} vertices), ${name}`,
      value,
      unit: 'points/s',
      baseline,
      ratio: value / baseline,
    }
  }
  return [
    figure('anywhere', pointsAnywhere(areas)),
    figure('within 10 m of a corner', pointsNearCorners(areas)),
  ]
}

function perSecond(points: readonly LongLat[], answer: (point: LongLat) => number): number {
  let held = 0
  let answered = 0
  const start = performance.now()
  let seconds = 0
  while (seconds < SECONDS) {
    for (let i = 0; i < 1000; i++) held += answer(points[answered++ % points.length] ?? [0, 0])
    seconds = (performance.now() - start) / 1000
  }
  if (held === 0) throw new Error('No point was in any area')
  return answered / seconds
}

function prepareScan(areas: readonly MultiPolygonRings[]) {
  const polygons = areas.flatMap((geometry, area) =>
    geometry.map(polygon => ({ area, polygon, bounds: boundsOf([polygon]) })),
  )
  return (lat: number, long: number) =>
    polygons.filter(({ polygon, bounds }) => inBounds(bounds, lat, long) && holds(polygon, lat, long))
}

function inBounds([west, south, east, north]: Bounds, lat: number, long: number): boolean {
  return west <= long && long <= east && south <= lat && lat <= north
}

function holds(polygon: PolygonRings, lat: number, long: number): boolean {
  let inside = false
  for (const ring of polygon) {
    let [fromLong, fromLat] = ring[0] ?? [0, 0]
    for (const [toLong, toLat] of ring) {
      const straddles = fromLat > lat !== toLat > lat
      if (straddles && long < fromLong + ((toLong - fromLong) * (lat - fromLat)) / (toLat - fromLat))
        inside = !inside
      fromLong = toLong
      fromLat = toLat
    }
  }
  return inside
}

function pointsAnywhere(areas: readonly MultiPolygonRings[]): LongLat[] {
  const random = randomNumbers()
  const [west, south, east, north] = boundsOf(areas.flat())
  return Array.from({ length: POINTS }, () => [
    west + random() * (east - west),
    south + random() * (north - south),
  ])
}

function pointsNearCorners(areas: readonly MultiPolygonRings[]): LongLat[] {
  const random = randomNumbers()
  const corners = areas.flat(3)
  return Array.from({ length: POINTS }, () => {
    const [long, lat] = corners[Math.floor(random() * corners.length)] ?? [0, 0]
    return [long + (random() - 0.5) * 2 * NEAR, lat + (random() - 0.5) * 2 * NEAR]
  })
}

function realCounty(file: string): MultiPolygonRings[] {
  const { bodies } = importBoundaries(JSON.parse(readFileSync(file, 'utf8')), { nameField: 'NAME' })
  return bodies.map(body => body.geometry)
}

/** 36 bodies in rows of six with crooked shared boundaries, some 27,000 vertices. */
function madeUpCounty(): MultiPolygonRings[] {
  const random = randomNumbers()
  const [rows, bends] = [6, 187]
  const crooked = (from: LongLat, to: LongLat): LongLat[] =>
    Array.from({ length: bends + 1 }, (_, i) => {
      const share = i / bends
      const off = i === 0 || i === bends ? 0 : (random() - 0.5) * 0.002
      return [from[0] + (to[0] - from[0]) * share + off, from[1] + (to[1] - from[1]) * share + off]
    })
  const corner = (x: number, y: number): LongLat => [-80.9 + x * 0.13, 25.1 + y * 0.15]
  const lines = Array.from({ length: rows + 1 }, (_, i) =>
    Array.from({ length: rows }, (_, k) => ({
      along: crooked(corner(k, i), corner(k + 1, i)),
      up: crooked(corner(i, k), corner(i, k + 1)),
    })),
  )
  return Array.from({ length: rows * rows }, (_, body) => {
    const [x, y] = [body % rows, Math.floor(body / rows)]
    const south = lines[y]?.[x]?.along ?? []
    const east = lines[x + 1]?.[y]?.up ?? []
    const north = lines[y + 1]?.[x]?.along ?? []
    const west = lines[x]?.[y]?.up ?? []
    const ring = [south, east, north.toReversed(), west.toReversed()].flatMap(side => side.slice(1))
    return [[[...ring.slice(-1), ...ring]]]
  })
}

/** The same numbers in every run (Park and Miller). */
function randomNumbers(): () => number {
  let state = 20_260_101
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
