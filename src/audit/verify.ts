import { asc, eq, gt, sql } from 'drizzle-orm'
import { type RegionReader, SEAL, type TenantReader } from '../core/database/handles.ts'
import { asProblem } from '../core/problem.ts'
import { anchorsOf, newestAnchor, restorationsOf } from './anchors.ts'
import { sealHead } from './region-schema.ts'
import { seal } from './schema.ts'
import { beforeFirst, expectedHash, type Seal, type SealedTable } from './seal.ts'
import { type BrokenRow, verifyRows } from './verify-rows.ts'

export interface Break {
  /**
   * `rows`: a row in the range, or the seal itself, was changed. `seals`: a seal is missing or superfluous.
   * `cut-off`: the chain ends before the seal that the region knows. `made-anew`: the region knows another
   * seal of that number. `no-head`: it knows none. `no-seals`: there are rows, and no job to seal them.
   * `misplaced`: a row number is below 1 or too large to be counted. `damaged`: the file or an index is
   * corrupt.
   */
  readonly what:
    | 'rows'
    | 'seals'
    | 'cut-off'
    | 'made-anew'
    | 'no-head'
    | 'no-seals'
    | 'misplaced'
    | 'damaged'
    | BrokenRow['what']
  readonly seal: number
  readonly events: Range | null
  readonly accessLog: Range | null
  readonly at: number
  readonly table?: string
  readonly row?: string
}

export interface Range {
  readonly from: number
  readonly to: number
}

export interface Verified {
  readonly seals: number
  /** The newest valid seal, for comparison with an external copy. */
  readonly head: { readonly number: number; readonly hash: string; readonly at: number } | null
  readonly unsealed: { readonly events: number; readonly accessLog: number }
  /** Covered rows changed since they were sealed, with an explanation in the log. */
  readonly changed: number
  /** The database was restored from a backup: seals after `seal`, up to `before`, were lost. */
  readonly restored: readonly { readonly at: number; readonly seal: number; readonly before: number }[]
  readonly broken: Break | null
}

const PAGE = 500

const damaged: Verified = {
  seals: 0,
  head: null,
  unsealed: { events: 0, accessLog: 0 },
  changed: 0,
  restored: [],
  broken: { what: 'damaged', seal: 0, events: null, accessLog: null, at: 0 },
}

/** Verifies the chain up to its first break, then the rows it covers. Memory is bounded: one range at a time. */
export async function verifyLogs(db: TenantReader, region: RegionReader): Promise<Verified> {
  const verified = await verifyAll(db, region)
  const restored = (await restorationsOf(region, db.slug)).map(({ at, seal, before }) => ({
    at,
    seal,
    before,
  }))
  return { ...verified, restored }
}

async function verifyAll(db: TenantReader, region: RegionReader): Promise<Omit<Verified, 'restored'>> {
  // Read these before the chain: seals are copied only after they are made, so the chain must contain them.
  const headBefore = await headOf(region, db.slug)
  const anchoredTo = await newestAnchor(region)
  const first = beforeFirst(db)
  // Check this before running other queries: a corrupt index gives wrong results.
  if (await isDamaged(db)) return damaged
  // No seal's range includes such rows.
  const [events, accessLog] = [await misplacedIn(db, 'event'), await misplacedIn(db, 'access_log')]
  if (events !== null || accessLog !== null)
    return verdict(db, first, { what: 'misplaced', seal: 0, events, accessLog, at: 0 })
  const { last, found } = await verifyChain(db, region, headBefore, anchoredTo)
  if (found !== null) return verdict(db, last, found)
  const { changed, broken: row } = await verifyRows(db)
  return verdict(db, last, row && { ...broken('rows', last, last), ...row }, changed)
}

export async function isDamaged(db: Pick<TenantReader, 'rows'>): Promise<boolean> {
  try {
    const rows = await db.rows<{ integrity_check: string }>(sql`PRAGMA integrity_check(1)`)
    return rows.length !== 1 || rows[0]?.integrity_check !== 'ok'
  } catch (error) {
    if (isCorrupt(error)) return true
    throw error
  }
}

function isCorrupt(error: unknown): boolean {
  const { cause } = asProblem(error)
  return (
    cause instanceof Error &&
    /SQLITE_(CORRUPT|NOTADB)|malformed/.test(`${'code' in cause ? cause.code : ''} ${cause.message}`)
  )
}

async function verifyChain(
  db: TenantReader,
  region: RegionReader,
  headBefore: Awaited<ReturnType<typeof headOf>>,
  anchoredTo: number,
): Promise<{ last: Seal; found: Break | null }> {
  let last = beforeFirst(db)
  let expected: Seal | undefined
  const anchors = anchorsOf(region, db.slug, anchoredTo)
  let anchor = (await anchors.next()).value
  for await (const next of sealsOf(db)) {
    if (next.number !== last.number + 1) return { last, found: broken('seals', last, next) }
    if ((await expectedHash(db, last, next)) !== next.hash) return { last, found: broken('rows', last, next) }
    last = next
    if (next.number === headBefore?.number) expected = next
    if (next.number !== anchor?.number) continue
    if (next.hash !== anchor.hash) return { last, found: broken('made-anew', last, next) }
    anchor = (await anchors.next()).value
  }
  if (headBefore !== undefined && headBefore.number > last.number)
    return { last, found: broken('cut-off', last, { ...last, ...headBefore }) }
  if (anchor !== undefined)
    return { last, found: broken('cut-off', last, { ...last, number: anchor.number }) }
  if (last.number === 0 && headBefore === undefined)
    return { last, found: (await isForgotten(db)) ? broken('no-seals', last, last) : null }
  const head = headBefore ?? (await headOf(region, db.slug))
  if (head === undefined) return { last, found: broken('no-head', last, last) }
  const isSame = headBefore === undefined || expected?.hash === head.hash
  return { last, found: isSame ? null : broken('made-anew', last, { ...last, ...head }) }
}

// The seal job is queued from the first row until all rows are sealed.
async function isForgotten(db: TenantReader): Promise<boolean> {
  const rows = await db.rows(
    sql`SELECT 1 WHERE (EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM access_log) OR EXISTS (SELECT 1 FROM row_digest))
      AND NOT EXISTS (SELECT 1 FROM job WHERE key = ${SEAL})`,
  )
  return rows.length > 0
}

// Rows with impossible numbers, clamped to safe integers.
async function misplacedIn(db: TenantReader, table: SealedTable): Promise<Range | null> {
  const { MAX_SAFE_INTEGER: most } = Number
  const [found] = await db.rows<{ from: number | null; to: number | null }>(
    sql`SELECT max(min(seq), ${-most}) AS "from", min(max(seq), ${most}) AS "to" FROM ${sql.raw(table)}
      WHERE seq < 1 OR seq > ${most}`,
  )
  return typeof found?.from === 'number' && typeof found.to === 'number'
    ? { from: found.from, to: found.to }
    : null
}

async function headOf(region: RegionReader, jurisdiction: string) {
  const [head] = await region.select().from(sealHead).where(eq(sealHead.jurisdiction, jurisdiction))
  return head
}

async function* sealsOf(db: TenantReader): AsyncGenerator<Seal> {
  for (let last = Number.MIN_SAFE_INTEGER; ; ) {
    const page = await db
      .select()
      .from(seal)
      .where(gt(seal.number, last))
      .orderBy(asc(seal.number))
      .limit(PAGE)
    yield* page
    if (page.length < PAGE) return
    last = page.at(-1)?.number ?? last
  }
}

function broken(what: Break['what'], before: Seal, { number, eventsTo, accessLogTo, at }: Seal): Break {
  return {
    what,
    seal: number,
    events: rangeOf(before.eventsTo, eventsTo),
    accessLog: rangeOf(before.accessLogTo, accessLogTo),
    at,
  }
}

function rangeOf(after: number, to: number): Range | null {
  return to > after ? { from: after + 1, to } : null
}

async function verdict(
  db: TenantReader,
  last: Seal,
  found: Break | null,
  changed = 0,
): Promise<Omit<Verified, 'restored'>> {
  const [unsealed] = await db.rows<{ events: number; accessLog: number }>(
    sql`SELECT (SELECT count(*) FROM event WHERE seq > ${last.eventsTo}) AS events,
      (SELECT count(*) FROM access_log WHERE seq > ${last.accessLogTo}) AS "accessLog"`,
  )
  const { number, hash, at } = last
  return {
    seals: number,
    head: number === 0 ? null : { number, hash, at },
    unsealed: { events: unsealed?.events ?? 0, accessLog: unsealed?.accessLog ?? 0 },
    changed,
    broken: found,
  }
}
