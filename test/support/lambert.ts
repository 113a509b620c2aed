/** A Lambert conformal conic projection with two standard parallels, in degrees and meters, on GRS80. */
export interface LambertCone {
  readonly originLat: number
  readonly originLong: number
  readonly parallels: readonly [number, number]
  readonly falseEasting: number
  readonly falseNorthing: number
}

// Massachusetts Mainland.
export const MASSACHUSETTS: LambertCone = {
  originLat: 41,
  originLong: -71.5,
  parallels: [41 + 43 / 60, 42 + 41 / 60],
  falseEasting: 200_000,
  falseNorthing: 750_000,
}

const AXIS = 6_378_137
const FLATTENING = 1 / 298.257222101
const E = Math.sqrt(FLATTENING * (2 - FLATTENING))
const RADIANS = Math.PI / 180

/**
 * Degrees of a position in meters, by Snyder's formulas (Map Projections: A Working Manual, USGS 1395, pages
 * 107–109): independent of the library that the reader uses.
 */
export function lambertToDegrees(cone: LambertCone, [x, y]: readonly [number, number]): [number, number] {
  const [first, second] = cone.parallels
  const n = (Math.log(m(first)) - Math.log(m(second))) / (Math.log(t(first)) - Math.log(t(second)))
  const f = m(first) / (n * t(first) ** n)
  const rho0 = AXIS * f * t(cone.originLat) ** n
  const [east, north] = [x - cone.falseEasting, rho0 - (y - cone.falseNorthing)]
  const rho = Math.sign(n) * Math.hypot(east, north)
  const small = (rho / (AXIS * f)) ** (1 / n)
  let lat = Math.PI / 2 - 2 * Math.atan(small)
  for (let i = 0; i < 8; i++) {
    const sine = E * Math.sin(lat)
    lat = Math.PI / 2 - 2 * Math.atan(small * ((1 - sine) / (1 + sine)) ** (E / 2))
  }
  return [Math.atan2(east, north) / n / RADIANS + cone.originLong, lat / RADIANS]
}

function m(lat: number): number {
  return Math.cos(lat * RADIANS) / Math.sqrt(1 - (E * Math.sin(lat * RADIANS)) ** 2)
}

function t(lat: number): number {
  const sine = E * Math.sin(lat * RADIANS)
  return Math.tan(Math.PI / 4 - (lat * RADIANS) / 2) / ((1 - sine) / (1 + sine)) ** (E / 2)
}
