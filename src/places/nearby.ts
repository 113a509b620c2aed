import { sql } from 'drizzle-orm'
import type { PlacesReader } from '../core/database/handles.ts'
import { metersBetween, type Place } from '../core/geometry.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { withIndex } from './find.ts'

export interface NearbyPlace extends Place {
  readonly name: string
  readonly address: string
  readonly meters: number
}

interface CommonPlace extends Place {
  readonly name: string
  readonly kind: string
  readonly address: string
}

/** By the kinds that documents and files give, as people write them. */
const KINDS = [/librar/i, /\b(?:city|town|village)[ _]?hall\b/i, /\bcommunity[ _]cent(?:er|re)\b/i]
const FAR_METERS = 30_000

/** The nearest library, hall and community center, of the documents and of what is imported. */
export async function nearbyPlaces(
  platform: Platform,
  region: Region,
  place: Place,
): Promise<readonly NearbyPlace[]> {
  const own = region.documents.places.map(
    ({ properties: { name, kind, address }, coordinates: [long, lat] }) => {
      return { name, kind: kind ?? '', address: address ?? '', lat, long }
    },
  )
  const all = [...own, ...(await withIndex(platform, region.slug, importedPlaces, []))]
  return KINDS.flatMap(kind => {
    const found = all
      .filter(one => kind.test(one.kind))
      .map(({ kind, ...one }) => ({ ...one, meters: Math.round(metersBetween(one, place)) }))
      .filter(({ meters }) => meters <= FAR_METERS)
    return found.sort((a, b) => a.meters - b.meters).slice(0, 1)
  })
}

async function importedPlaces(db: PlacesReader): Promise<readonly CommonPlace[]> {
  return db.rows<CommonPlace>(
    sql`SELECT name, kind, address, lat, long FROM common_place
      WHERE kind LIKE '%librar%' OR kind LIKE '%hall%' OR kind LIKE '%community%' LIMIT 2000`,
  )
}
