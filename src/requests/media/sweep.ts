import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import { openTenant, type RegionDb, type Step } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { deleteFile, listFiles } from '../../core/encryption/files.ts'
import { ALPHABET } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'

const sweepPhotosKind = jobKind('sweep-photos', v.object({ first: v.string() }), ({ first }) => first)
// Newer ones may be about to get their row.
const MIN_AGE = 24 * 3_600_000

export function sweepLater(at: number): Step[] {
  return [...ALPHABET].map(first => enqueueJob(sweepPhotosKind, at, { first }))
}

/** Removes files that no database names, left by a crash. Removes nothing while a database is unavailable. */
export const sweepPhotosJob = defineJob(sweepPhotosKind, {
  async region(platform, db, { first }) {
    const before = platform.clock.now() - MIN_AGE
    const unknown = new Set<string>()
    for await (const { id, changedAt } of listFiles(platform, db, first)) {
      if (changedAt < before) unknown.add(id)
    }
    if (unknown.size === 0) return undefined
    await removeKnown(platform, db, first, unknown)
    for (const id of unknown) await deleteFile(platform, db, id)
    if (unknown.size > 0) {
      platform.log('warn', 'photos-swept', { region: db.region, count: unknown.size })
    }
    return undefined
  },
})

async function removeKnown(platform: Platform, db: RegionDb, first: string, ids: Set<string>): Promise<void> {
  const these = sql`id >= ${first} AND id < ${`${first}~`}`
  const remove = (rows: readonly { id: string }[]) => {
    for (const { id } of rows) ids.delete(id)
  }
  remove(await db.rows(sql`SELECT id FROM waiting_photo WHERE ${these}`))
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== db.region) continue
    const tenant = openTenant(platform, { kind: 'system', reason: 'sweep' }, name.region, name.slug)
    remove(await tenant.rows(sql`SELECT DISTINCT id FROM media WHERE ${these}`))
  }
}
