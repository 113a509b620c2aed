import { type SQL, sql } from 'drizzle-orm'
import type { Step } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import { COURIER } from './messages.ts'
import { goOn } from './waiting.ts'

/* How an offer ends without an answer: its sender takes it back, it has become pointless, or the time is up. */

type Why = 'withdrawn' | 'timed-out'

/** Takes back all that is on offer of a request, in the batch that closes it or passes it on: there is nothing left to offer. */
export function withdrawOffersOf(request: string, actor: string, at: number): Step[] {
  return withdrawSteps(sql`request = ${request}`, actor, at)
}

/** Takes back this jurisdiction's open offers that `which` picks, also from the arbitrator. It keeps the requests. */
export function withdrawSteps(which: SQL, actor: string, at: number): Step[] {
  const open = sql`side = 'sender' AND state IN ('offered', 'appealed') AND ${which}`
  return [
    ...noLongerStands(open, 'withdrawn', actor, at),
    goOn(sql`SELECT request FROM handoff WHERE ${open}`, at),
    sql`UPDATE handoff SET state = 'withdrawn', answered_at = ${at}, version = version + 1 WHERE ${open}`,
  ]
}

/** Tells the log, and whoever has these offers before them, that they no longer stand. Comes before their state changes. */
export function noLongerStands(offers: SQL, why: Why, actor: string, at: number): Step[] {
  const side = sql`CASE state WHEN 'appealed' THEN 'arbitrator' ELSE 'receiver' END`
  const to = sql`CASE state WHEN 'appealed' THEN (${appealedTo}) ELSE receiver END`
  return [
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT request, ${why}, ${actor}, ${at}, 0, json_object('handoff', id) FROM handoff WHERE ${offers}`,
    // As `post` and `offerOf` would say it, for however many there are.
    sql`INSERT OR IGNORE INTO message (id, case_id, receiver, kind, body, created_at, due_at)
      SELECT id || ':withdraw:' || ${side}, case_id, ${to}, 'withdraw', json_object('side', ${side}, 'why', ${why}, 'handoff', id,
        'type', kind, 'sender', sender, 'receiver', receiver, 'reason', reason, 'text', text, 'agreement', agreement,
        'offeredAt', offered_at, 'answerBy', answer_by, 'content', json(content)), ${at}, ${at} FROM handoff WHERE ${offers}`,
    ring(COURIER, at),
  ]
}

/** Before whom a handoff was put: whoever was the arbitrator then. */
const appealedTo = sql`SELECT receiver FROM message WHERE id = handoff.id || ':appeal'`
