import * as v from 'valibot'
import type { LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import { boundaryIssues } from '../../geography/polygons/issues.ts'
import type { IssueAtPath } from './issue.ts'
import {
  areaProperties,
  backdropProperties,
  boundaryProperties,
  placeProperties,
  roadProperties,
} from './schemas/feature-properties.ts'
import type { Feature } from './snapshot.ts'

const position = v.custom<LongLat>(isPosition, 'use [longitude, latitude] in degrees, longitude first')
const lineString = v.object({
  type: v.literal('LineString'),
  coordinates: v.pipe(v.array(position), v.minLength(2, 'use at least two positions for a line')),
})
const rings = v.pipe(v.array(v.array(position)), v.minLength(1, 'add an outer ring to the polygon'))
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

export interface FeatureFile {
  readonly features: readonly { readonly properties: unknown; readonly geometry: Geometry }[]
}
type Geometry =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly LongLat[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: MultiPolygonRings }
  | { readonly type: 'LineString'; readonly coordinates: readonly LongLat[] }
  | { readonly type: 'Point'; readonly coordinates: LongLat }

// As in snapshots: a polygon is a multipolygon of one.
type Coordinates<G extends Geometry> = G extends { type: 'Polygon' } ? MultiPolygonRings : G['coordinates']

export function toFeatures<P, G extends Geometry>(
  file: { readonly features: readonly { readonly properties: P; readonly geometry: G }[] } | undefined,
): Feature<P, Coordinates<G>>[] {
  return (file?.features ?? []).map(({ properties, geometry }) => {
    const coordinates = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    return { properties, coordinates: coordinates as Coordinates<G> }
  })
}

export function ringIssues(file: string, { features }: FeatureFile): IssueAtPath[] {
  return features.flatMap(({ geometry }, index) => {
    if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return []
    const single = geometry.type === 'Polygon'
    return boundaryIssues(single ? [geometry.coordinates] : geometry.coordinates).map(
      ({ why, repair, path }) => ({
        severity: 'error' as const,
        file,
        path: ['features', index, 'geometry', 'coordinates', ...(single ? path.slice(1) : path)],
        message: `Feature ${index + 1}: ${why}`,
        repair,
      }),
    )
  })
}

function isPosition(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return false
  const [long, lat]: unknown[] = value
  return typeof long === 'number' && typeof lat === 'number' && Math.abs(long) <= 180 && Math.abs(lat) <= 90
}
