import { eq } from 'drizzle-orm'
import { openDirectory, openRegion } from '../../core/database/handles.ts'
import { deleteAllFiles } from '../../core/encryption/files.ts'
import { problem } from '../../core/problem.ts'
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
  const own = rows.filter(({ kind }) => kind === 'region')
  if (own.some(({ migratedTo }) => migratedTo !== '')) await emptyRegion(platform, region)
  for (const row of [...rows.filter(each => !own.includes(each)), ...own]) {
    // Marked first: a repetition asks nothing of a database that is gone.
    await directory.update(database).set({ migratedTo: '', lastError: null }).where(isDatabase(row))
    await platform.databases.delete(nameOf(row))
  }
  if (isLast) await directory.delete(database).where(eq(database.region, region))
}

// Whoever is making its databases ends, and its photos go. Throws `database-unavailable` while they cannot be found.
async function emptyRegion(platform: Platform, region: string): Promise<void> {
  const db = openRegion(platform, { kind: 'system', reason: 'test-site' }, region)
  await db.commit([db.delete(pendingConfiguration)])
  await deleteAllFiles(platform, db)
}
