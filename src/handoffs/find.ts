import { and, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { withAccessLog } from '../audit/access-log.ts'
import { permitted } from '../core/access.ts'
import type { TenantReader } from '../core/database/handles.ts'
import { jsonOf } from '../core/database/json.ts'
import type { FieldError } from '../core/problem.ts'
import { heldAndOpen } from '../requests/schema.ts'
import type { Attempt } from './messages/messages.ts'
import { type HandoffSide, type HandoffState, handoff, handoffSides } from './schema.ts'

export type HandoffRow = typeof handoff.$inferSelect

/** Text by staff of either side is null without the right `notes`. */
export type SeenHandoff = Awaited<ReturnType<typeof handoffsOf>>[number]

export interface HandoffFilter {
  readonly side?: HandoffSide | undefined
  readonly states?: readonly HandoffState[] | undefined
  /** Only those in `declinedOffers`. */
  readonly declined?: true
  readonly after?: HandoffCursor | undefined
  readonly limit: number
}

export interface HandoffCursor {
  readonly offeredAt: number
  readonly id: string
  readonly side: HandoffSide
}

/** A handoff with this jurisdiction on two sides appears twice. */
export async function listHandoffs(db: TenantReader, filter: HandoffFilter): Promise<SeenHandoff[]> {
  const { side, states, declined, after } = filter
  const conditions: (SQL | undefined)[] = [
    permitted(db.access, 'read', sql`${handoff.content} ->> '$.serviceCode'`),
    side && eq(handoff.side, side),
    states && inArray(handoff.state, [...states]),
    declined && declinedOffers,
    after && sql`(offered_at, id, side) < (${after.offeredAt}, ${after.id}, ${after.side})`,
  ]
  const page = <T extends SQLiteSelect>(select: T) =>
    select
      .where(and(...conditions))
      .orderBy(desc(handoff.offeredAt), desc(handoff.id), desc(handoff.side))
      .limit(filter.limit)
  const shown = page(db.select({ number: handoff.caseId }).from(handoff).$dynamic())
  const withText = page(
    db
      .select({ withText: hasText(db).as('with_text') })
      .from(handoff)
      .$dynamic(),
  )
  const notes = sql`EXISTS (SELECT 1 FROM ${withText.as('page')} WHERE with_text)`
  const scope = { view: 'handoff', shown, notes } as const
  const [rows] = await withAccessLog(db, scope)([page(db.select(columnsFor(db)).from(handoff).$dynamic())])
  return rows
}

/** Own offers that nobody took, until someone here acts on the request. */
export const declinedOffers = sql`handoff.side = 'sender' AND handoff.state IN ('refused', 'timed-out', 'kept')
  AND EXISTS (SELECT 1 FROM request WHERE request.id = handoff.request AND ${heldAndOpen})
  AND NOT EXISTS (SELECT 1 FROM event WHERE event.request = handoff.request
    AND event.at > coalesce(handoff.answered_at, handoff.answer_by, handoff.offered_at)
    AND substr(event.actor, 1, instr(event.actor, ':')) IN ('staff:', 'key:', 'client:'))`

/** Not logged: only for a response that logs its request. */
export function handoffsOf(db: TenantReader, request: string) {
  return db
    .select(columnsFor(db))
    .from(handoff)
    .where(eq(handoff.request, request))
    .orderBy(handoff.offeredAt, handoff.id)
}

export function handoffWordsOf(db: TenantReader, request: string): SQL {
  return sql`EXISTS (SELECT 1 FROM handoff WHERE request = ${request} AND ${hasText(db)})`
}

export async function handoffSidesOf(db: TenantReader, id: string): Promise<SeenHandoff[]> {
  const ofIt = eq(handoff.id, id)
  const shown = db.select({ number: handoff.caseId }).from(handoff).where(ofIt)
  const notes = sql`EXISTS (SELECT 1 FROM handoff WHERE id = ${id} AND ${hasText(db)})`
  const scope = { view: 'handoff', shown, notes } as const
  const [rows] = await withAccessLog(db, scope)([db.select(columnsFor(db)).from(handoff).where(ofIt)])
  return rows
}

// In the arbitrator's row, `text` is JSON with the sender's text and all attempts.
const isAppeal = sql`handoff.side = 'arbitrator'`
const ownWords = sql`CASE WHEN ${isAppeal} THEN handoff.text ->> '$.text' ELSE handoff.text END`
const attempts = sql`json_each(CASE WHEN ${isAppeal} THEN handoff.text ELSE '{}' END, '$.tried')`

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
    tried: jsonOf<readonly Attempt[]>(sql`(SELECT json_group_array(${attempt}) FROM ${attempts})`),
  }
}

function hasText(db: TenantReader): SQL {
  const ofAttempts = sql`(SELECT group_concat(value ->> '$.text', '') FROM ${attempts})`
  return sql`(${seesNotes(db)} AND ${ownWords} || coalesce(answer_text, '') || coalesce(${ofAttempts}, '') <> '')`
}

export function writeHandoffCursor(rows: readonly HandoffCursor[], limit: number): string | null {
  const last = rows.at(-1)
  return last === undefined || rows.length < limit ? null : `${last.offeredAt}-${last.id}-${last.side}`
}

export function readHandoffCursor(typed: string): {
  value: HandoffCursor | undefined
  errors: FieldError[]
} {
  if (typed === '') return { value: undefined, errors: [] }
  const [, offeredAt, id, sideName] = /^(\d{1,15})-([0-9A-Z]{1,40})-([a-z]+)$/.exec(typed) ?? []
  const side = handoffSides.find(known => known === sideName)
  if (offeredAt === undefined || id === undefined || side === undefined)
    return { value: undefined, errors: [{ field: 'after', code: 'malformed' }] }
  return { value: { offeredAt: Number(offeredAt), id, side }, errors: [] }
}
