import { lt } from 'drizzle-orm'
import type { Platform } from '../../platform/platform.ts'
import type { RegionDb, TenantDb } from './handles.ts'
import { defineJob, type JobHandler, jobKind } from './jobs.ts'
import { idempotency } from './schema.ts'

const DAY = 24 * 3_600_000
// Nobody retries a submission after a week.
const IDEMPOTENCY_KEYS_KEPT = 7 * DAY

/** What runs daily in each database. Returns when to go on if there was too much for one run. */
export interface CleanUp {
  readonly tenant?: (platform: Platform, db: TenantDb) => Promise<number | undefined>
  readonly region?: (platform: Platform, db: RegionDb) => Promise<number | undefined>
}

export function cleanUpJob(cleanUps: readonly CleanUp[]): JobHandler {
  return defineJob(jobKind('tidy'), {
    tenant: (platform, db) =>
      cleanUp(platform, db, async () => {
        const due = []
        for (const { tenant } of cleanUps) due.push(await tenant?.(platform, db))
        return due
      }),
    region: (platform, db) =>
      cleanUp(platform, db, async () => {
        const due = []
        for (const { region } of cleanUps) due.push(await region?.(platform, db))
        return due
      }),
  })
}

async function cleanUp(
  platform: Platform,
  db: TenantDb | RegionDb,
  run: () => Promise<readonly (number | undefined)[]>,
): Promise<number> {
  const now = platform.clock.now()
  await db.delete(idempotency).where(lt(idempotency.createdAt, now - IDEMPOTENCY_KEYS_KEPT))
  const unfinished = (await run()).filter(at => at !== undefined)
  return Math.min(now + DAY, ...unfinished)
}
