import { and, eq, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Step, TenantReader } from '../../core/database/handles.ts'
import { jobKind } from '../../core/database/jobs.ts'
import { autoTransferKind } from '../../requests/events.ts'
import { handoff } from '../schema.ts'

// Automatic transfers wait while a request is on offer, and resume when the offer ends.

export const timeoutKind = jobKind(
  'handoff-timeout',
  v.object({ handoff: v.string() }),
  ({ handoff }) => handoff,
)
export const returnTransferKind = jobKind(
  'return-transfer',
  v.object({ request: v.string() }),
  ({ request }) => request,
)
const transferCause = v.object({
  request: v.string(),
  receiver: v.string(),
  agreement: v.nullable(v.string()),
  reason: v.string(),
  text: v.string(),
  /** Idempotency key: one cause makes one offer, however often the job runs. */
  cause: v.string(),
})
export const transferAfterRerouteKind = jobKind('transfer-after-reroute', transferCause, ({ cause }) => cause)

const DAY = 24 * 3_600_000

/** When to check again, unless `resumeSteps` comes first. Undefined if custody is not on offer. */
export async function onOfferUntil(
  db: TenantReader,
  request: string,
  now: number,
): Promise<number | undefined> {
  const [open] = await db
    .select({ answerBy: handoff.answerBy })
    .from(handoff)
    .where(
      and(
        eq(handoff.request, request),
        sql`side = 'sender' AND kind = 'transfer' AND state IN ('offered', 'appealed')`,
      ),
    )
  return open && Math.max(open.answerBy ?? 0, now + DAY)
}

export function resumeSteps(requests: SQL, at: number): Step {
  return sql`UPDATE job SET enqueued = enqueued + 1, due_at = min(due_at, ${at})
    WHERE kind IN (${autoTransferKind.kind}, ${returnTransferKind.kind}, ${transferAfterRerouteKind.kind}) AND json_extract(payload, '$.request') IN (${requests})`
}
