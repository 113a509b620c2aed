import { desc, eq, sql } from 'drizzle-orm'
import {
  insertOne,
  openRegion,
  type RegionDb,
  SEAL,
  type TenantDb,
  type TenantReader,
  violates,
} from '../core/database/handles.ts'
import { defineJob, jobKind } from '../core/database/jobs.ts'
import { sha256 } from '../core/encryption/digest.ts'
import type { Platform } from '../platform/platform.ts'
import { appendAnchor } from './anchors.ts'
import { sealHead } from './region-schema.ts'
import { changesOf, digestSteps } from './rows.ts'
import { seal } from './schema.ts'

// A chain of hashes over both logs and over the digests of covered rows. Each seal covers a bounded number of
// rows and includes the previous hash, so that none can be changed alone. Triggers enqueue the job half a
// minute after an entry.

export type Seal = typeof seal.$inferSelect

// Part of the format: a chain sealed with a larger limit does not verify.
const MAX_ROWS = 500
const MAX_DIGESTS = 600
// Seals per run: the job's lease lasts half a minute.
const MAX_SEALS_PER_RUN = 40
const MINUTE = 60_000

// Part of the format: never change the columns or their order.
const sealedColumns = {
  event: ['seq', 'request', 'type', 'actor', 'at', 'public', 'payload', 'source', 'source_seq'],
  access_log: ['seq', 'actor', 'at', 'view', 'requests', 'fields'],
  row_digest: ['seq', 'table_name', 'row_id', 'digest', 'event'],
} as const
export type SealedTable = keyof typeof sealedColumns
// Part of the format: the access log was called `seen` when the first chains were made.
const lineNames = { event: 'event', access_log: 'seen', row_digest: 'row_digest' } as const

export const sealJob = defineJob(jobKind(SEAL), {
  async tenant(platform, db) {
    const now = platform.clock.now()
    // The import brings its own seals; the chain continues after them.
    if (await isBeingImported(db)) return now + MINUTE
    let last = await lastSeal(db)
    for (let made = 0; made < MAX_SEALS_PER_RUN; made++) {
      const next = await sealAfter(db, last, now)
      if (next === undefined) break
      last = next
    }
    if (last.number > 0)
      await copyHead(platform, db, openRegion(platform, { kind: 'system', reason: SEAL }, db.region), last)
    return (await isWhole(db, last)) ? undefined : now
  },
})

export function beforeFirst({ region, slug }: TenantReader): Seal {
  return { number: 0, eventsTo: 0, accessLogTo: 0, digestsTo: 0, hash: `${region}/${slug}`, at: 0 }
}

async function lastSeal(db: TenantReader): Promise<Seal> {
  const [last] = await db.select().from(seal).orderBy(desc(seal.number)).limit(1)
  return last ?? beforeFirst(db)
}

async function sealAfter(db: TenantDb, before: Seal, at: number): Promise<Seal | undefined> {
  const events = await linesOf(db, 'event', before.eventsTo, Number.MAX_SAFE_INTEGER)
  const accessLog = await linesOf(db, 'access_log', before.accessLogTo, Number.MAX_SAFE_INTEGER)
  const changes = await changesOf(db)
  const digests = changes.digests.map(({ table, row, digest, event }, index) =>
    JSON.stringify(['row_digest', before.digestsTo + index + 1, table, row, digest, event]),
  )
  const lines = [...events.lines, ...accessLog.lines, ...digests]
  const steps = digestSteps(changes, before.digestsTo)
  if (lines.length === 0) {
    if (steps.length > 0) await db.commit(steps)
    return undefined
  }
  const digestsTo = before.digestsTo + digests.length
  const range = {
    number: before.number + 1,
    eventsTo: events.last,
    accessLogTo: accessLog.last,
    digestsTo,
    at,
  }
  const made = { ...range, hash: await hashOf(before.hash, range, lines) }
  await db.commit([...steps, insertOne(seal, made)])
  return made
}

const RETRY_MILLISECONDS = 50
const MAX_RETRIES = 100

/** Seals everything before a database is moved. Safe while a server is sealing at the same time. */
export async function sealNow(platform: Platform, db: TenantDb): Promise<void> {
  for (let failed = 0; ; ) {
    const last = await lastSeal(db)
    try {
      const next = await sealAfter(db, last, platform.clock.now())
      if (next === undefined && (await isWhole(db, last))) return
    } catch (error) {
      // Another process made this seal first.
      const isMade = violates(error, 'seal.number') || violates(error, 'row_digest.seq')
      if (!isMade || ++failed > MAX_RETRIES) throw error
      await new Promise(resolve => setTimeout(resolve, RETRY_MILLISECONDS))
    }
  }
}

export async function expectedHash(db: TenantReader, before: Seal, next: Seal): Promise<string> {
  const limit = MAX_ROWS + 1
  const events = await linesOf(db, 'event', before.eventsTo, next.eventsTo, limit)
  const accessLog = await linesOf(db, 'access_log', before.accessLogTo, next.accessLogTo, limit)
  const digests = await linesOf(db, 'row_digest', before.digestsTo, next.digestsTo, MAX_DIGESTS + 1)
  return hashOf(before.hash, next, [...events.lines, ...accessLog.lines, ...digests.lines])
}

function hashOf(before: string, range: Omit<Seal, 'hash'>, lines: string[]) {
  const { number, eventsTo, accessLogTo, digestsTo, at } = range
  // Leave out 0, so that seals older than digests still verify.
  const head = [before, number, eventsTo, accessLogTo, at, ...(digestsTo === 0 ? [] : [digestsTo])]
  return sha256([JSON.stringify(head), ...lines].join('\n'))
}

async function linesOf(
  db: TenantReader,
  table: SealedTable,
  after: number,
  to: number,
  limit = MAX_ROWS,
): Promise<{ lines: string[]; last: number }> {
  const columns = sealedColumns[table]
  const rows = await db.rows<Record<string, string | number | null>>(
    sql`SELECT ${sql.raw(columns.join(', '))} FROM ${sql.raw(table)} WHERE seq > ${after} AND seq <= ${to} ORDER BY seq LIMIT ${limit}`,
  )
  const lines = rows.map(row => JSON.stringify([lineNames[table], ...columns.map(column => row[column])]))
  return { lines, last: Number(rows.at(-1)?.seq ?? after) }
}

async function isWhole(db: TenantReader, { eventsTo, accessLogTo }: Seal): Promise<boolean> {
  const { MAX_SAFE_INTEGER: highest } = Number
  const rows =
    await db.rows(sql`SELECT 1 WHERE EXISTS (SELECT 1 FROM event WHERE seq > ${eventsTo} AND seq <= ${highest})
    OR EXISTS (SELECT 1 FROM access_log WHERE seq > ${accessLogTo} AND seq <= ${highest}) OR EXISTS (SELECT 1 FROM changed_row)`)
  return rows.length === 0
}

export async function isBeingImported(db: TenantReader): Promise<boolean> {
  const rows = await db.rows(sql`SELECT 1 FROM consumer WHERE name LIKE 'import:%' AND seq <> 1`)
  return rows.length > 0
}

export async function isImported(db: TenantReader): Promise<boolean> {
  return (await db.rows(sql`SELECT 1 FROM consumer WHERE name LIKE 'import:%'`)).length > 0
}

// Copies the newest seal to the region's database and to the log, which a rebuilt chain would contradict. A
// copy that the chain does not contain is left in place for `verifyLogs` to find.
async function copyHead(platform: Platform, db: TenantDb, region: RegionDb, newest: Seal): Promise<void> {
  const [head] = await region.select().from(sealHead).where(eq(sealHead.jurisdiction, db.slug))
  const { number, hash, at } = newest
  const about = { region: db.region, jurisdiction: db.slug, number, hash }
  if (head !== undefined && (head.number !== number || head.hash !== hash)) {
    const [same] = await db.select().from(seal).where(eq(seal.number, head.number))
    if (same?.hash !== head.hash) {
      platform.log('error', 'seal-broken', { ...about, expected: head.number })
      return
    }
  }
  if (head?.number !== number) {
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
  await appendAnchor(platform, region, db.slug, newest)
}

export async function recordNewestSeal(platform: Platform, db: TenantDb, region: RegionDb): Promise<void> {
  const last = await lastSeal(db)
  if (last.number > 0) await copyHead(platform, db, region, last)
}
