import type { Region } from '../runtime/compile.ts'

/** In degrees of WGS84. */
export type Bounds = readonly [west: number, south: number, east: number, north: number]

const known = new WeakMap<Region, Map<string, Bounds | undefined>>()

/** Around the boundaries of a jurisdiction, or of all of the region's, at all times. Undefined where none has one. */
export function boundsOf(region: Region, jurisdiction = ''): Bounds | undefined {
  const made = known.get(region) ?? new Map<string, Bounds | undefined>()
  known.set(region, made)
  if (!made.has(jurisdiction)) made.set(jurisdiction, makeBounds(region, jurisdiction))
  return made.get(jurisdiction)
}

function makeBounds({ documents }: Region, slug: string): Bounds | undefined {
  let [west, south, east, north] = [180, 90, -180, -90]
  const chosen = documents.jurisdictions.filter(jurisdiction => slug === '' || jurisdiction.slug === slug)
  const rings = chosen.flatMap(({ boundary }) => boundary.flatMap(({ coordinates }) => coordinates.flat()))
  for (const ring of rings) {
    for (const [long, lat] of ring) {
      west = Math.min(west, long)
      south = Math.min(south, lat)
      east = Math.max(east, long)
      north = Math.max(north, lat)
    }
  }
  return rings.length === 0 ? undefined : [west, south, east, north]
}
