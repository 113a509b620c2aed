import { desc, eq, sql } from 'drizzle-orm'
import {
  insertOne,
  openRegion,
  openTenant,
  type RegionDb,
  SEAL,
  type TenantDb,
  type TenantReader,
} from '../core/db.ts'
import { sha256 } from '../core/digest.ts'
import type { JobHandler } from '../core/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import { sealHead } from './region-schema.ts'
import { seal } from './schema.ts'

/*
 * Seals: a chain of hashes over both logs. Each covers at most so many rows of either that came since the one before, so
 * that making and checking one is bounded, and says the hash before it, so that none can be changed alone. Triggers ring
 * the job half a minute after something was logged; while nothing is, nothing runs.
 */

export type Seal = typeof seal.$inferSelect

/** Part of what a seal is: a chain that was made with other numbers is not found whole. */
const MOST_ROWS = 500
/** Seals in one run of the job: the lease on it lasts half a minute. */
const AT_ONCE = 40
const MINUTE = 60_000

/** Every column, in this order, for good. */
const sealedColumns = {
  event: ['seq', 'request', 'type', 'actor', 'at', 'public', 'payload', 'source', 'source_seq'],
  seen: ['seq', 'actor', 'at', 'view', 'requests', 'fields'],
} as const
export type SealedTable = keyof typeof sealedColumns

/** Seals whatever is not yet, from where the logs begin. Stopped, it goes on after the last seal it made. */
export const sealJob: JobHandler = {
  kind: SEAL,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const access = { kind: 'system', reason: SEAL } as const
    const db = openTenant(platform, access, database.region, database.slug)
    const now = platform.clock.now()
    // Its seals come with it: the chain goes on after them.
    if (await isBeingImported(db)) return now + MINUTE
    let last = await lastSeal(db)
    for (let made = 0; made < AT_ONCE; made++) {
      const next = await sealAfter(db, last, now)
      if (next === undefined) break
      last = next
    }
    if (last.number > 0) await copyHead(platform, db, openRegion(platform, access, database.region), last)
    return (await isWhole(db, last)) ? undefined : now
  },
}

/** Before the first: the chain begins with whose it is. */
export function beforeFirst({ region, slug }: TenantReader): Seal {
  return { number: 0, eventsTo: 0, seenTo: 0, hash: `${region}/${slug}`, at: 0 }
}

async function lastSeal(db: TenantReader): Promise<Seal> {
  const [last] = await db.select().from(seal).orderBy(desc(seal.number)).limit(1)
  return last ?? beforeFirst(db)
}

async function sealAfter(db: TenantDb, before: Seal, at: number): Promise<Seal | undefined> {
  const events = await linesOf(db, 'event', before.eventsTo, Number.MAX_SAFE_INTEGER)
  const looks = await linesOf(db, 'seen', before.seenTo, Number.MAX_SAFE_INTEGER)
  if (events.lines.length + looks.lines.length === 0) return undefined
  const range = { number: before.number + 1, eventsTo: events.last, seenTo: looks.last, at }
  const made = { ...range, hash: await hashOf(before.hash, range, [...events.lines, ...looks.lines]) }
  await db.commit([insertOne(seal, made)])
  return made
}

/** What the seal over this range has to say if nothing in it was touched. */
export async function expectedHash(db: TenantReader, before: Seal, sealed: Seal): Promise<string> {
  const events = await linesOf(db, 'event', before.eventsTo, sealed.eventsTo, MOST_ROWS + 1)
  const looks = await linesOf(db, 'seen', before.seenTo, sealed.seenTo, MOST_ROWS + 1)
  return hashOf(before.hash, sealed, [...events.lines, ...looks.lines])
}

function hashOf(before: string, { number, eventsTo, seenTo, at }: Omit<Seal, 'hash'>, lines: string[]) {
  return sha256([JSON.stringify([before, number, eventsTo, seenTo, at]), ...lines].join('\n'))
}

/** The rows of a log in a range, each as a line of JSON, and the number of the last. */
async function linesOf(
  db: TenantReader,
  table: SealedTable,
  after: number,
  to: number,
  limit = MOST_ROWS,
): Promise<{ lines: string[]; last: number }> {
  const columns = sealedColumns[table]
  const rows = await db.rows<Record<string, string | number | null>>(
    sql`SELECT ${sql.raw(columns.join(', '))} FROM ${sql.raw(table)} WHERE seq > ${after} AND seq <= ${to} ORDER BY seq LIMIT ${limit}`,
  )
  const lines = rows.map(row => JSON.stringify([table, ...columns.map(column => row[column])]))
  return { lines, last: Number(rows.at(-1)?.seq ?? after) }
}

async function isWhole(db: TenantReader, { eventsTo, seenTo }: Seal): Promise<boolean> {
  const { MAX_SAFE_INTEGER: highest } = Number
  const rows =
    await db.rows(sql`SELECT 1 WHERE EXISTS (SELECT 1 FROM event WHERE seq > ${eventsTo} AND seq <= ${highest})
    OR EXISTS (SELECT 1 FROM seen WHERE seq > ${seenTo} AND seq <= ${highest})`)
  return rows.length === 0
}

async function isBeingImported(db: TenantReader): Promise<boolean> {
  const rows = await db.rows(sql`SELECT 1 FROM consumer WHERE name LIKE 'import:%' AND seq = 0`)
  return rows.length > 0
}

/**
 * The region keeps a copy of each jurisdiction's newest seal, and so does the operator's log: a chain that was made anew
 * has others. A copy that is not in the chain stays where it is, for `verifyLogs` to find.
 */
async function copyHead(platform: Platform, db: TenantDb, region: RegionDb, newest: Seal): Promise<void> {
  const [head] = await region.select().from(sealHead).where(eq(sealHead.jurisdiction, db.slug))
  if (head?.number === newest.number && head.hash === newest.hash) return
  const { number, hash, at } = newest
  const about = { region: db.region, jurisdiction: db.slug, number, hash }
  if (head !== undefined) {
    const [same] = await db.select().from(seal).where(eq(seal.number, head.number))
    if (same?.hash !== head.hash) {
      platform.log('error', 'seal-broken', { ...about, expected: head.number })
      return
    }
  }
  await region
    .insert(sealHead)
    .values({ jurisdiction: db.slug, number, hash, at })
    .onConflictDoUpdate({
      target: sealHead.jurisdiction,
      set: { number, hash, at },
      setWhere: sql`excluded.number > ${sealHead.number}`,
    })
  platform.log('info', 'sealed', about)
}
