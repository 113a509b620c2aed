/** Shapes of the ground. Positions are WGS84 `[longitude, latitude]` in degrees, as in RFC 7946. */
export type Position = readonly [longitude: number, latitude: number]
export type Ring = readonly Position[]
/** The outer ring, then its holes; every ring is closed (first = last). */
export type PolygonRings = readonly Ring[]
export type MultiPolygonRings = readonly PolygonRings[]

export interface Place {
  readonly lat: number
  readonly long: number
}

const EARTH_RADIUS_METRES = 6_371_008.8

/** Metres per degree of latitude and, at `lat`, of longitude: enough for distances of a few kilometres. */
export function metresPerDegree(lat: number): { lat: number; long: number } {
  const perDegree = (EARTH_RADIUS_METRES * Math.PI) / 180
  return { lat: perDegree, long: perDegree * Math.cos((lat * Math.PI) / 180) }
}

/** Distance in metres between two places near each other (equirectangular). */
export function metresBetween(a: Place, b: Place): number {
  const scale = metresPerDegree((a.lat + b.lat) / 2)
  return Math.hypot((a.lat - b.lat) * scale.lat, (a.long - b.long) * scale.long)
}
