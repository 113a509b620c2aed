import { desc, eq, sql } from 'drizzle-orm'
import { openRegion, type TenantDb } from '../core/database/handles.ts'
import type { Platform } from '../platform/platform.ts'
import { appendRestoration } from './anchors.ts'
import { sealHead } from './region-schema.ts'
import { seal } from './schema.ts'

const NONE = '0'.repeat(64)

/**
 * After a jurisdiction's database was restored: its chain of seals continues from an earlier one than the
 * region knows. The region's own chain, and so its copies elsewhere, gets a line that says so. Returns how
 * many seals are gone.
 */
export async function recordRestoredSeals(platform: Platform, db: TenantDb): Promise<number> {
  const region = openRegion(platform, { kind: 'system', reason: 'restore' }, db.region)
  const [[last], [head]] = await Promise.all([
    db.select().from(seal).orderBy(desc(seal.number)).limit(1),
    region.select().from(sealHead).where(eq(sealHead.jurisdiction, db.slug)),
  ])
  const { number, hash, at } = last ?? { number: 0, hash: NONE, at: 0 }
  if (head === undefined || head.number <= number) return 0
  await appendRestoration(platform, region, db.slug, [head, { number, hash }])
  await region.commit([
    number === 0
      ? sql`DELETE FROM seal_head WHERE jurisdiction = ${db.slug}`
      : sql`UPDATE seal_head SET number = ${number}, hash = ${hash}, at = ${at} WHERE jurisdiction = ${db.slug}`,
  ])
  return head.number - number
}
