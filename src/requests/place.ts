import type { Place } from '../core/geometry.ts'
import { findPlaces } from '../places/find.ts'
import type { Platform } from '../platform/platform.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { Draft } from './draft.ts'

type Where = Pick<Draft, 'place' | 'accuracy' | 'hasNoPosition'>

/**
 * Coordinates decide over an address that disagrees, unless they lie outside the region: a device without a
 * position sends 0, 0, which is then no place even where no address is found.
 */
export async function reportedPlace(
  platform: Platform,
  region: Region,
  { place, accuracy, address }: Where & Pick<Draft, 'address'>,
): Promise<Where> {
  if (place !== null && isInside(region, place)) return { place, accuracy }
  const found = await uniquePlace(platform, region, address)
  if (found !== null) return { place: { lat: found.lat, long: found.long }, accuracy: found.accuracy }
  const isUnset = place?.lat === 0 && place.long === 0
  return isUnset ? { place: null, accuracy: 0, hasNoPosition: true } : { place, accuracy }
}

function isInside({ routing }: Region, { lat, long }: Place): boolean {
  return routing.atlas.areasAt(lat, long).length > 0
}

/** Only if it is unambiguous: routing needs a point, and a guess would misroute the report. */
async function uniquePlace(platform: Platform, region: Region, address: string): Promise<FoundPlace | null> {
  if (address.trim() === '') return null
  const all = await findPlaces(platform, region, { text: address, limit: 10 })
  const found = all.filter(({ contradicts = [] }) => contradicts.length === 0)
  const [best] = found
  const exact = found.filter(({ kind }) => kind === 'address' || kind === 'intersection')
  // A landmark at the same address is the same place; on its own, a landmark's name may be that of a street.
  const isCertain = exact.length === 1 || (found.length === 1 && best?.kind === 'landmark')
  return isCertain && best !== undefined ? best : null
}
