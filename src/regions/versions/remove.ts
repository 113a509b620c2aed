import { and, eq, sql } from 'drizzle-orm'
import { type DirectoryDb, openDirectory, openTenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { database } from '../directory-schema.ts'
import { isDatabase, type Listed, type ListedName, nameOf } from './migrate.ts'

// Databases that were made for a configuration that never came into force.

/** The last error of a database that is being deleted: nobody makes it anew before its time to retry. */
export const REMOVING = 'It is being deleted.'

const REMOVAL_MILLISECONDS = 60_000

export type Removed = 'deleted' | 'kept' | 'needed'

/**
 * Deletes a jurisdiction's database, unless somebody needs it by now or it holds anything. Whoever makes databases
 * waits while it is marked, and whether it is needed is asked after the mark: so none is deleted that was just
 * made for another configuration. Its row in the directory stays, as of one not made yet: `forgetRemoved`.
 * Can be killed and repeated.
 */
export async function removeUnused(
  platform: Platform,
  name: Extract<ListedName, { kind: 'tenant' }>,
  isNeeded: () => Promise<boolean>,
): Promise<Removed> {
  const directory = openDirectory(platform)
  const key = { kind: name.kind, region: name.region, slug: name.slug }
  const [before] = await directory.select().from(database).where(isDatabase(key))
  if (before === undefined) return 'deleted'
  if (await isNeeded()) return 'needed'
  if (await holdsAnything(platform, before)) return 'kept'
  const retryAt = platform.clock.now() + REMOVAL_MILLISECONDS
  const unmade = { migratedTo: '', createdAt: null, attempts: 0 }
  await directory
    .update(database)
    .set({ ...unmade, lastError: REMOVING, retryAt })
    .where(isDatabase(key))
  if (await isNeeded()) {
    const { migratedTo, createdAt } = before
    const as = { migratedTo, createdAt, lastError: null, retryAt: null }
    await directory.update(database).set(as).where(isDatabase(key))
    return 'needed'
  }
  await platform.databases.delete(name)
  await directory
    .update(database)
    .set({ ...unmade, lastError: null, retryAt: null })
    .where(isDatabase(key))
  return 'deleted'
}

/** Takes databases that were deleted, and not made again since, from the list. */
export async function forgetRemoved(directory: DirectoryDb, region: string, slugs: readonly string[]) {
  const isOne = sql`slug IN (SELECT value FROM json_each(${JSON.stringify(slugs)}))`
  await directory
    .delete(database)
    .where(and(eq(database.kind, 'tenant'), eq(database.region, region), eq(database.migratedTo, ''), isOne))
}

// One that was never filled holds nothing. Throws `database-unavailable` where that cannot be seen.
async function holdsAnything(platform: Platform, row: Listed): Promise<boolean> {
  const name = nameOf(row)
  if (row.migratedTo === '' || name.kind !== 'tenant') return false
  const access = { kind: 'system', reason: 'configuration' } as const
  const [found] = await openTenantReader(platform, access, name.region, name.slug).rows<{ held: number }>(
    sql`SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM request) OR EXISTS (SELECT 1 FROM "grant")
      OR EXISTS (SELECT 1 FROM person) OR EXISTS (SELECT 1 FROM share) OR EXISTS (SELECT 1 FROM inbox)
      OR EXISTS (SELECT 1 FROM api_key) OR EXISTS (SELECT 1 FROM media) OR EXISTS (SELECT 1 FROM access_log) AS held`,
  )
  return found?.held === 1
}
