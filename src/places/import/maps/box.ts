import type { Bounds } from '../../../geography/polygons/bounds.ts'
import { isRefusal } from '../../../geography/refusal.ts'
import { nationalGrids } from '../positions/datums.ts'
import { coordinateSystemOf } from '../positions/projection.ts'
import { statePlaneCodes } from '../positions/state-plane.ts'
import type { Position } from '../table.ts'

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
