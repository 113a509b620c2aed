import { metersBetween } from '../../../core/geometry.ts'
import type { Bounds } from '../../../geography/polygons/bounds.ts'
import { isRefusal } from '../../../geography/refusal.ts'
import { nationalGrids } from '../positions/datums.ts'
import { coordinateSystemOf } from '../positions/projection.ts'
import { statePlaneCodes } from '../positions/state-plane.ts'
import type { Position } from '../table.ts'

/** In degrees: how far beside a region a file may lie, at least. A region grows at its edges. */
const MARGIN = 0.25

/** Whether a file touches a region's box, or lies beside it at no more than its size. */
export function isNear(file: Bounds, [west, south, east, north]: Bounds): boolean {
  const [x, y] = [Math.max(MARGIN, east - west), Math.max(MARGIN, north - south)]
  return file[0] <= east + x && file[2] >= west - x && file[1] <= north + y && file[3] >= south - y
}

export function kilometersApart(a: Bounds, b: Bounds): number {
  return Math.round(metersBetween(middle(a), middle(b)) / 1000)
}

export function formatPlace(bounds: Bounds): string {
  const { lat, long } = middle(bounds)
  return `${lat.toFixed(3)}, ${long.toFixed(3)}`
}

function middle([west, south, east, north]: Bounds): { lat: number; long: number } {
  return { lat: (south + north) / 2, long: (west + east) / 2 }
}

/** The coordinate systems in which a position lies in the region, for a person to choose from. */
export function fittingSystems(
  position: Position,
  within: Bounds | undefined,
): readonly { readonly code: string; readonly name: string }[] {
  if (within === undefined) return []
  const zones = Array.from({ length: 60 }, (_, i) => String(i + 1).padStart(2, '0'))
  const systems = [
    ...statePlaneCodes().map(code => ({ code, name: code })),
    ...nationalGrids.map(({ code, name }) => ({ code, name })),
    { code: 'EPSG:3857', name: 'Web Mercator' },
    ...zones.map(zone => ({ code: `EPSG:326${zone}`, name: `UTM ${Number(zone)}N` })),
    ...zones.map(zone => ({ code: `EPSG:327${zone}`, name: `UTM ${Number(zone)}S` })),
  ]
  const [west, south, east, north] = within
  return systems.filter(({ code }) => {
    const system = coordinateSystemOf(code)
    if (isRefusal(system)) return false
    const [long, lat] = system.toDegrees(position)
    return long >= west && long <= east && lat >= south && lat <= north
  })
}
