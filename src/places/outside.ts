import type { Place } from '../core/geometry.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { geocodersFor } from './geocoders/of-region.ts'

/** A place that no jurisdiction of the region has, and who is there, as far as it is known. */
export interface OutsidePlace {
  readonly county: Neighbor | undefined
}

export interface Neighbor {
  readonly name: string
  readonly phone?: string | undefined
  readonly url?: string | undefined
}

// Meters. A place that is less certain says nothing of borders.
const VAGUE = 2000

interface Position {
  readonly place: Place
  /** Radius in meters of the uncertainty. */
  readonly accuracy: number
  readonly at: number
}

/** Undefined where the place is, or within its accuracy may be, inside. */
export async function outsidePlace(
  platform: Platform,
  region: Region,
  position: Position,
): Promise<OutsidePlace | undefined> {
  if (mayBeInside(region, position)) return undefined
  return { county: neighborAt(region, position) ?? (await countyAt(platform, region, position.place)) }
}

function mayBeInside({ routing: { areas, atlas } }: Region, { place, accuracy, at }: Position): boolean {
  if (accuracy > VAGUE) return true
  const isOurs = (index: number) => {
    const area = areas[index]
    return area?.kind === 'boundary' && area.from <= at && at < area.to
  }
  const sets = atlas.areaSetsWithin(place.lat, place.long, accuracy)
  if (sets.some(set => set.some(isOurs))) return true
  // Before its boundaries are drawn, a region takes reports from anywhere.
  return !areas.some((_, index) => isOurs(index))
}

/** A partner whose territory it is: the next county. */
function neighborAt(region: Region, { place, at }: Position): Neighbor | undefined {
  const { areas, atlas } = region.routing
  for (const index of atlas.areasAt(place.lat, place.long)) {
    const area = areas[index]
    if (area?.kind !== 'territory' || area.body === null || at < area.from || area.to <= at) continue
    const partner = region.partner(area.body)
    if (partner !== undefined) return partner
  }
  return undefined
}

async function countyAt(platform: Platform, region: Region, place: Place): Promise<Neighbor | undefined> {
  for (const geocoder of geocodersFor(platform, region)) {
    const name = await geocoder.county?.(place)
    if (name !== undefined) return { name }
  }
  return undefined
}
