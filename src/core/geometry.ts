/** WGS84 `[longitude, latitude]` in degrees, as in RFC 7946. */
export type LongLat = readonly [longitude: number, latitude: number]
export type LinearRing = readonly LongLat[]
/** The outer ring, then its holes. Every ring is closed (first = last). */
export type PolygonRings = readonly LinearRing[]
export type MultiPolygonRings = readonly PolygonRings[]

export interface Place {
  readonly lat: number
  readonly long: number
}

const EARTH_RADIUS_METERS = 6_371_008.8

/** Meters per degree of latitude and, at `lat`, of longitude. Accurate enough for a few kilometers. */
export function metersPerDegree(lat: number): { lat: number; long: number } {
  const perDegree = (EARTH_RADIUS_METERS * Math.PI) / 180
  return { lat: perDegree, long: perDegree * Math.cos((lat * Math.PI) / 180) }
}

/** Meters between two places near each other (equirectangular). */
export function metersBetween(a: Place, b: Place): number {
  const scale = metersPerDegree((a.lat + b.lat) / 2)
  return Math.hypot((a.lat - b.lat) * scale.lat, (a.long - b.long) * scale.long)
}
