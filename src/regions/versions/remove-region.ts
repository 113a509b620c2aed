import { and, eq } from 'drizzle-orm'
import { openDirectory, openRegion } from '../../core/database/handles.ts'
import { deleteAllFiles } from '../../core/encryption/files.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { database, host, region as regionTable } from '../directory-schema.ts'
import { isSandbox } from '../documents/sandbox.ts'
import { pendingConfiguration } from '../region-schema.ts'
import { forgetConfiguration } from '../runtime/current.ts'
import { isDatabase, nameOf } from './migrate.ts'

/**
 * Deletes a test site with all that it holds: its photos, then its databases, the region's last. Throws `fault` for
 * any other region. Can be killed and repeated; what another process had just begun to make is deleted by the last
 * repetition, with `isLast`, which also forgets the databases.
 */
export async function removeSandbox(platform: Platform, region: string, isLast: boolean): Promise<void> {
  if (!isSandbox(region)) throw problem('fault', { cause: new Error(`${region} is not a test site`) })
  const directory = openDirectory(platform)
  await directory.commit([
    directory.delete(host).where(eq(host.region, region)),
    directory.delete(regionTable).where(eq(regionTable.slug, region)),
  ])
  forgetConfiguration(platform)
  const rows = await directory.select().from(database).where(eq(database.region, region))
  const own = rows.find(({ kind }) => kind === 'region')
  if (own !== undefined && own.migratedTo !== '') await emptyRegion(platform, region)
  const others = rows.filter(row => row !== own)
  for (const row of own === undefined ? others : [...others, own]) {
    await platform.databases.delete(nameOf(row))
    await directory.update(database).set({ migratedTo: '', lastError: null }).where(isDatabase(row))
  }
  if (isLast) await directory.delete(database).where(and(eq(database.region, region)))
}

// Whoever is making its databases ends, and its photos go.
async function emptyRegion(platform: Platform, region: string): Promise<void> {
  const db = openRegion(platform, { kind: 'system', reason: 'test-site' }, region)
  try {
    await db.commit([db.delete(pendingConfiguration)])
    await deleteAllFiles(platform, db)
  } catch (error) {
    // Deleted before, by a run that was killed. Photos were deleted first.
    if (asProblem(error).slug !== 'database-unavailable') throw error
  }
}
