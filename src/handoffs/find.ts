import { and, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { seeing } from '../audit/seen.ts'
import { permitted } from '../core/access.ts'
import type { TenantReader } from '../core/db.ts'
import type { FieldFault } from '../core/problem.ts'
import type { Attempt } from './messages.ts'
import { type HandoffSide, type HandoffState, handoff, handoffSides } from './schema.ts'

export type HandoffRow = typeof handoff.$inferSelect

/** One side of a handoff as this access may see it: what was written on it, by either side, is null without `notes`. */
export type SeenHandoff = Awaited<ReturnType<typeof handoffsOf>>[number]

export interface HandoffFilter {
  readonly side?: HandoffSide | undefined
  readonly states?: readonly HandoffState[] | undefined
  /** Continue after this one (keyset paging). */
  readonly after?: HandoffCursor | undefined
  readonly limit: number
}

export interface HandoffCursor {
  readonly offeredAt: number
  readonly id: string
  readonly side: HandoffSide
}

/** This jurisdiction's side of its handoffs, newest first. One that it is on two sides of is there twice. One round trip, and noted. */
export async function listHandoffs(db: TenantReader, filter: HandoffFilter): Promise<SeenHandoff[]> {
  const { side, states, after } = filter
  const conditions: (SQL | undefined)[] = [
    permitted(db.access, 'read', sql`${handoff.content} ->> '$.serviceCode'`),
    side && eq(handoff.side, side),
    states && inArray(handoff.state, [...states]),
    after && sql`(offered_at, id, side) < (${after.offeredAt}, ${after.id}, ${after.side})`,
  ]
  const page = <T extends SQLiteSelect>(select: T) =>
    select
      .where(and(...conditions))
      .orderBy(desc(handoff.offeredAt), desc(handoff.id), desc(handoff.side))
      .limit(filter.limit)
  const shown = page(db.select({ number: handoff.caseId }).from(handoff).$dynamic())
  const worded = page(
    db
      .select({ worded: isWorded(db).as('worded') })
      .from(handoff)
      .$dynamic(),
  )
  const notes = sql`EXISTS (SELECT 1 FROM ${worded.as('page')} WHERE worded)`
  const look = { view: 'handoff', shown, notes } as const
  const [rows] = await seeing(db, look)([page(db.select(columnsFor(db)).from(handoff).$dynamic())])
  return rows
}

/**
 * Every handoff that a request came or went by, oldest first. A part of its request's answer, which `wholeCase` notes; never
 * shown without it.
 */
export function handoffsOf(db: TenantReader, request: string) {
  return db
    .select(columnsFor(db))
    .from(handoff)
    .where(eq(handoff.request, request))
    .orderBy(handoff.offeredAt, handoff.id)
}

/** The condition that those show what staff wrote. */
export function handoffWordsOf(db: TenantReader, request: string): SQL {
  return sql`EXISTS (SELECT 1 FROM handoff WHERE request = ${request} AND ${isWorded(db)})`
}

/** Each side of a handoff that this jurisdiction is on; none if it has no part in it. Noted. */
export async function handoffSidesOf(db: TenantReader, id: string): Promise<SeenHandoff[]> {
  const ofIt = eq(handoff.id, id)
  const shown = db.select({ number: handoff.caseId }).from(handoff).where(ofIt)
  const notes = sql`EXISTS (SELECT 1 FROM handoff WHERE id = ${id} AND ${isWorded(db)})`
  const look = { view: 'handoff', shown, notes } as const
  const [rows] = await seeing(db, look)([db.select(columnsFor(db)).from(handoff).where(ofIt)])
  return rows
}

// The arbitrator's row carries, with the sender's words, everything that was tried.
const isAppeal = sql`handoff.side = 'arbitrator'`
const ownWords = sql`CASE WHEN ${isAppeal} THEN handoff.text ->> '$.text' ELSE handoff.text END`
const attempts = sql`json_each(CASE WHEN ${isAppeal} THEN handoff.text ELSE '{}' END, '$.tried')`

/** What is written on a handoff is for whoever may see notes, as it is in the log. */
function seesNotes({ access }: TenantReader): SQL {
  return permitted(access, 'notes', sql`handoff.content ->> '$.serviceCode'`)
}

function columnsFor(db: TenantReader) {
  const seen = (words: SQL) => sql<string | null>`CASE WHEN ${seesNotes(db)} THEN ${words} END`
  const attempt = sql`json_set(value, '$.text', ${seen(sql`coalesce(value ->> '$.text', '')`)})`
  return {
    ...getTableColumns(handoff),
    text: seen(ownWords),
    answered: sql<boolean>`answer_text IS NOT NULL OR answer_reason IS NOT NULL`.mapWith(Boolean),
    answerText: seen(sql`coalesce(answer_text, '')`),
    tried: sql`(SELECT json_group_array(${attempt}) FROM ${attempts})`.mapWith(
      tried => JSON.parse(tried) as readonly Attempt[],
    ),
  }
}

/** The condition, of a row, that it shows words. */
function isWorded(db: TenantReader): SQL {
  const ofAttempts = sql`(SELECT group_concat(value ->> '$.text', '') FROM ${attempts})`
  return sql`(${seesNotes(db)} AND ${ownWords} || coalesce(answer_text, '') || coalesce(${ofAttempts}, '') <> '')`
}

/** Where the next page begins. Null after the last page. */
export function writeHandoffCursor(rows: readonly HandoffCursor[], limit: number): string | null {
  const last = rows.at(-1)
  return last === undefined || rows.length < limit ? null : `${last.offeredAt}-${last.id}-${last.side}`
}

export function readHandoffCursor(typed: string): {
  value: HandoffCursor | undefined
  faults: FieldFault[]
} {
  if (typed === '') return { value: undefined, faults: [] }
  const [, offeredAt, id, sideName] = /^(\d{1,15})-([0-9A-Z]{1,40})-([a-z]+)$/.exec(typed) ?? []
  const side = handoffSides.find(known => known === sideName)
  if (offeredAt === undefined || id === undefined || side === undefined)
    return { value: undefined, faults: [{ field: 'after', code: 'malformed' }] }
  return { value: { offeredAt: Number(offeredAt), id, side }, faults: [] }
}
