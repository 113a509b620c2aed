import { and, eq, isNull, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { groupBy } from '../core/group.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem, type Problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { COURIER } from './messages.ts'
import { dueMessages, envelopeOf, type MessageRow, nextDue } from './outbox.ts'
import { receive } from './receive.ts'
import { message } from './schema.ts'

/** So many that they have arrived long before the job's lease ends. */
const BATCH = 50
const TRIES = 10
const BACK_OFF_MILLISECONDS = 2_000
const LONGEST_BACK_OFF_MILLISECONDS = 5 * 60_000

/**
 * Carries messages between jurisdictions: at least once, in order within a case. The receiver applies each once. A
 * receiver that is away costs the time it is away, and nobody else's; a message that fails ten times is parked where an
 * operator sees it.
 */
export const courierJob: JobHandler = {
  kind: COURIER,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: COURIER }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const rows = await dueMessages(db, platform.clock.now(), BATCH)
    const rounds = groupBy(rows, ({ receiver }) => receiver).values()
    await Promise.all([...rounds].map(round => goTo(platform, region, db, round)))
    return nextDue(db)
  },
}

/** Takes one receiver its messages. When it turns out to be away, the rest of them stay for another time too. */
async function goTo(
  platform: Platform,
  region: Region,
  db: TenantDb,
  round: readonly MessageRow[],
): Promise<void> {
  for (const row of round) {
    try {
      await receive(platform, region, row.receiver, envelopeOf(db.slug, row))
      await db.update(message).set({ deliveredAt: platform.clock.now() }).where(eq(message.seq, row.seq))
    } catch (error) {
      const failure = asProblem(error)
      const isAway = failure.slug === 'database-away'
      await (isAway ? waitForReceiver : tryLater)(db, row, failure, platform.clock.now())
      platform.log('warn', 'message-waits', {
        from: db.slug,
        to: row.receiver,
        kind: row.kind,
        problem: failure.slug,
      })
      if (isAway) return
    }
  }
}

/** Being away is nobody's fault and never parks: all that is due to it waits, up to as long again as this one has. */
async function waitForReceiver(db: TenantDb, row: MessageRow, { message: words }: Problem, now: number) {
  const wait = Math.max(BACK_OFF_MILLISECONDS, now - row.createdAt)
  const dueAt = now + Math.min(LONGEST_BACK_OFF_MILLISECONDS, wait)
  await db
    .update(message)
    .set({ dueAt, lastError: words })
    .where(and(eq(message.receiver, row.receiver), isNull(message.deliveredAt), sql`due_at <= ${now}`))
}

async function tryLater(db: TenantDb, row: MessageRow, { message: words }: Problem, now: number) {
  const attempts = row.attempts + 1
  const wait = Math.min(LONGEST_BACK_OFF_MILLISECONDS, BACK_OFF_MILLISECONDS * 2 ** row.attempts)
  const parkedAt = attempts >= TRIES ? now : null
  await db
    .update(message)
    .set({ attempts, dueAt: now + wait, lastError: words, parkedAt })
    .where(and(eq(message.seq, row.seq), isNull(message.deliveredAt)))
}
