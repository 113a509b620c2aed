import { asc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Reader, TenantDb, TenantReader } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import { type Details, openPerson } from '../requests/person.ts'
import { person } from '../requests/schema.ts'
import { COURIER, type Message } from './messages.ts'
import type { Envelope } from './receive.ts'
import { message } from './schema.ts'

export type MessageRow = typeof message.$inferSelect

/** Messages of a case to one receiver go in order: this one is the first that has not arrived. */
const isNext = sql`delivered_at IS NULL AND parked_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM message AS earlier WHERE earlier.receiver = message.receiver AND earlier.case_id = message.case_id
    AND earlier.seq < message.seq AND earlier.delivered_at IS NULL)`

/** What may go now, oldest first. */
export function dueMessages(db: Reader, now: number, limit: number): Promise<MessageRow[]> {
  return db
    .select()
    .from(message)
    .where(sql`due_at <= ${now} AND ${isNext}`)
    .orderBy(message.seq)
    .limit(limit)
}

/** When the next one may go, if any waits. */
export async function nextDue(db: Reader): Promise<number | undefined> {
  const [row] = await db.select({ dueAt: sql<number | null>`min(due_at)` }).from(message).where(isNext)
  return row?.dueAt ?? undefined
}

/** A message as it leaves, with who reported where that crosses and the details are still kept. */
export async function envelopeOf(
  platform: Platform,
  db: TenantReader,
  row: Pick<MessageRow, 'id' | 'kind' | 'body'>,
): Promise<Envelope> {
  const message = { kind: row.kind, ...(JSON.parse(row.body) as object) } as Message
  const known = message.kind === 'grant' ? message.content.person : null
  return {
    id: row.id,
    sender: db.slug,
    message,
    reporter: known === null ? undefined : await crossingDetails(platform, db, known),
  }
}

async function crossingDetails(
  platform: Platform,
  db: TenantReader,
  id: string,
): Promise<Details | undefined> {
  const [found] = await db.select().from(person).where(eq(person.id, id))
  const isErased = found !== undefined && (found.erasedAt ?? found.eraseAskedAt) !== null
  if (found === undefined || isErased) return undefined
  const { firstName, lastName, email, phone } = await openPerson(platform, db, found)
  return { firstName, lastName, email, phone }
}

/** For the operator: what has not arrived, in the order of its writing; with `parkedOnly`, what has given up. */
export function listMessages(db: Reader, parkedOnly = false): Promise<MessageRow[]> {
  return db
    .select()
    .from(message)
    .where(parkedOnly ? isNotNull(message.parkedAt) : isNull(message.deliveredAt))
    .orderBy(asc(message.seq))
    .limit(1000)
}

/** Gives a message ten new tries, from now. Answers whether there was one that has not arrived. */
export async function retryMessage(db: TenantDb, seq: number, now: number): Promise<boolean> {
  const waits = sql`seq = ${seq} AND delivered_at IS NULL`
  const [retried] = await db.commit([
    sql`UPDATE message SET parked_at = NULL, attempts = 0, due_at = ${now} WHERE ${waits}`,
    ring(COURIER, now),
  ])
  return (retried?.rowsAffected ?? 0) > 0
}
