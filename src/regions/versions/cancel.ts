import { sql } from 'drizzle-orm'
import * as v from 'valibot'
import { guard, openDirectory, openRegion, type RegionDb, type Step } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { configuration, pendingConfiguration } from '../region-schema.ts'
import { applyKind } from './apply.ts'
import { type Pending, readPending } from './pending.ts'
import { forgetRemoved, removeUnused } from './remove.ts'

// A configuration that is not yet in force is taken back, with the databases that were made for it alone.

const access = { kind: 'system', reason: 'configuration' } as const

const removal = v.object({ hash: v.string(), slugs: v.array(v.string()), until: v.number() })
const removeKind = jobKind('remove-unused-databases', removal, ({ hash, slugs }) => `${hash}:${slugs[0]}`)

// Whoever was making databases when it was cancelled has ended by then, with the one that it had begun.
const OTHERS_END_MILLISECONDS = 120_000
const DATABASES_IN_A_RUN = 50

export interface Cancelled {
  readonly hash: string
  /** Jurisdictions whose databases were made for it. */
  readonly slugs: readonly string[]
}

/**
 * Cancels what is being applied. A job deletes the databases of jurisdictions that no version of the region has
 * ever had, unless they hold anything. `more`: what is committed with it. Throws `wrong-state` where nothing is
 * being applied, it is in force already, or it is not the one that is meant.
 */
export async function cancelApply(
  platform: Platform,
  region: string,
  isMeant: (pending: Pending) => boolean = () => true,
  more: (pending: Pending) => readonly Step[] = () => [],
): Promise<Cancelled> {
  const db = openRegion(platform, access, region)
  const pending = await readPending(db)
  if (pending === undefined || pending.version !== null || !isMeant(pending)) throw problem('wrong-state')
  const { hash } = pending
  const slugs = await neverInForce(db, pending)
  const now = platform.clock.now()
  const isWaiting = sql`EXISTS (SELECT 1 FROM ${pendingConfiguration} WHERE hash = ${hash} AND version IS NULL)`
  await db.commit([
    guard(isWaiting, 'wrong-state'),
    db.delete(pendingConfiguration),
    sql`DELETE FROM job WHERE key = ${applyKind.kind}`,
    ...inParts(slugs).map(part =>
      enqueueJob(removeKind, now, { hash, slugs: part, until: now + OTHERS_END_MILLISECONDS }),
    ),
    ...more(pending),
  ])
  return { hash, slugs }
}

function inParts(slugs: readonly string[]): string[][] {
  const count = Math.ceil(slugs.length / DATABASES_IN_A_RUN)
  return Array.from({ length: count }, (_, index) =>
    slugs.slice(index * DATABASES_IN_A_RUN, (index + 1) * DATABASES_IN_A_RUN),
  )
}

async function neverInForce(db: RegionDb, { documents }: Pending): Promise<string[]> {
  const known = await slugsEverInForce(db)
  return documents.jurisdictions.map(({ slug }) => slug).filter(slug => !known.has(slug))
}

async function slugsEverInForce(db: RegionDb): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ slug: string }>(
    sql`SELECT DISTINCT json_extract(value, '$.slug') AS slug
      FROM ${configuration}, json_each(documents, '$.jurisdictions')`,
  )
  return new Set(rows.map(({ slug }) => slug))
}

/** Deletes those that nothing needs and that hold nothing; how many. Can be killed and repeated. Throws, at the end, why one could not be deleted. */
export async function removeUnusedOf(
  platform: Platform,
  db: RegionDb,
  slugs: readonly string[],
): Promise<number> {
  let deleted = 0
  const failures: unknown[] = []
  for (const slug of slugs) {
    const isNeeded = async () => {
      if ((await slugsEverInForce(db)).has(slug)) return true
      const pending = await readPending(db)
      return pending?.documents.jurisdictions.some(one => one.slug === slug) ?? false
    }
    try {
      const removed = await removeUnused(platform, { kind: 'tenant', region: db.region, slug }, isNeeded)
      if (removed === 'deleted') deleted++
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return deleted
}

export const removeUnusedJob = defineJob(removeKind, {
  retryPolicy: RETRY_ALWAYS,
  region: async (platform, db, { slugs, until }) => {
    await removeUnusedOf(platform, db, slugs)
    if (platform.clock.now() < until) return until
    await forgetRemoved(openDirectory(platform), db.region, slugs)
    return undefined
  },
})
