import * as polyclip from 'polyclip-ts'
import type { LinearRing, LongLat, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'

export type Bounds = readonly [west: number, south: number, east: number, north: number]

export function union(...geometries: readonly MultiPolygonRings[]): MultiPolygonRings {
  return clip(() => polyclip.union(forClipping(geometries.flat())))
}

export function difference(whole: MultiPolygonRings, parts: readonly MultiPolygonRings[]): MultiPolygonRings {
  return clip(() => polyclip.difference(forClipping(whole), ...parts.map(forClipping)))
}

/** Polygons are first cut to the overlap of their bounds, because clipping costs by the edge. */
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

// Divisions can make exact clipping fail; then it is repeated with snapped coordinates, at twice the cost.
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

function meet(a: Bounds, b: Bounds): Bounds | undefined {
  const [west, south] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  const [east, north] = [Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return west < east && south < north ? [west, south, east, north] : undefined
}

// Sutherland–Hodgman, one side of the window at a time; parts may stay joined along a side, with no area.
function cutTo([west, south, east, north]: Bounds, polygon: PolygonRings): PolygonRings {
  return polygon
    .map(ring => {
      const wide = cut(cut(ring, 0, west, 1), 0, east, -1)
      return cut(cut(wide, 1, south, 1), 1, north, -1)
    })
    .filter(ring => ring.length > 2)
}

function cut(ring: LinearRing, axis: 0 | 1, limit: number, keep: 1 | -1): LinearRing {
  const kept: LongLat[] = []
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
