/** A national grid whose datum is not WGS84, with the seven parameters that lead to it. */
interface NationalGrid {
  readonly name: string
  readonly code: string
  readonly definition: string
  readonly accuracyMeters: number
  /** How .prj files name its datum. */
  readonly datum: RegExp
  /** How they write the numbers that tell it from other projections on the same datum. */
  readonly falseEasting: number
}

// Parameters as in the EPSG registry: transformations 1314 (OSGB36) and 15934 (Amersfoort), rotations in arc seconds.
const grids: readonly NationalGrid[] = [
  {
    name: 'British National Grid',
    code: 'EPSG:27700',
    definition:
      '+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs',
    accuracyMeters: 5,
    datum: /OSGB/i,
    falseEasting: 400_000,
  },
  {
    name: 'Dutch RD New',
    code: 'EPSG:28992',
    definition:
      '+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel +towgs84=565.4171,50.3319,465.5524,-0.398957388243134,0.343987817378283,-1.87740163998045,4.0725 +units=m +no_defs',
    accuracyMeters: 0.5,
    datum: /Amersfoort/i,
    falseEasting: 155_000,
  },
]

/** The grid of an EPSG code, or of the text of a .prj file. */
export function nationalGrid(text: string): NationalGrid | undefined {
  const byCode = grids.find(({ code }) => code === text.toUpperCase())
  if (byCode !== undefined) return byCode
  const easting = Number(/false_easting"?\s*,\s*([-\d.]+)/i.exec(text)?.[1] ?? Number.NaN)
  return grids.find(({ datum, falseEasting }) => datum.test(text) && easting === falseEasting)
}

export const nationalGrids: readonly { readonly code: string; readonly name: string }[] = grids

// Flattenings of GRS80 and WGS84: systems on them agree with WGS84 within two meters, wherever they are.
const MODERN = /^298\.25[67]/

/**
 * The name of a datum (a .prj text) that differs from WGS84 by up to hundreds of meters, where the text has no
 * parameters that lead from one to the other; undefined for any other system.
 */
export function unknownDatum(text: string): string | undefined {
  if (!/^[A-Z]+\[/i.test(text) || /TOWGS84\[/i.test(text)) return undefined
  const [, axis, flattening = ''] =
    /(?:SPHEROID|ELLIPSOID)\[\s*"?[^",]*"?\s*,\s*([\d.]+)\s*,\s*([\d.]+)/i.exec(text) ?? []
  const isSphere = Number(flattening) === 0 && Number(axis) === 6_378_137
  if (axis === undefined || isSphere || MODERN.test(flattening)) return undefined
  return /DATUM\[\s*"?(?:D_)?([^",\]]*)/i.exec(text)?.[1]?.replaceAll('_', ' ') ?? 'of an older ellipsoid'
}
