import { and, asc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { Reader, TenantDb, TenantReader } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { type ContactDetails, decryptPerson } from '../../requests/case/person.ts'
import { person } from '../../requests/schema.ts'
import { courierKind, readMessage } from '../messages/messages.ts'
import { message } from '../schema.ts'
import type { Envelope } from './receive.ts'

export type MessageRow = typeof message.$inferSelect

/** The last valid instant: for messages that another deployment has to send, unless an operator intervenes. */
export const NEVER = 8_640_000_000_000_000

// Messages of a case to one receiver go in order.
const isNext = sql`delivered_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM message AS earlier WHERE earlier.receiver = message.receiver AND earlier.case_id = message.case_id
    AND earlier.seq < message.seq AND earlier.delivered_at IS NULL)`

export function dueMessages(db: Reader, now: number, limit: number): Promise<MessageRow[]> {
  return db
    .select()
    .from(message)
    .where(sql`due_at <= ${now} AND ${isNext}`)
    .orderBy(message.seq)
    .limit(limit)
}

export async function nextDue(db: Reader): Promise<number | undefined> {
  const [row] = await db
    .select({ dueAt: sql<number | null>`min(due_at)` })
    .from(message)
    .where(sql`due_at < ${NEVER} AND ${isNext}`)
  return row?.dueAt ?? undefined
}

/** Contact details are added only where they cross and have not been erased. */
export async function envelopeOf(
  platform: Platform,
  db: TenantReader,
  row: Pick<MessageRow, 'id' | 'kind' | 'body'>,
): Promise<Envelope> {
  const message = readMessage(row.kind, row.body)
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
): Promise<ContactDetails | undefined> {
  const [found] = await db.select().from(person).where(eq(person.id, id))
  const isErased = found !== undefined && (found.erasedAt ?? found.eraseAskedAt) !== null
  if (found === undefined || isErased) return undefined
  const { firstName, lastName, email, phone } = await decryptPerson(platform, db, found)
  return { firstName, lastName, email, phone }
}

export function undeliveredOf(db: TenantReader, request: string) {
  const caseOf = sql`(SELECT case_id FROM request WHERE id = ${request})`
  return db
    .select({ receiver: message.receiver, kind: message.kind, parkedAt: message.parkedAt })
    .from(message)
    .where(sql`case_id = ${caseOf} AND parked_at IS NOT NULL AND delivered_at IS NULL`)
    .orderBy(message.seq)
    .limit(20)
}

export async function readMessageRow(db: Reader, seq: number): Promise<MessageRow | undefined> {
  const [row] = await db.select().from(message).where(eq(message.seq, seq))
  return row
}

export function listMessages(db: Reader, parkedOnly = false): Promise<MessageRow[]> {
  return db
    .select()
    .from(message)
    .where(and(isNull(message.deliveredAt), parkedOnly ? isNotNull(message.parkedAt) : undefined))
    .orderBy(asc(message.seq))
    .limit(1000)
}

export async function retryMessage(db: TenantDb, seq: number, now: number): Promise<boolean> {
  return (await retryWhere(db, sql`seq = ${seq}`, now)) > 0
}

/** How many. */
export function retryParkedMessages(db: TenantDb, now: number): Promise<number> {
  return retryWhere(db, sql`parked_at IS NOT NULL`, now)
}

async function retryWhere(db: TenantDb, which: SQL, now: number): Promise<number> {
  const waits = sql`${which} AND delivered_at IS NULL AND settlement IS NULL`
  const [retried] = await db.commit([
    sql`UPDATE message SET parked_at = NULL, attempts = 0, due_at = ${now} WHERE ${waits}`,
    enqueueJob(courierKind, now),
  ])
  return retried?.rowsAffected ?? 0
}
