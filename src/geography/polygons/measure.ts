import {
  type LinearRing,
  type MultiPolygonRings,
  metersBetween,
  metersPerDegree,
  type PolygonRings,
} from '../../core/geometry.ts'

const RADIANS = Math.PI / 180
const EARTH_RADIUS_METERS = metersPerDegree(0).lat / RADIANS

/** On the sphere (within 0.6 % of the ellipsoid), positive if counterclockwise; edges as in RFC 7946 § 3.1.1. */
export function signedSquareMeters(ring: LinearRing): number {
  const level = Math.sin((ring[0]?.[1] ?? 0) * RADIANS)
  let [fromLong, fromLat] = [(ring[0]?.[0] ?? 0) * RADIANS, (ring[0]?.[1] ?? 0) * RADIANS]
  let sum = 0
  for (const position of ring) {
    const [long, lat] = [position[0] * RADIANS, position[1] * RADIANS]
    sum += (fromLong - long) * (meanSine(fromLat, lat) - level)
    fromLong = long
    fromLat = lat
  }
  return sum * EARTH_RADIUS_METERS ** 2
}

function meanSine(from: number, to: number): number {
  const half = (to - from) / 2
  return half === 0 ? Math.sin(to) : (Math.sin((from + to) / 2) * Math.sin(half)) / half
}

export function squareMeters(geometry: MultiPolygonRings): number {
  let sum = 0
  for (const rings of geometry) {
    for (const [i, ring] of rings.entries()) sum += Math.abs(signedSquareMeters(ring)) * (i === 0 ? 1 : -1)
  }
  return sum
}

/** Of a strip, about its width; of a square, half its side. */
export function meanWidthMeters(polygon: PolygonRings): number {
  let perimeter = 0
  for (const ring of polygon) {
    for (const [i, [long, lat]] of ring.entries()) {
      const before = ring[i - 1]
      if (before !== undefined) perimeter += metersBetween({ lat, long }, { lat: before[1], long: before[0] })
    }
  }
  return perimeter === 0 ? 0 : (2 * squareMeters([polygon])) / perimeter
}
