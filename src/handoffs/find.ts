import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { seeing } from '../audit/seen.ts'
import { permitted } from '../core/access.ts'
import type { TenantReader } from '../core/db.ts'
import type { FieldFault } from '../core/problem.ts'
import { type HandoffSide, type HandoffState, handoff, handoffSides } from './schema.ts'

export type HandoffRow = typeof handoff.$inferSelect

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
export async function listHandoffs(db: TenantReader, filter: HandoffFilter): Promise<HandoffRow[]> {
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
  const [rows] = await seeing(db, { view: 'handoff', shown })([page(db.select().from(handoff).$dynamic())])
  return rows
}

/**
 * Every handoff that a request came or went by, oldest first. A part of its request's answer, which `wholeCase` notes; never
 * shown without it.
 */
export function handoffsOf(db: TenantReader, request: string) {
  return db.select().from(handoff).where(eq(handoff.request, request)).orderBy(handoff.offeredAt, handoff.id)
}

/** Each side of a handoff that this jurisdiction is on; none if it has no part in it. Noted. */
export async function handoffSidesOf(db: TenantReader, id: string): Promise<HandoffRow[]> {
  const ofIt = eq(handoff.id, id)
  const shown = db.select({ number: handoff.caseId }).from(handoff).where(ofIt)
  const [rows] = await seeing(db, { view: 'handoff', shown })([db.select().from(handoff).where(ofIt)])
  return rows
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
