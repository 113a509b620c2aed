import { and, eq } from 'drizzle-orm'
import { openDirectory } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { database } from '../../regions/directory-schema.ts'

/** Whether anything has been imported for a region. */
export async function hasPlacesIndex(platform: Platform, region: string): Promise<boolean> {
  const rows = await openDirectory(platform)
    .select({ kind: database.kind })
    .from(database)
    .where(and(eq(database.kind, 'places'), eq(database.region, region)))
  return rows.length > 0
}
