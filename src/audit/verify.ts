import { asc, eq, gt, sql } from 'drizzle-orm'
import type { RegionReader, TenantReader } from '../core/db.ts'
import { sealHead } from './region-schema.ts'
import { seal } from './schema.ts'
import { beforeFirst, expectedHash, type Seal, type SealedTable } from './seal.ts'

/** Where the logs are not as they were sealed. */
export interface Break {
  /**
   * `rows`: a row of the range, or the seal itself, was changed, removed or inserted. `seals`: a seal is missing or too
   * many. `cut-off`: the chain ends before the seal that the region knows. `made-anew`: the region knows another seal of
   * that number. `no-head`: the region knows none. `misplaced`: a row stands where none is ever written, at a number below 1
   * or too large to be counted.
   */
  readonly what: 'rows' | 'seals' | 'cut-off' | 'made-anew' | 'no-head' | 'misplaced'
  readonly seal: number
  /** Rows of `event` and of `seen`, first and last; null: none. */
  readonly events: Range | null
  readonly seen: Range | null
  /** When it was sealed, milliseconds. */
  readonly at: number
}

export interface Range {
  readonly from: number
  readonly to: number
}

export interface Verified {
  /** Seals that were found as they should be. */
  readonly seals: number
  /** The newest of them: what to compare with a copy kept elsewhere. */
  readonly head: { readonly number: number; readonly hash: string; readonly at: number } | null
  /** Rows that no seal covers yet. */
  readonly unsealed: { readonly events: number; readonly seen: number }
  readonly broken: Break | null
}

const PAGE = 500

/**
 * Goes through the chain from where the logs begin to its end, or to the first break. Reads one range after the other, so
 * that its memory is bounded however long they are.
 */
export async function verifyLogs(db: TenantReader, region: RegionReader): Promise<Verified> {
  // First: the job copies a seal only after it was made.
  const headBefore = await headOf(region, db.slug)
  let last = beforeFirst(db)
  // No seal's range reaches there.
  const [events, seen] = [await misplacedIn(db, 'event'), await misplacedIn(db, 'seen')]
  if (events !== null || seen !== null)
    return verdict(db, last, { what: 'misplaced', seal: 0, events, seen, at: 0 })
  let wanted: Seal | undefined
  for await (const next of sealsOf(db)) {
    if (next.number !== last.number + 1) return verdict(db, last, broken('seals', last, next))
    if ((await expectedHash(db, last, next)) !== next.hash)
      return verdict(db, last, broken('rows', last, next))
    last = next
    if (next.number === headBefore?.number) wanted = next
  }
  if (last.number === 0 && headBefore === undefined) return verdict(db, last, null)
  const head = headBefore ?? (await headOf(region, db.slug))
  if (head === undefined) return verdict(db, last, broken('no-head', last, last))
  if (head.number > last.number) return verdict(db, last, broken('cut-off', last, { ...last, ...head }))
  const isSame = headBefore === undefined || wanted?.hash === head.hash
  return verdict(db, last, isSame ? null : broken('made-anew', last, { ...last, ...head }))
}

/** The numbers, as near as they can be written here, of rows before and behind all that can be. */
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

function broken(what: Break['what'], before: Seal, { number, eventsTo, seenTo, at }: Seal): Break {
  return {
    what,
    seal: number,
    events: rangeOf(before.eventsTo, eventsTo),
    seen: rangeOf(before.seenTo, seenTo),
    at,
  }
}

function rangeOf(after: number, to: number): Range | null {
  return to > after ? { from: after + 1, to } : null
}

async function verdict(db: TenantReader, last: Seal, found: Break | null): Promise<Verified> {
  const [unsealed] = await db.rows<{ events: number; seen: number }>(
    sql`SELECT (SELECT count(*) FROM event WHERE seq > ${last.eventsTo}) AS events,
      (SELECT count(*) FROM seen WHERE seq > ${last.seenTo}) AS seen`,
  )
  const { number, hash, at } = last
  return {
    seals: number,
    head: number === 0 ? null : { number, hash, at },
    unsealed: { events: unsealed?.events ?? 0, seen: unsealed?.seen ?? 0 },
    broken: found,
  }
}
