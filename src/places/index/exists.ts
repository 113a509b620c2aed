import { and, eq, sql } from 'drizzle-orm'
import { openDirectory, openPublicPlaces, type PlacesReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { database } from '../../regions/directory-schema.ts'

/** Whether addresses or streets have been imported: a region may have districts alone. */
export async function hasAddresses(platform: Platform, region: string): Promise<boolean> {
  return (
    (await hasPlacesIndex(platform, region)) && (await hasAddressSources(openPublicPlaces(platform, region)))
  )
}

export async function hasAddressSources(db: PlacesReader): Promise<boolean> {
  const rows = await db.rows(sql`SELECT 1 FROM place_source WHERE kind IN ('addresses', 'streets') LIMIT 1`)
  return rows.length > 0
}

/** Whether a region has a database of places. */
export async function hasPlacesIndex(platform: Platform, region: string): Promise<boolean> {
  const rows = await openDirectory(platform)
    .select({ kind: database.kind })
    .from(database)
    .where(and(eq(database.kind, 'places'), eq(database.region, region)))
  return rows.length > 0
}
