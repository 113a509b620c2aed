import { sql } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'
import { defineEvent } from '../requests/event-types.ts'
import { notifyKind } from '../requests/events.ts'
import { follower } from '../requests/followers/schema.ts'
import { notice } from './schema.ts'

/** Once for each address: the mail server refuses it, or has put it off too often. Says nothing of whose it is. */
export const emailFailed = defineEvent<Record<never, never>>({
  type: 'email-failed',
  publicText: 'hidden',
  staffText: (_, { t }) => ({ title: t('work-event-email-failed'), text: '' }),
  auditText: 'audit-email-failed',
})

// Until an email to the same address has been accepted again.
const isFailed = sql`(notice.parked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM notice AS later
  WHERE later.follower = notice.follower AND later.sent_at > notice.parked_at))`

/** SQL condition on `request`: an email to someone who follows it could not be delivered. */
export const hasFailedEmail = sql`EXISTS (SELECT 1 FROM follower JOIN notice ON notice.follower = follower.id
  WHERE follower.case_id = request.case_id AND ${isFailed})`

/** One row: how many addresses failed, and how many wait because nothing can be sent at the moment. */
export function undeliveredEmails(db: TenantReader, request: string) {
  const ofCase = sql`${follower.caseId} = (SELECT case_id FROM request WHERE id = ${request})`
  const isParked = sql`EXISTS (SELECT 1 FROM job WHERE job.kind = ${notifyKind.kind} AND job.parked_at IS NOT NULL)`
  return db
    .select({
      failed: sql<number>`count(DISTINCT CASE WHEN ${isFailed} THEN ${follower.id} END)`,
      waiting: sql<number>`count(DISTINCT CASE WHEN ${notice.parkedAt} IS NULL AND ${notice.sentAt} IS NULL AND ${isParked} THEN ${follower.id} END)`,
    })
    .from(notice)
    .innerJoin(follower, sql`${follower.id} = ${notice.follower}`)
    .where(ofCase)
}
