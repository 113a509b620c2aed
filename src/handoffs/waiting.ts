import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Step, TenantReader } from '../core/db.ts'
import { HAND_ON } from '../requests/events.ts'
import { handoff } from './schema.ts'

/* What passes requests on by itself cannot while somebody has an offer of them: it waits, and goes on when that ends. */

export const HAND_BACK = 'hand-back'
export const PASS_ON = 'pass-on'

const DAY = 24 * 3_600_000

/** When to look again at a request whose custody is on offer, should nobody ring before. Undefined: it is not on offer. */
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

/** The step that has it go on, in the batch in which the offers of these requests end and their sender keeps them. */
export function goOn(requests: SQL, at: number): Step {
  return sql`UPDATE job SET rung = rung + 1, due_at = min(due_at, ${at})
    WHERE kind IN (${HAND_ON}, ${HAND_BACK}, ${PASS_ON}) AND json_extract(payload, '$.request') IN (${requests})`
}
