import { and, asc, desc, eq, gt, lte, sql } from 'drizzle-orm'
import type { RegionDb, RegionReader, TenantReader } from '../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind, LONG_RETRY } from '../core/database/jobs.ts'
import { consumer } from '../core/database/schema.ts'
import { sha256 } from '../core/encryption/digest.ts'
import type { Platform } from '../platform/platform.ts'
import { isSandbox } from '../regions/documents/sandbox.ts'
import { sealAnchor } from './region-schema.ts'
import { seal } from './schema.ts'
import type { Seal } from './seal.ts'

// About once an hour the newest seal of each jurisdiction joins a chain of the region's own, which is copied
// to where the operator of the databases cannot change it (docs/audit.md).

export type Anchor = typeof sealAnchor.$inferSelect

const ANCHOR = 'audit-anchor'
export const anchorKind = jobKind(ANCHOR)
const HOUR = 3_600_000
const TRIES = 3
const BATCH = 100

/** Appends a jurisdiction's newest seal to the region's chain, unless one was appended within the last hour. */
export async function appendAnchor(
  platform: Platform,
  region: RegionDb,
  jurisdiction: string,
  newest: Pick<Seal, 'number' | 'hash'>,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const at = platform.clock.now()
    const [[own], [last]] = await region.together([
      region
        .select()
        .from(sealAnchor)
        .where(eq(sealAnchor.jurisdiction, jurisdiction))
        .orderBy(desc(sealAnchor.number))
        .limit(1),
      region.select().from(sealAnchor).orderBy(desc(sealAnchor.number)).limit(1),
    ])
    if (own !== undefined && (own.at > at - HOUR || own.seal >= newest.number)) return
    const before = last ?? beforeFirst(region.region)
    const row = { number: before.number + 1, jurisdiction, seal: newest.number, sealHash: newest.hash, at }
    const hash = await hashOf(before.hash, row)
    const [added] = await region.commit([
      sql`INSERT INTO seal_anchor (number, jurisdiction, seal, seal_hash, at, hash)
        SELECT ${row.number}, ${jurisdiction}, ${row.seal}, ${row.sealHash}, ${at}, ${hash}
        WHERE (SELECT coalesce(max(number), 0) FROM seal_anchor) = ${before.number}`,
      ...(platform.anchors === undefined || isSandbox(region.region) ? [] : [enqueueJob(anchorKind, at)]),
    ])
    if (added?.rowsAffected === 1) return
  }
}

/**
 * After a restore: the newest seal that was known, then the earlier one from which the chain goes on. A line
 * whose seal is earlier than the line before says just that, here and in every copy.
 */
export async function appendRestoration(
  platform: Platform,
  region: RegionDb,
  jurisdiction: string,
  seals: readonly Pick<Seal, 'number' | 'hash'>[],
): Promise<void> {
  const at = platform.clock.now()
  const [last] = await region.select().from(sealAnchor).orderBy(desc(sealAnchor.number)).limit(1)
  let before = last ?? beforeFirst(region.region)
  const lines: Anchor[] = []
  for (const { number, hash } of seals) {
    const line = { number: before.number + 1, jurisdiction, seal: number, sealHash: hash, at }
    lines.push({ ...line, hash: await hashOf(before.hash, line) })
    before = lines.at(-1) ?? before
  }
  await region.commit([
    region.insert(sealAnchor).values(lines),
    ...(platform.anchors === undefined ? [] : [enqueueJob(anchorKind, at)]),
  ])
}

export interface Restoration {
  readonly number: number
  readonly seal: number
  /** The newest seal before. */
  readonly before: number
  readonly at: number
}

/** Restores of a jurisdiction, oldest first: its chain went on from an earlier seal. */
export function restorationsOf(region: RegionReader, jurisdiction: string): Promise<Restoration[]> {
  return region.rows<Restoration>(
    sql`SELECT number, seal, before, at FROM (SELECT number, seal, at, lag(seal) OVER (ORDER BY number) AS before
      FROM seal_anchor WHERE jurisdiction = ${jurisdiction}) WHERE before > seal ORDER BY number`,
  )
}

/** Whether the seal of an anchor is no longer a part of the chain, because of a restore after it. */
export function isUndone(
  { number, seal, at }: Pick<Anchor, 'number' | 'seal' | 'at'>,
  restorations: readonly Restoration[],
): boolean {
  const isEarlier = (other: Restoration) => at < other.at || (at === other.at && number < other.number)
  return seal === 0 || restorations.some(each => isEarlier(each) && each.seal <= seal)
}

function beforeFirst(region: string): Pick<Anchor, 'number' | 'hash'> {
  return { number: 0, hash: region }
}

function hashOf(
  before: string,
  { number, jurisdiction, seal, sealHash, at }: Omit<Anchor, 'hash'>,
): Promise<string> {
  return sha256(JSON.stringify([before, number, jurisdiction, seal, sealHash, at]))
}

/** Copies new anchors to the operator's store. Delivery is at least once: the same anchors may be sent again. */
export const anchorJob = defineJob(anchorKind, {
  retryPolicy: LONG_RETRY,
  async region(platform, region) {
    if (platform.anchors === undefined) return undefined
    for (;;) {
      const [sent] = await region.select().from(consumer).where(eq(consumer.name, ANCHOR))
      const rows = await region
        .select()
        .from(sealAnchor)
        .where(gt(sealAnchor.number, sent?.seq ?? 0))
        .orderBy(asc(sealAnchor.number))
        .limit(BATCH)
      const last = rows.at(-1)
      if (last === undefined) return undefined
      await platform.anchors.keep(rows.map(row => JSON.stringify({ region: region.region, ...row })))
      await region.commit([
        sql`INSERT INTO consumer (name, seq) VALUES (${ANCHOR}, ${last.number})
          ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
      ])
    }
  },
})

/** Whether copies wait because the last try to keep them elsewhere failed. */
export async function isCopyingFailing(region: RegionReader): Promise<boolean> {
  const [row] = await region.rows(sql`SELECT 1 FROM job WHERE kind = ${ANCHOR} AND attempts > 0 LIMIT 1`)
  return row !== undefined
}

export interface VerifiedAnchors {
  readonly anchors: number
  /** Number of the first anchor that is missing, changed or superfluous; null if none is. */
  readonly broken: number | null
}

const PAGE = 500

export async function verifyAnchors(region: RegionReader): Promise<VerifiedAnchors> {
  let last = beforeFirst(region.region)
  for (;;) {
    const page = await region
      .select()
      .from(sealAnchor)
      .where(last.number === 0 ? undefined : gt(sealAnchor.number, last.number))
      .orderBy(asc(sealAnchor.number))
      .limit(PAGE)
    for (const row of page) {
      const isNext = row.number === last.number + 1 && row.hash === (await hashOf(last.hash, row))
      if (!isNext) return { anchors: last.number, broken: row.number }
      last = row
    }
    if (page.length < PAGE) return { anchors: last.number, broken: null }
  }
}

/** Read this before reading seals, and compare only up to it: later anchors may belong to seals not yet read. */
export async function newestAnchor(region: RegionReader): Promise<number> {
  const [last] = await region.select().from(sealAnchor).orderBy(desc(sealAnchor.number)).limit(1)
  return last?.number ?? 0
}

/** When this region's chain begins; never, if it has not begun. */
export async function firstAnchorAt(region: RegionReader): Promise<number> {
  const [first] = await region.select().from(sealAnchor).orderBy(asc(sealAnchor.number)).limit(1)
  return first?.at ?? Number.POSITIVE_INFINITY
}

export async function* anchorsOf(
  region: RegionReader,
  jurisdiction: string,
  upTo: number,
): AsyncGenerator<{ readonly number: number; readonly hash: string }> {
  const restorations = await restorationsOf(region, jurisdiction)
  for (let after = 0; ; ) {
    const page = await region
      .select()
      .from(sealAnchor)
      .where(
        and(
          eq(sealAnchor.jurisdiction, jurisdiction),
          gt(sealAnchor.number, after),
          lte(sealAnchor.number, upTo),
        ),
      )
      .orderBy(asc(sealAnchor.number))
      .limit(PAGE)
    for (const anchor of page)
      if (!isUndone(anchor, restorations)) yield { number: anchor.seal, hash: anchor.sealHash }
    if (page.length < PAGE) return
    after = page.at(-1)?.number ?? after
  }
}

/** The first line of an external copy whose seal is missing or different in this jurisdiction's chain. */
export async function firstUnlike(
  db: TenantReader,
  expected: readonly Pick<Anchor, 'seal' | 'sealHash' | 'at'>[],
): Promise<Pick<Anchor, 'seal' | 'at'> | undefined> {
  const numbers = JSON.stringify(expected.map(({ seal }) => seal))
  const found = await db
    .select({ number: seal.number, hash: seal.hash })
    .from(seal)
    .where(sql`${seal.number} IN (SELECT value FROM json_each(${numbers}))`)
  const stored = new Map(found.map(({ number, hash }) => [number, hash]))
  return expected.find(({ seal, sealHash }) => stored.get(seal) !== sealHash)
}

export async function firstUnlikeAnchor(
  region: RegionReader,
  expected: readonly Pick<Anchor, 'number' | 'hash'>[],
): Promise<number | undefined> {
  const numbers = JSON.stringify(expected.map(({ number }) => number))
  const found = await region
    .select({ number: sealAnchor.number, hash: sealAnchor.hash })
    .from(sealAnchor)
    .where(sql`${sealAnchor.number} IN (SELECT value FROM json_each(${numbers}))`)
  const stored = new Map(found.map(({ number, hash }) => [number, hash]))
  return expected.find(({ number, hash }) => stored.get(number) !== hash)?.number
}
