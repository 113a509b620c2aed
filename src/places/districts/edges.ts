import { type MultiPolygonRings, metersPerDegree, type Place } from '../../core/geometry.ts'
import { isInside as isInsideRing } from '../../geography/polygons/rings.ts'

/** Whether polygons hold a place, by even–odd, and how far their nearest edge is. */
export function edgesOf(
  polygons: MultiPolygonRings,
  { lat, long }: Place,
): { readonly isInside: boolean; readonly meters: number } {
  const scale = metersPerDegree(lat)
  let isInside = false
  let nearest = Number.POSITIVE_INFINITY
  for (const ring of polygons.flat()) {
    if (isInsideRing(long, lat, ring)) isInside = !isInside
    let from = ring.at(-1)
    for (const to of ring) {
      if (from !== undefined) {
        const [ax, ay] = [(from[0] - long) * scale.long, (from[1] - lat) * scale.lat]
        const [dx, dy] = [(to[0] - from[0]) * scale.long, (to[1] - from[1]) * scale.lat]
        const length = dx * dx + dy * dy
        const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length))
        const squared = (ax + along * dx) ** 2 + (ay + along * dy) ** 2
        if (squared < nearest) nearest = squared
      }
      from = to
    }
  }
  return { isInside, meters: Math.sqrt(nearest) }
}
