import type { LongLat, MultiPolygonRings } from '../core/geometry.ts'
import { prepareAreas } from './areas.ts'
import { areaSetsTouching, areaSetsWithin } from './polygons/circle.ts'
import { type IndexedSegment, prepareSegments } from './segments.ts'

/** Answers questions about a place. Never throws: invalid coordinates are in no area. */
export interface PreparedAtlas {
  areasAt(lat: number, long: number): readonly number[]
  /** Distinct sets of areas within `metres`, the place's own first. Ignores pieces under a few centimeters. */
  areaSetsWithin(lat: number, long: number, meters: number): readonly (readonly number[])[]
  /** For a point exactly on an edge: the sets of areas that meet there. Empty for any other. */
  areaSetsTouching(lat: number, long: number): readonly (readonly number[])[]
  /** Segments within `metres` of the point, nearest first (ties by index). */
  segmentsWithin(lat: number, long: number, meters: number): readonly IndexedSegment[]
}

/** Coordinates are WGS84 degrees; distances are in the plane tangent at the point, not across 180°. */
export function prepareAtlas(location: {
  readonly areas: readonly MultiPolygonRings[]
  readonly segments: readonly (readonly LongLat[])[]
}): PreparedAtlas {
  const areas = prepareAreas(location.areas)
  const { segmentsWithin } = prepareSegments(location.segments)
  return {
    areasAt: areas.areasAt,
    areaSetsWithin: (lat, long, meters) =>
      isPlace(lat, long) ? areaSetsWithin(areas, lat, long, meters) : [[]],
    areaSetsTouching: (lat, long) => (isPlace(lat, long) ? areaSetsTouching(areas, lat, long) : []),
    segmentsWithin: (lat, long, meters) => (isPlace(lat, long) ? segmentsWithin(lat, long, meters) : []),
  }
}

function isPlace(lat: number, long: number): boolean {
  return Math.abs(lat) <= 90 && Math.abs(long) <= 180
}
