import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { groupBy } from '../core/group.ts'
import { type JobHandler, LONG_PATIENCE } from '../core/jobs.ts'
import { databaseLabel, type Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { NOTIFY } from '../requests/events.ts'
import { follower } from '../requests/follower-schema.ts'
import { event, request, share } from '../requests/schema.ts'
import { letterFor, type News } from './letters.ts'
import { notice } from './schema.ts'

const AT_ONCE = 50
/** Before the lease on the job ends. */
const LONGEST_RUN_MILLISECONDS = 15_000
const TRIES = 10
const BACK_OFF_MILLISECONDS = 60_000
const LONGEST_BACK_OFF_MILLISECONDS = 6 * 3_600_000

type Notice = typeof notice.$inferSelect

/**
 * Follows the log and writes to those who follow its cases: one letter a change and follower. The letter's row stands
 * before it is sent and is marked after, so a repeated run sends nothing again; what dies between the mail server's yes
 * and our mark is sent once more under the same Message-ID.
 */
export const notifyJob: JobHandler = {
  kind: NOTIFY,
  patience: LONG_PATIENCE,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: NOTIFY }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const startedAt = platform.clock.now()
    await planLetters(db, startedAt)
    for (;;) {
      const due = await dueNotices(db, platform.clock.now())
      if (due.length === 0) return nextDue(db)
      for (const row of due) await send(platform, region, db, row)
      if (platform.clock.now() - startedAt > LONGEST_RUN_MILLISECONDS) return platform.clock.now()
    }
  },
}

/** A row for each follower of each change since the last time, and the cursor, in one batch; none for who has gone. */
async function planLetters(db: TenantDb, at: number): Promise<void> {
  // A corrected place is told as that, not once more as the handoff that it led to (S9).
  const isPinMoved = sql`(event.type = 'received' AND event.payload ->> 'kind' = 'transfer' AND event.payload ->> 'reason' = 'moved-pin')`
  const tells = sql`event.public = 1 AND NOT ${isPinMoved} AND event.type IN
    ('submitted', 'status', 'note', 'relocated', 'received', 'followed', 'forwarded', 'partner', 'check-back')`
  await db.commit([
    sql`DELETE FROM notice WHERE sent_at IS NULL AND parked_at IS NULL AND follower NOT IN (SELECT id FROM follower)`,
    sql`INSERT OR IGNORE INTO notice (event, follower, created_at, due_at)
      SELECT event.seq, follower.id, ${at}, ${at} FROM event JOIN follower ON follower.case_id = event.request
      WHERE event.seq > coalesce((SELECT seq FROM consumer WHERE name = ${NOTIFY}), 0)
        AND follower.confirmed_at IS NOT NULL AND ${tells}`,
    sql`INSERT INTO consumer (name, seq) SELECT ${NOTIFY}, coalesce(max(seq), 0) FROM event WHERE true
      ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
  ])
}

const isWaiting = sql`${notice.sentAt} IS NULL AND ${notice.parkedAt} IS NULL`

interface Due extends News {
  readonly notice: Notice
}

async function dueNotices(db: TenantDb, now: number): Promise<Due[]> {
  const rows = await db
    .select({ notice, follower, event, face: request })
    .from(notice)
    .innerJoin(follower, eq(follower.id, notice.follower))
    .innerJoin(request, eq(request.id, follower.caseId))
    .leftJoin(event, eq(event.seq, notice.event))
    .where(and(sql`${notice.dueAt} <= ${now}`, isWaiting))
    .orderBy(asc(notice.dueAt), asc(notice.event))
    .limit(AT_ONCE)
  if (rows.length === 0) return []
  const cases = [...new Set(rows.map(({ face }) => face.caseId))]
  const shares = groupBy(
    await db.select().from(share).where(inArray(share.caseId, cases)),
    ({ caseId }) => caseId,
  )
  return rows.map(row => ({ ...row, shares: shares.get(row.face.caseId) ?? [] }))
}

async function send(platform: Platform, region: Region, db: TenantDb, due: Due): Promise<void> {
  const claimed = await claim(db, due.notice, platform.clock.now())
  if (claimed === undefined) return
  const own = and(eq(notice.event, claimed.event), eq(notice.follower, claimed.follower))
  const mark = (set: Partial<Notice>) => db.update(notice).set(set).where(own)
  try {
    const letter = await letterFor(platform, db, region, due)
    const outcome = await platform.mail.send(letter)
    const now = platform.clock.now()
    const hasGivenUp = outcome === 'refused' || (outcome === 'later' && claimed.attempts >= TRIES)
    if (outcome === 'sent') await mark({ sentAt: now })
    else if (hasGivenUp) await mark({ parkedAt: now })
    if (outcome === 'sent') return
    const database = databaseLabel({ kind: 'tenant', region: db.region, slug: db.slug })
    platform.log('warn', 'letter-not-sent', { database, event: claimed.event, outcome, parked: hasGivenUp })
  } catch (error) {
    // The server's fault, not the letter's: this try does not count.
    await mark({ attempts: due.notice.attempts, dueAt: due.notice.dueAt })
    throw error
  }
}

/** Taken by one worker: by the time that it is due again, the outcome is known. */
async function claim(db: TenantDb, row: Notice, now: number): Promise<Notice | undefined> {
  const wait = Math.min(LONGEST_BACK_OFF_MILLISECONDS, BACK_OFF_MILLISECONDS * 2 ** row.attempts)
  const [claimed] = await db
    .update(notice)
    .set({ attempts: row.attempts + 1, dueAt: now + wait })
    .where(
      and(
        eq(notice.event, row.event),
        eq(notice.follower, row.follower),
        eq(notice.attempts, row.attempts),
        isWaiting,
      ),
    )
    .returning()
  return claimed
}

async function nextDue(db: TenantDb): Promise<number | undefined> {
  const [row] = await db.select({ dueAt: sql<number | null>`min(due_at)` }).from(notice).where(isWaiting)
  return row?.dueAt ?? undefined
}
