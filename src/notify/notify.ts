import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { TenantDb } from '../core/database/handles.ts'
import { defineJob, type JobHandler, LONG_RETRY } from '../core/database/jobs.ts'
import { databaseLabel, type Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentRegion } from '../regions/runtime/current.ts'
import { sendEmail } from '../regions/runtime/mail.ts'
import type { EventTypes } from '../requests/event-types.ts'
import { appendEvent, notifyKind } from '../requests/events.ts'
import { addressOf } from '../requests/followers/follower.ts'
import { allowConfirmation, optedOutAt, recipientDb, recipientOf } from '../requests/followers/recipient.ts'
import { CONFIRM_WITHIN, follower } from '../requests/followers/schema.ts'
import { event, request, share } from '../requests/schema.ts'
import { type EmailWording, emailFor, type UpdateEmail } from './emails.ts'
import { unfollow } from './follow.ts'
import { CONFIRMATION, isNotified } from './notified.ts'
import { notice } from './schema.ts'
import { emailFailed } from './undelivered.ts'

const BATCH = 50
// Shorter than the job's lease.
const MAX_RUN_MILLISECONDS = 15_000
const TRIES = 10
const BACK_OFF_MILLISECONDS = 60_000
const MAX_BACK_OFF_MILLISECONDS = 6 * 3_600_000

type Notice = typeof notice.$inferSelect

/**
 * The row is written before the email is sent and marked afterwards, so a repeated run sends nothing twice.
 * If the process dies after the mail server accepts but before the row is marked, the email is sent again
 * under the same Message-ID.
 */
export const notifyJob = (wording: EmailWording): JobHandler =>
  defineJob(notifyKind, {
    retryPolicy: LONG_RETRY,
    async tenant(platform, db) {
      const region = await currentRegion(platform, db.region)
      const startedAt = platform.clock.now()
      await planEmails(db, wording.eventTypes, startedAt)
      for (;;) {
        const due = await dueNotices(db, platform.clock.now())
        if (due.length === 0) return nextDue(db)
        for (const row of due) await send(platform, region, db, row, wording)
        if (platform.clock.now() - startedAt > MAX_RUN_MILLISECONDS) return platform.clock.now()
      }
    },
  })

async function planEmails(db: TenantDb, eventTypes: EventTypes, at: number): Promise<void> {
  await db.commit([
    sql`DELETE FROM notice WHERE sent_at IS NULL AND parked_at IS NULL AND (follower NOT IN (SELECT id FROM follower)
      OR (event = ${CONFIRMATION} AND follower IN (SELECT id FROM follower WHERE confirmed_at IS NOT NULL)))`,
    sql`INSERT OR IGNORE INTO notice (event, follower, created_at, due_at)
      SELECT event.seq, follower.id, ${at}, ${at} FROM event JOIN follower ON follower.case_id = event.request
      WHERE event.seq > coalesce((SELECT seq FROM consumer WHERE name = ${notifyKind.kind}), 0)
        AND follower.confirmed_at IS NOT NULL AND ${isNotified(eventTypes)}`,
    sql`INSERT OR IGNORE INTO notice (event, follower, created_at, due_at)
      SELECT ${CONFIRMATION}, id, ${at}, ${at} FROM follower
      WHERE created_at > ${at - CONFIRM_WITHIN} AND confirmed_at IS NULL`,
    sql`INSERT INTO consumer (name, seq) SELECT ${notifyKind.kind}, coalesce(max(seq), 0) FROM event WHERE true
      ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
  ])
}

const isWaiting = sql`${notice.sentAt} IS NULL AND ${notice.parkedAt} IS NULL`

interface Due extends UpdateEmail {
  readonly notice: Notice
}

async function dueNotices(db: TenantDb, now: number): Promise<Due[]> {
  const rows = await db
    .select({ notice, follower, event, originCase: request })
    .from(notice)
    .innerJoin(follower, eq(follower.id, notice.follower))
    .innerJoin(request, eq(request.id, follower.caseId))
    .leftJoin(event, eq(event.seq, notice.event))
    .where(and(sql`${notice.dueAt} <= ${now}`, isWaiting))
    .orderBy(asc(notice.dueAt), asc(notice.event))
    .limit(BATCH)
  if (rows.length === 0) return []
  const cases = [...new Set(rows.map(({ originCase }) => originCase.caseId))]
  const shares = Map.groupBy(
    await db.select().from(share).where(inArray(share.caseId, cases)),
    ({ caseId }) => caseId,
  )
  return rows.map(row => ({ ...row, shares: shares.get(row.originCase.caseId) ?? [] }))
}

async function send(
  platform: Platform,
  region: Region,
  db: TenantDb,
  due: Due,
  wording: EmailWording,
): Promise<void> {
  const claimed = await claim(db, due.notice, platform.clock.now())
  if (claimed === undefined) return
  const own = and(eq(notice.event, claimed.event), eq(notice.follower, claimed.follower))
  const mark = (set: Partial<Notice>) => db.update(notice).set(set).where(own)
  try {
    const recipient = await recipientOf(
      platform,
      recipientDb(platform, db.region),
      await addressOf(platform, db, due.follower),
    )
    if (!(await isWanted(platform, db, due, recipient))) return await unfollow({ db, follower: due.follower })
    const email = await emailFor(platform, db, region, { ...due, ...wording, recipient })
    const outcome = await sendEmail(platform, region, email)
    const now = platform.clock.now()
    const hasGivenUp = outcome === 'refused' || (outcome === 'later' && claimed.attempts >= TRIES)
    if (outcome === 'sent') await mark({ sentAt: now })
    else if (hasGivenUp) await park(db, due, now)
    if (outcome === 'sent') return
    const database = databaseLabel({ kind: 'tenant', region: db.region, slug: db.slug })
    platform.log('warn', 'email-not-sent', { database, change: claimed.event, outcome, parked: hasGivenUp })
  } catch (error) {
    // A failure on our side: do not count the attempt.
    await mark({ attempts: due.notice.attempts, dueAt: due.notice.dueAt })
    throw error
  }
}

async function park(
  db: TenantDb,
  { notice: { event: change, follower: to }, originCase }: Due,
  at: number,
): Promise<void> {
  const [earlier] = await db
    .select()
    .from(notice)
    .where(and(eq(notice.follower, to), isNotNull(notice.parkedAt)))
    .limit(1)
  await db.commit([
    sql`UPDATE notice SET parked_at = ${at} WHERE event = ${change} AND follower = ${to}`,
    ...(earlier === undefined
      ? [
          appendEvent(
            emailFailed,
            {},
            { request: originCase.id, actor: `system:${notifyKind.kind}`, at, public: false },
          ),
        ]
      : []),
  ])
}

// False after an opt-out in the region, or when too many confirmations were sent; the follower is then
// deleted.
async function isWanted(
  platform: Platform,
  db: TenantDb,
  { follower, notice }: Due,
  recipient: string,
): Promise<boolean> {
  const region = recipientDb(platform, db.region)
  const { confirmedAt } = follower
  if (notice.event !== CONFIRMATION) {
    const since = await optedOutAt(region, recipient)
    return since === undefined || (confirmedAt ?? 0) > since
  }
  const confirmation = { id: `${db.slug} ${follower.id}`, recipient, asker: follower.asker }
  const isAllowed = await allowConfirmation(region, confirmation, platform.clock.now())
  if (!isAllowed) platform.log('warn', 'confirmation-not-sent', { region: db.region, jurisdiction: db.slug })
  return isAllowed
}

// Claims a row for one worker: it is not due again until the outcome is known.
async function claim(db: TenantDb, row: Notice, now: number): Promise<Notice | undefined> {
  const wait = Math.min(MAX_BACK_OFF_MILLISECONDS, BACK_OFF_MILLISECONDS * 2 ** row.attempts)
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
