import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { TenantDb } from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { asProblem, type Problem } from '../../core/problem.ts'
import { databaseLabel, type Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { courierKind } from '../messages/messages.ts'
import { message } from '../schema.ts'
import { dueMessages, envelopeOf, type MessageRow, nextDue } from './outbox.ts'
import { receive } from './receive.ts'
import { carryOutSettlement } from './settle.ts'

const BATCH = 100
const TRIES = 10
// Workers open six connections at once: a call that waits for one would miss its deadline.
const CONCURRENT = 5
const BACK_OFF_MILLISECONDS = 2_000
const MAX_BACK_OFF_MILLISECONDS = 5 * 60_000
const DAY = 24 * 3_600_000

/** At least once, in order within a case. After ten failures a message is parked, and retried daily. */
export const courierJob = defineJob(courierKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db) {
    const region = await currentRegion(platform, db.region)
    const rows = await dueMessages(db, platform.clock.now(), BATCH)
    const rounds = Map.groupBy(rows, ({ receiver }) => receiver).values()
    await Promise.all([...rounds].map(round => goTo(platform, region, db, round)))
    return nextDue(db)
  },
})

interface Outcome {
  readonly row: MessageRow
  readonly failure: Problem | undefined
}

// Messages of one receiver, each of another case. The first one shows whether the receiver is available.
async function goTo(
  platform: Platform,
  region: Region,
  db: TenantDb,
  round: readonly MessageRow[],
): Promise<void> {
  const deliver = (row: MessageRow): Promise<Outcome> =>
    takeThere(platform, region, db, row).then(
      () => ({ row, failure: undefined }),
      error => ({ row, failure: asProblem(error) }),
    )
  const outcomes = await Promise.all(round.slice(0, 1).map(deliver))
  for (let next = 1; next < round.length && !outcomes.some(isUnavailable); next += CONCURRENT)
    outcomes.push(...(await Promise.all(round.slice(next, next + CONCURRENT).map(deliver))))
  const now = platform.clock.now()
  const database = databaseLabel({ kind: 'tenant', region: db.region, slug: db.slug })
  const arrived = outcomes.filter(({ failure }) => failure === undefined).map(({ row }) => row.seq)
  if (arrived.length > 0)
    await db
      .update(message)
      .set({ deliveredAt: now, settlement: null, settledBy: null })
      .where(and(inArray(message.seq, arrived), isNull(message.deliveredAt)))
  for (const outcome of outcomes) {
    const { row, failure } = outcome
    if (failure === undefined) continue
    const isParked = await (isUnavailable(outcome) ? waitForReceiver : tryLater)(db, row, failure, now)
    const isLate = now - row.createdAt > DAY
    const fields = { database, message: row.seq, to: row.receiver, kind: row.kind, problem: failure.slug }
    platform.log(isParked || isLate ? 'error' : 'warn', isParked ? 'message-parked' : 'message-waits', fields)
  }
}

async function takeThere(platform: Platform, region: Region, db: TenantDb, row: MessageRow): Promise<void> {
  if (row.settlement !== null) return carryOutSettlement(platform, region, db, row)
  await receive(platform, region, row.receiver, await envelopeOf(platform, db, row))
}

function isUnavailable({ failure }: Outcome): boolean {
  return failure?.slug === 'database-unavailable'
}

// An unavailable receiver never parks messages: its due ones wait as long again as this one has waited.
async function waitForReceiver(
  db: TenantDb,
  row: MessageRow,
  { message: words }: Problem,
  now: number,
): Promise<boolean> {
  const wait = Math.max(BACK_OFF_MILLISECONDS, now - row.createdAt)
  const dueAt = now + Math.min(MAX_BACK_OFF_MILLISECONDS, wait)
  await db
    .update(message)
    .set({ dueAt, lastError: words })
    .where(and(eq(message.receiver, row.receiver), isNull(message.deliveredAt), sql`due_at <= ${now}`))
  return false
}

async function tryLater(
  db: TenantDb,
  row: MessageRow,
  { message: words }: Problem,
  now: number,
): Promise<boolean> {
  const attempts = row.attempts + 1
  const isParked = row.parkedAt !== null || attempts >= TRIES
  const soon = Math.min(MAX_BACK_OFF_MILLISECONDS, BACK_OFF_MILLISECONDS * 2 ** row.attempts)
  const wait = attempts >= TRIES ? DAY : soon
  const parkedAt = isParked ? (row.parkedAt ?? now) : null
  await db
    .update(message)
    .set({ attempts, dueAt: now + wait, lastError: words, parkedAt })
    .where(and(eq(message.seq, row.seq), isNull(message.deliveredAt)))
  return isParked
}
