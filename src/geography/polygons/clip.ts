import * as polyclip from 'polyclip-ts'
import type { LinearRing, LongLat, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import { type Bounds, boundsOf, meet } from './bounds.ts'
import { overlay } from './overlay.ts'

export function union(...geometries: readonly MultiPolygonRings[]): MultiPolygonRings {
  return clip(() => polyclip.union(forClipping(geometries.flat())))
}

export function difference(whole: MultiPolygonRings, parts: readonly MultiPolygonRings[]): MultiPolygonRings {
  return (
    overlay(whole, parts.flat(), (one, two) => one > 0 && two === 0) ??
    clip(() => polyclip.difference(forClipping(whole), ...parts.map(forClipping)))
  )
}

/** The ground that more than one polygon covers. */
export function overlapped(geometry: MultiPolygonRings): MultiPolygonRings {
  const found = overlay(geometry, [], covered => covered > 1)
  if (found !== undefined) return found
  return geometry.flatMap((polygon, index) => intersection([polygon], geometry.slice(index + 1)))
}

/** Polygons are first cut to the overlap of their bounds, because clipping costs by the edge. */
export function intersection(one: MultiPolygonRings, two: MultiPolygonRings): MultiPolygonRings {
  const window = meet(boundsOf(one), boundsOf(two))
  if (window === undefined) return []
  const [a, b] = [one, two].map(geometry =>
    geometry.map(polygon => cutTo(window, polygon)).filter(rings => rings.length > 0),
  )
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return []
  return (
    overlay(a, b, (first, second) => first > 0 && second > 0) ??
    clip(() => polyclip.intersection(forClipping(a), forClipping(b)))
  )
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
