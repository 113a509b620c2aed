import { type LinearRing, type LongLat, type MultiPolygonRings, metersBetween } from '../../core/geometry.ts'
import { isRefusal } from '../refusal.ts'
import { prepareSegments } from '../segments.ts'
import { cleanRing } from './repair.ts'
import { withoutRepeats } from './rings.ts'
import { untangle } from './untangle.ts'

/**
 * Moves what lies within `meters` of the lines of neighbors onto them, so that both run along the same corners.
 * Undefined where nothing moves, or the outline would cross itself.
 */
export function snappedTo(
  neighbors: MultiPolygonRings,
  geometry: MultiPolygonRings,
  meters: number,
): MultiPolygonRings | undefined {
  const rings = neighbors.flat()
  const corners = rings.flatMap(ring => ring.slice(1))
  const edges = rings.flatMap(ring => ring.slice(1).map((to, i) => [ring[i] ?? to, to] as const))
  const nearCorners = prepareSegments(corners.map(corner => [corner]))
  const nearEdges = prepareSegments(edges)

  function moved(position: LongLat): LongLat {
    const [long, lat] = position
    const [corner] = nearCorners.segmentsWithin(lat, long, meters)
    if (corner !== undefined) return corners[corner.segment] ?? position
    const [edge] = nearEdges.segmentsWithin(lat, long, meters)
    const ends = edge && edges[edge.segment]
    return ends === undefined ? position : between(ends[0], ends[1], edge?.along ?? 0)
  }

  // Corners of neighbors beside this edge, in its direction.
  function cornersAlong(from: LongLat, to: LongLat): LongLat[] {
    const middle = between(from, to, 0.5)
    const reach = distance(from, to) / 2 + meters
    const beside = nearCorners.segmentsWithin(middle[1], middle[0], reach).flatMap(({ segment }) => {
      const corner = corners[segment]
      const share = corner === undefined ? -1 : shareOf(corner, from, to)
      const isBeside =
        corner !== undefined && share > 0 && share < 1 && distance(corner, between(from, to, share)) <= meters
      return isBeside ? [{ corner, share }] : []
    })
    return beside.sort((a, b) => a.share - b.share).map(({ corner }) => corner)
  }

  const snapped = geometry.map(polygon =>
    polygon.map((ring): LinearRing => {
      const onto = ring.map(moved)
      return withoutRepeats(
        onto.flatMap((to, i) => [...(i === 0 ? [] : cornersAlong(onto[i - 1] ?? to, to)), to]),
      )
    }),
  )
  if (JSON.stringify(snapped) === JSON.stringify(geometry)) return undefined
  const untangled = snapped.map(rings => untangle(rings.filter(ring => ring.length > 3)))
  const clean = untangled.flatMap(found => (isRefusal(found) ? [] : found.polygons))
  return untangled.some(isRefusal) || clean.length === 0 ? undefined : cleanRing(clean)
}

function between(from: LongLat, to: LongLat, share: number): LongLat {
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

function shareOf([x, y]: LongLat, from: LongLat, to: LongLat): number {
  const shrink = Math.cos((from[1] * Math.PI) / 180)
  const [dx, dy] = [(to[0] - from[0]) * shrink, to[1] - from[1]]
  const length = dx * dx + dy * dy
  return length === 0 ? -1 : ((x - from[0]) * shrink * dx + (y - from[1]) * dy) / length
}

function distance(a: LongLat, b: LongLat): number {
  return metersBetween({ lat: a[1], long: a[0] }, { lat: b[1], long: b[0] })
}
