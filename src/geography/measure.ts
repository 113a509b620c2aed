import { type MultiPolygonRings, metresPerDegree, type Ring } from '../core/geometry.ts'

const RADIANS = Math.PI / 180
const EARTH_RADIUS_METRES = metresPerDegree(0).lat / RADIANS

/**
 * Square metres within a closed ring on the sphere (within 0.6 % of the ellipsoid), positive where it runs
 * counterclockwise. Edges are straight in longitude and latitude (RFC 7946 § 3.1.1), so a corner more on a straight
 * edge changes nothing.
 */
export function signedSquareMetres(ring: Ring): number {
  const level = Math.sin((ring[0]?.[1] ?? 0) * RADIANS)
  let [fromLong, fromLat] = [(ring[0]?.[0] ?? 0) * RADIANS, (ring[0]?.[1] ?? 0) * RADIANS]
  let sum = 0
  for (const position of ring) {
    const [long, lat] = [position[0] * RADIANS, position[1] * RADIANS]
    sum += (fromLong - long) * (meanSine(fromLat, lat) - level)
    fromLong = long
    fromLat = lat
  }
  return sum * EARTH_RADIUS_METRES ** 2
}

function meanSine(from: number, to: number): number {
  const half = (to - from) / 2
  return half === 0 ? Math.sin(to) : (Math.sin((from + to) / 2) * Math.sin(half)) / half
}

/** Square metres of polygons that do not overlap, without their holes. */
export function squareMetres(geometry: MultiPolygonRings): number {
  let sum = 0
  for (const rings of geometry) {
    for (const [i, ring] of rings.entries()) sum += Math.abs(signedSquareMetres(ring)) * (i === 0 ? 1 : -1)
  }
  return sum
}
