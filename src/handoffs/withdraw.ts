import { type SQL, sql } from 'drizzle-orm'
import type { Step } from '../core/database/handles.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { resumeSteps } from './automatic/pending.ts'
import { courierKind } from './messages/messages.ts'
import { ended } from './messages/offer-content.ts'

type Why = 'withdrawn' | 'timed-out'

export function withdrawOffersOf(request: string, actor: string, at: number): Step[] {
  return withdrawSteps(sql`request = ${request}`, actor, at)
}

export function withdrawSteps(which: SQL, actor: string, at: number): Step[] {
  const open = sql`side = 'sender' AND state IN ('offered', 'appealed') AND ${which}`
  return [
    ...withdrawalSteps(open, 'withdrawn', actor, at),
    resumeSteps(sql`SELECT request FROM handoff WHERE ${open}`, at),
    sql`UPDATE handoff SET state = 'withdrawn', answered_at = ${at}, version = version + 1 WHERE ${open}`,
  ]
}

/** Must precede the change of state, which it reads. */
export function withdrawalSteps(offers: SQL, why: Why, actor: string, at: number): Step[] {
  const side = sql`CASE state WHEN 'appealed' THEN 'arbitrator' ELSE 'receiver' END`
  const to = sql`CASE state WHEN 'appealed' THEN (${appealedTo}) ELSE receiver END`
  return [
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT request, ${why}, ${actor}, ${at}, 0, json_object('handoff', id, 'kind', kind) FROM handoff WHERE ${offers}`,
    // The same as `appendEvent` and `enqueueMessage` for any number of offers, with only the content that may
    // remain.
    sql`INSERT OR IGNORE INTO message (id, case_id, receiver, kind, body, created_at, due_at)
      SELECT id || ':withdraw:' || ${side}, case_id, ${to}, 'withdraw', json_object('side', ${side}, 'why', ${why}, 'handoff', id,
        'type', kind, 'sender', sender, 'receiver', receiver, 'reason', reason, 'text', '', 'agreement', agreement,
        'offeredAt', offered_at, 'answerBy', answer_by, 'content', json(${ended})), ${at}, ${at} FROM handoff WHERE ${offers}`,
    enqueueJob(courierKind, at),
  ]
}

// The arbitrator at the time, who may have changed since.
const appealedTo = sql`SELECT receiver FROM message WHERE id = handoff.id || ':appeal'`
