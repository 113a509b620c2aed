import type { Region } from '../regions/runtime/compile.ts'
import type { RegionBounds } from './import/positions/region-bounds.ts'

const known = new WeakMap<Region, RegionBounds>()

/** The ground of a region's jurisdictions, of all times. */
export function boundsOf(region: Region): RegionBounds {
  const made = known.get(region) ?? makeBounds(region)
  known.set(region, made)
  return made
}

function makeBounds({ routing, documents }: Region): RegionBounds {
  let [west, south, east, north] = [180, 90, -180, -90]
  const rings = documents.jurisdictions.flatMap(({ boundary }) =>
    boundary.flatMap(({ coordinates }) => coordinates.flat()),
  )
  for (const ring of rings) {
    for (const [long, lat] of ring) {
      west = Math.min(west, long)
      south = Math.min(south, lat)
      east = Math.max(east, long)
      north = Math.max(north, lat)
    }
  }
  return {
    bbox: [west, south, east, north],
    contains: ({ lat, long }) => routing.atlas.areasAt(lat, long).length > 0,
  }
}
