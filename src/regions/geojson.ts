import * as v from 'valibot'
import type { MultiPolygonRings, Position } from '../core/geometry.ts'
import {
  areaProperties,
  backdropProperties,
  boundaryProperties,
  placeProperties,
  roadProperties,
} from './documents.ts'
import type { Finding } from './fault.ts'
import type { Feature } from './snapshot.ts'

/* The GeoJSON files of a region (RFC 7946), each with its geometry and its properties. */

const position = v.custom<Position>(isPosition, 'use [longitude, latitude] in degrees, the longitude first')
const lineString = v.object({
  type: v.literal('LineString'),
  coordinates: v.pipe(v.array(position), v.minLength(2, 'give a line at least two positions')),
})
const rings = v.pipe(v.array(v.array(position)), v.minLength(1, 'give the polygon an outer ring'))
const polygon = v.object({ type: v.literal('Polygon'), coordinates: rings })
const multiPolygon = v.object({ type: v.literal('MultiPolygon'), coordinates: v.array(rings) })
const point = v.object({ type: v.literal('Point'), coordinates: position })

const surface = v.variant('type', [polygon, multiPolygon], 'use a Polygon or a MultiPolygon')

function collection<P extends v.GenericSchema, G extends v.GenericSchema>(properties: P, geometry: G) {
  const feature = v.object({ type: v.literal('Feature'), properties, geometry })
  return v.object({ type: v.literal('FeatureCollection'), features: v.array(feature) })
}

export const boundaryFile = collection(boundaryProperties, surface)
export const areasFile = collection(areaProperties, surface)
export const roadsFile = collection(roadProperties, lineString)
export const placesFile = collection(placeProperties, point)
export const backdropFile = collection(
  backdropProperties,
  v.variant('type', [polygon, multiPolygon, lineString], 'use a Polygon, a MultiPolygon or a LineString'),
)

/** What every one of these files is, whatever its properties. */
export interface FeatureFile {
  readonly features: readonly { readonly properties: unknown; readonly geometry: Geometry }[]
}
type Geometry =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: MultiPolygonRings }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Point'; readonly coordinates: Position }

/** Coordinates as snapshots keep them: a polygon is a multipolygon of one. */
type Coordinates<G extends Geometry> = G extends { type: 'Polygon' } ? MultiPolygonRings : G['coordinates']

export function toFeatures<P, G extends Geometry>(
  file: { readonly features: readonly { readonly properties: P; readonly geometry: G }[] } | undefined,
): Feature<P, Coordinates<G>>[] {
  return (file?.features ?? []).map(({ properties, geometry }) => {
    const coordinates = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    return { properties, coordinates: coordinates as Coordinates<G> }
  })
}

/** Rings that bound nothing: not closed, or of fewer than four positions (RFC 7946 § 3.1.6). */
export function ringFindings(file: string, { features }: FeatureFile): Finding[] {
  return features.flatMap(({ geometry }, index) =>
    ringsOf(geometry).flatMap(({ ring, path }) => {
      const at = {
        severity: 'error',
        file,
        path: ['features', index, 'geometry', 'coordinates', ...path],
      } as const
      const feature = `Feature ${index + 1}`
      if (ring.length < 4) {
        const mend = 'Give it at least four, the last equal to the first'
        return [{ ...at, message: `${feature} has a ring of ${ring.length} positions`, mend }]
      }
      if (isClosed(ring)) return []
      return [{ ...at, message: `${feature} has an open ring`, mend: 'Repeat its first position at its end' }]
    }),
  )
}

function ringsOf(geometry: Geometry): { ring: readonly Position[]; path: number[] }[] {
  if (geometry.type === 'Polygon') return geometry.coordinates.map((ring, r) => ({ ring, path: [r] }))
  if (geometry.type !== 'MultiPolygon') return []
  return geometry.coordinates.flatMap((polygon, p) => polygon.map((ring, r) => ({ ring, path: [p, r] })))
}

function isClosed(ring: readonly Position[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)]
  return first?.[0] === last?.[0] && first?.[1] === last?.[1]
}

function isPosition(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return false
  const [long, lat]: unknown[] = value
  return typeof long === 'number' && typeof lat === 'number' && Math.abs(long) <= 180 && Math.abs(lat) <= 90
}
