import * as polyclip from 'polyclip-ts'
import type { MultiPolygonRings, PolygonRings, Position, Ring } from '../core/geometry.ts'

/** West, south, east, north, in degrees. */
export type Bounds = readonly [west: number, south: number, east: number, north: number]

/** All ground of any of the geometries. */
export function union(...geometries: readonly MultiPolygonRings[]): MultiPolygonRings {
  return clip(() => polyclip.union(forClipping(geometries.flat())))
}

/** The ground of `whole` that none of the parts holds. */
export function difference(whole: MultiPolygonRings, parts: readonly MultiPolygonRings[]): MultiPolygonRings {
  return clip(() => polyclip.difference(forClipping(whole), ...parts.map(forClipping)))
}

/**
 * The ground of both. Clipping costs by the edge, so each pair of polygons is first cut down to where their bounds
 * meet: a small town touches a few edges of the county around it.
 */
export function intersection(one: MultiPolygonRings, two: MultiPolygonRings): MultiPolygonRings {
  const others = two.map(polygon => ({ polygon, bounds: boundsOf([polygon]) }))
  return one.flatMap(polygon => {
    const own = boundsOf([polygon])
    return others.flatMap(other => {
      const window = meet(own, other.bounds)
      if (window === undefined) return []
      const [a, b] = [cutTo(window, polygon), cutTo(window, other.polygon)]
      if (a.length === 0 || b.length === 0) return []
      return clip(() => polyclip.intersection(forClipping([a]), forClipping([b])))
    })
  })
}

/** Clipping is exact but for divisions, over which it may stumble; then coordinates are snapped together, at twice the cost. */
function clip(run: () => MultiPolygonRings): MultiPolygonRings {
  try {
    return run()
  } catch {
    polyclip.setPrecision(1e-12)
    try {
      return run()
    } finally {
      polyclip.setPrecision()
    }
  }
}

export function boundsOf(geometry: MultiPolygonRings): Bounds {
  let [west, south] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  let [east, north] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const [outer] of geometry) {
    for (const [long, lat] of outer ?? []) {
      west = Math.min(west, long)
      south = Math.min(south, lat)
      east = Math.max(east, long)
      north = Math.max(north, lat)
    }
  }
  return [west, south, east, north]
}

/** Where two bounds overlap, if they do. */
function meet(a: Bounds, b: Bounds): Bounds | undefined {
  const [west, south] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  const [east, north] = [Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return west < east && south < north ? [west, south, east, north] : undefined
}

/** Sutherland and Hodgman's cut by each side of the window; parts may stay joined along a side, which holds no ground. */
function cutTo([west, south, east, north]: Bounds, polygon: PolygonRings): PolygonRings {
  return polygon
    .map(ring => {
      const wide = cut(cut(ring, 0, west, 1), 0, east, -1)
      return cut(cut(wide, 1, south, 1), 1, north, -1)
    })
    .filter(ring => ring.length > 2)
}

function cut(ring: Ring, axis: 0 | 1, limit: number, keep: 1 | -1): Ring {
  const kept: Position[] = []
  let from = ring.at(-1)
  for (const to of ring) {
    const stays = (to[axis] - limit) * keep >= 0
    if (from !== undefined && stays !== (from[axis] - limit) * keep >= 0) {
      const share = (limit - from[axis]) / (to[axis] - from[axis])
      const other = from[(1 - axis) as 0 | 1] + (to[(1 - axis) as 0 | 1] - from[(1 - axis) as 0 | 1]) * share
      kept.push(axis === 0 ? [limit, other] : [other, limit])
    }
    if (stays) kept.push(to)
    from = to
  }
  return kept
}

function forClipping(geometry: MultiPolygonRings): [number, number][][][] {
  return geometry.map(polygon => polygon.map(ring => ring.map(([long, lat]) => [long, lat])))
}
