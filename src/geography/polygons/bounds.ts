import type { MultiPolygonRings } from '../../core/geometry.ts'

export type Bounds = readonly [west: number, south: number, east: number, north: number]

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

/** What both have in common, if it has any size. */
export function meet(a: Bounds, b: Bounds): Bounds | undefined {
  const [west, south] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  const [east, north] = [Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return west < east && south < north ? [west, south, east, north] : undefined
}
