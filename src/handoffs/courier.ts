import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import { consumer } from '../core/schema.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { TELL_ORIGIN } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { event, request } from '../requests/schema.ts'
import { withdrawSteps } from './answers.ts'
import { readHeld } from './crossing.ts'
import { tellFollowers } from './effects-duplicates.ts'
import { ownShareSteps } from './effects-origin.ts'
import { find } from './effects-receiver.ts'
import { refusedSteps } from './effects-sender.ts'
import { COURIER, type Message, post, type ShareNews } from './messages.ts'
import { TIMEOUT } from './offers.ts'
import { receive } from './receive.ts'
import { message } from './schema.ts'

/**
 * Carries messages between jurisdictions: at least once, in order within a case. The receiver applies each once. A
 * receiver that is away costs the time it is away; a message that fails ten times is parked where an operator sees it.
 */
const BATCH = 100
const TRIES = 10
const BACK_OFF_MILLISECONDS = 2_000
const LONGEST_BACK_OFF_MILLISECONDS = 5 * 60_000

export type MessageRow = typeof message.$inferSelect

export const courierJob: JobHandler = {
  kind: COURIER,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: COURIER }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    for (;;) {
      const rows = await dueMessages(db, platform.clock.now())
      if (rows.length === 0) return nextDue(db)
      for (const row of rows) await carry(platform, region, db, row)
    }
  },
}

/** Messages of a case to one receiver go in order: this one is the first that has not arrived. */
const isNext = sql`delivered_at IS NULL AND parked_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM message AS earlier WHERE earlier.receiver = message.receiver AND earlier.case_id = message.case_id
    AND earlier.seq < message.seq AND earlier.delivered_at IS NULL)`

/** What may go now. */
export function dueMessages(db: TenantDb, now: number): Promise<MessageRow[]> {
  return db
    .select()
    .from(message)
    .where(sql`due_at <= ${now} AND ${isNext}`)
    .orderBy(message.seq)
    .limit(BATCH)
}

async function carry(platform: Platform, region: Region, db: TenantDb, row: MessageRow): Promise<void> {
  const now = platform.clock.now()
  try {
    await receive(platform, region, row.receiver, envelopeOf(db.slug, row))
    await db.update(message).set({ deliveredAt: now }).where(eq(message.seq, row.seq))
  } catch (error) {
    const attempts = row.attempts + 1
    // Being away is nobody's fault and never parks: an hour away costs an hour.
    const isAway = asProblem(error).slug === 'database-away'
    const wait = Math.min(
      LONGEST_BACK_OFF_MILLISECONDS,
      BACK_OFF_MILLISECONDS * 2 ** Math.min(attempts - 1, 20),
    )
    await db
      .update(message)
      .set({
        attempts,
        dueAt: now + wait,
        lastError: asProblem(error).message,
        parkedAt: !isAway && attempts >= TRIES ? now : null,
      })
      .where(and(eq(message.seq, row.seq), isNull(message.deliveredAt)))
    platform.log('warn', 'message-waits', { from: db.slug, to: row.receiver, kind: row.kind, attempts })
  }
}

export function envelopeOf(sender: string, row: MessageRow) {
  const content = { kind: row.kind, ...(JSON.parse(row.body) as object) } as Message
  return { id: row.id, sender, message: content }
}

async function nextDue(db: TenantDb): Promise<number | undefined> {
  const [row] = await db.select({ dueAt: sql<number | null>`min(due_at)` }).from(message).where(isNext)
  return row?.dueAt ?? undefined
}

/** Tells the origin of each case what has happened to a share here; at the origin itself, adds its own share up. */
export const tellOriginJob: JobHandler = {
  kind: TELL_ORIGIN,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: TELL_ORIGIN }, database.region, database.slug)
    for (;;) {
      const [last] = await db
        .select({ seq: consumer.seq })
        .from(consumer)
        .where(eq(consumer.name, TELL_ORIGIN))
      const events = await db
        .select()
        .from(event)
        .where(sql`${event.seq} > ${last?.seq ?? 0}`)
        .orderBy(event.seq)
        .limit(BATCH)
      const newest = events.at(-1)
      if (newest === undefined) return undefined
      const at = platform.clock.now()
      const rows = await db
        .select()
        .from(request)
        .where(inArray(request.id, [...new Set(events.map(row => row.request))]))
      for (const row of rows) {
        if (row.origin === db.slug) {
          const steps = await ownShareSteps(db, row.caseId)
          if (steps.length > 0) await db.commit(steps)
        }
      }
      const steps = rows
        .filter(row => row.origin !== db.slug)
        .flatMap(row => {
          const own = events.filter(
            ({ request, public: isPublic, source }) => request === row.id && isPublic && source === null,
          )
          const seen = events.findLast(({ request }) => request === row.id)?.seq ?? newest.seq
          const told = own.map(({ seq, type, at, payload }) => ({
            source: db.slug,
            sourceSeq: seq,
            type,
            at,
            payload,
          }))
          const progress: Message = {
            kind: 'progress',
            events: told,
            share: {
              caseId: row.caseId,
              jurisdiction: db.slug,
              request: row.id,
              status: row.status,
              closeReason: row.closeReason,
              agency: row.agencyResponsible,
              held: row.custody === 'held',
              place: placeOf(row),
              receivedAt: row.receivedAt,
              expectedAt: row.expectedAt,
              updatedAt: row.updatedAt,
              version: row.version,
            },
          }
          return post(`${db.slug}:progress:${row.id}:${seen}`, row.caseId, row.origin, progress, at)
        })
      const faces = rows.filter(({ id, caseId, origin }) => id === caseId && origin === db.slug)
      const followed = await tellFollowers(
        db,
        faces.map(({ id }) => id),
        at,
      )
      await db.commit([
        ...steps,
        ...followed,
        sql`INSERT INTO consumer (name, seq) VALUES (${TELL_ORIGIN}, ${newest.seq})
          ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
      ])
      platform.wake(database)
    }
  },
}

function placeOf({ lat, long, accuracy, address, resolution }: RequestRow): ShareNews['place'] {
  return { lat, long, accuracy, address, resolution }
}

/** An offer that nobody answered in time counts as refused. */
export const timeoutJob: JobHandler = {
  kind: TIMEOUT,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { handoff } = payload as { handoff: string }
    const db = openTenant(platform, { kind: 'system', reason: TIMEOUT }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const row = await find(db, handoff, 'sender')
    if (row?.state !== 'offered' || row.request === null) return undefined
    const at = platform.clock.now()
    const held = await readHeld(db, row.request)
    // The receiver hears first that the offer no longer stands; then the sender's row says how it goes on.
    const [, ...told] = withdrawSteps(region, row, 'timed-out', at)
    await db.commit([...refusedSteps(region, row, held, at), ...told])
    return undefined
  },
}
