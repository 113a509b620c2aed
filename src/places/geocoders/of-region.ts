import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { boundsOf } from '../bounds.ts'
import { type Geocoder, geocodersOf } from './geocoders.ts'

/** Those that the region's document names, in its order. */
export function geocodersFor(platform: Platform, region: Region): readonly Geocoder[] {
  const { geocoders = [] } = region.documents.region
  if (geocoders.length === 0) return []
  return geocodersOf(platform, geocoders, { region: region.slug, bounds: boundsOf(region) })
}
