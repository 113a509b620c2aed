import { eq, sql } from 'drizzle-orm'
import { appendAuditAction } from '../../core/audit-actions.ts'
import { openDirectory, openTenant, type RegionDb } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { configured } from '../audit-actions.ts'
import { database } from '../directory-schema.ts'
import { configuration, pendingConfiguration } from '../region-schema.ts'
import type { Pending, Preparing } from './pending.ts'

/** The job that routes a jurisdiction's open requests again, as another body may now be responsible (S7). */
export const rerouteKind = jobKind('reroute')

const access = { kind: 'system', reason: 'configuration' } as const
const NOTIFIED_TOGETHER = 8
const MISSED_MILLISECONDS = 60_000

/**
 * Tells the jurisdictions of a version that is in force. One whose database has just been made has nothing to
 * route again. One that cannot be told now is told later, and delays no other. Returns when to go on.
 */
export async function notifyJurisdictions(
  platform: Platform,
  db: RegionDb,
  pending: Pending & { readonly version: number },
  { until, limit }: Pick<Preparing, 'until' | 'limit'>,
): Promise<number | undefined> {
  const older = await madeBefore(platform, db.region, pending.requestedAt)
  const left = pending.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(slug => slug > pending.notifiedTo && older.has(slug))
    .sort()
  // Those that were missed are last.
  const isLast = left.length === 0
  const chosen = (isLast ? pending.missed : left).slice(0, limit)
  const failed: string[] = []
  let count = 0
  const [applied] = await db
    .select({ version: configuration.version, at: configuration.appliedAt, by: configuration.appliedBy })
    .from(configuration)
    .where(eq(configuration.version, pending.version))
  while (count < chosen.length && (count === 0 || platform.clock.now() < until)) {
    const group = chosen.slice(count, count + NOTIFIED_TOGETHER)
    const told = await Promise.allSettled(group.map(slug => notify(platform, db.region, slug, applied)))
    failed.push(...group.filter((_, index) => told[index]?.status === 'rejected'))
    count += group.length
  }
  const missed = [...pending.missed.slice(isLast ? count : 0), ...failed]
  const isOver = isLast || count === left.length
  if (isOver && missed.length === 0) return undefined
  const notifiedTo = (isLast ? undefined : left[count - 1]) ?? pending.notifiedTo
  await db
    .update(pendingConfiguration)
    .set({ notifiedTo, missed: JSON.stringify(missed) })
    .where(eq(pendingConfiguration.hash, pending.hash))
  return platform.clock.now() + (isOver ? MISSED_MILLISECONDS : 0)
}

async function madeBefore(platform: Platform, region: string, at: number): Promise<ReadonlySet<string>> {
  const rows = await openDirectory(platform).select().from(database).where(eq(database.region, region))
  const older = rows.filter(({ kind, createdAt }) => kind === 'tenant' && (createdAt ?? 0) <= at)
  return new Set(older.map(({ slug }) => slug))
}

async function notify(
  platform: Platform,
  region: string,
  slug: string,
  applied: { readonly version: number; readonly at: number; readonly by: string } | undefined,
): Promise<void> {
  const steps = [enqueueJob(rerouteKind, platform.clock.now())]
  if (applied !== undefined) {
    const { version, at, by } = applied
    // Once, and only in logs that have begun: an empty one may still be imported.
    const isNews = sql`(SELECT at FROM event ORDER BY seq LIMIT 1) <= ${at} AND NOT EXISTS (SELECT 1 FROM event
      WHERE request = '' AND type = ${configured.type} AND payload ->> 'version' = ${version})`
    steps.push(appendAuditAction(configured, { version }, { actor: by, at, holds: isNews }))
  }
  await openTenant(platform, access, region, slug).commit(steps)
}
