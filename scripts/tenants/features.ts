import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { metersPerDegree } from '../../src/core/geometry.ts'
import type { Line, Point } from './plane.ts'

type Degrees = [longitude: number, latitude: number]
type Project = (point: Point) => Degrees

/** GeoJSON of the plane's shapes around an origin on the globe, to the decimeter. */
export interface Feature {
  readonly type: 'Feature'
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: { readonly type: string; readonly coordinates: unknown }
}

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6

/** Places points of the plane on the globe. */
export function projection(lat: number, long: number): Project {
  const perDegree = metersPerDegree(lat)
  return ([x, y]) => [round(long + x / perDegree.long), round(lat + y / perDegree.lat)]
}

/** Twice the area; positive for counterclockwise rings. */
const doubleArea = (ring: Line) =>
  ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] ?? [x, y]
    return sum + x * ny - nx * y
  }, 0)

const wound = (ring: Line, counterclockwise: boolean) =>
  doubleArea(ring) > 0 === counterclockwise ? ring : ring.toReversed()

/** Polygons (outer ring, then holes), wound as RFC 7946 requires. */
export function area(
  project: Project,
  properties: Feature['properties'],
  ...polygons: readonly (readonly Line[])[]
): Feature {
  const coordinates = polygons.map(rings => rings.map((ring, i) => wound(ring, i === 0).map(project)))
  const single = coordinates.length === 1
  return {
    type: 'Feature',
    properties,
    geometry: single
      ? { type: 'Polygon', coordinates: coordinates[0] }
      : { type: 'MultiPolygon', coordinates },
  }
}

export const path = (project: Project, properties: Feature['properties'], line: Line): Feature => ({
  type: 'Feature',
  properties,
  geometry: { type: 'LineString', coordinates: line.map(project) },
})

export const spot = (project: Project, properties: Feature['properties'], point: Point): Feature => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates: project(point) },
})

/** A feature collection with one feature a line, for readable diffs. */
export const collection = (features: readonly Feature[]) =>
  `{"type":"FeatureCollection","features":[\n${features.map(f => JSON.stringify(f)).join(',\n')}\n]}\n`

export function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true })
    writeFileSync(`${folder}/${name}`, text)
  }
}
