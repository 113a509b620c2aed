import type { MultiPolygonRings, Position } from '../core/geometry.ts'
import { prepareAreas } from './areas.ts'
import { areaSetsWithin } from './circle.ts'
import { type NearSegment, prepareSegments } from './segments.ts'

/** What the ground says about a place. Never throws: a place off the earth, or no number at all, is nowhere. */
export interface Atlas {
  /**
   * Areas that hold the point, in index order, in one shared, frozen array. A polygon holds what its rings enclose by
   * even–odd, and the points of its edges: on an edge that two areas share, both hold the point, so nothing is lost
   * between neighbours; whoever wants only one takes the first.
   */
  areasAt(lat: number, long: number): readonly number[]
  /**
   * Each distinct set of areas that holds some ground of the circle of `metres` around the place, in the form of
   * `areasAt`; the place's own set first. Ground narrower than a few centimetres is passed over.
   */
  areaSetsWithin(lat: number, long: number, metres: number): readonly (readonly number[])[]
  /** Segments within `metres` of the point, nearest first (ties by index). */
  segmentsWithin(lat: number, long: number, metres: number): readonly NearSegment[]
}

/**
 * Prepares areas and segments, known from then on by their index, for questions about a point. Coordinates are WGS84
 * degrees; distances are measured in the plane that touches the earth at the point, and not across the 180° meridian.
 */
export function prepareAtlas(ground: {
  readonly areas: readonly MultiPolygonRings[]
  readonly segments: readonly (readonly Position[])[]
}): Atlas {
  const areas = prepareAreas(ground.areas)
  const { segmentsWithin } = prepareSegments(ground.segments)
  return {
    areasAt: areas.areasAt,
    areaSetsWithin: (lat, long, metres) =>
      isPlace(lat, long) ? areaSetsWithin(areas, lat, long, metres) : [[]],
    segmentsWithin: (lat, long, metres) => (isPlace(lat, long) ? segmentsWithin(lat, long, metres) : []),
  }
}

function isPlace(lat: number, long: number): boolean {
  return Math.abs(lat) <= 90 && Math.abs(long) <= 180
}
