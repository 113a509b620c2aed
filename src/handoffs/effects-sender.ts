import { sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import type { Region } from '../regions/compile.ts'
import { hasLeft } from '../regions/leaving.ts'
import { record } from '../requests/events.ts'
import { contentFor, type Held, readHeld } from './crossing.ts'
import { find, type Of, setState, unchanged } from './effects-receiver.ts'
import type { HandoffRow } from './find.ts'
import { COURIER_ACTOR, grantSteps } from './grant.ts'
import { appealSteps, offerOf } from './offers.ts'
import { answerDeadline, arbitratorOf } from './policy.ts'
import { goOn } from './waiting.ts'
import { withdrawSteps } from './withdraw.ts'

/* What the receiver's answer and the arbitrator's decision change at the sender, who alone can let go of custody. */

export async function answerEffect(
  region: Region,
  db: TenantDb,
  from: string,
  message: Of<'answer'>,
  at: number,
): Promise<Step[]> {
  const row = await find(db, message.handoff, 'sender')
  if (row === undefined || row.request === null || row.receiver !== from) return []
  if (row.state !== 'offered') return [unchanged(row)]
  const noted = sql`UPDATE handoff SET answer_reason = ${message.reason}, answer_text = ${message.text}, counter = ${message.counter},
    answered_at = ${message.answeredAt} WHERE id = ${row.id} AND side = 'sender'`
  if (message.accepted) return [noted, ...(await letGo(region, db, row, row.receiver, at))]
  const said = {
    type: 'answered',
    handoff: row.id,
    accepted: false,
    reason: message.reason,
    text: message.text,
  } as const
  const heard = record(row.request, from, at, false, said)
  const held = await readHeld(db, row.request)
  return [...refusedSteps(region, row, held, at, message), noted, heard]
}

/** A refusal, or no answer in time: back with the sender, or before the arbitrator if it is the second. */
export function refusedSteps(
  region: Region,
  row: HandoffRow,
  held: Held,
  at: number,
  said?: Of<'answer'>,
): Step[] {
  const state = said === undefined ? 'timed-out' : 'refused'
  const answered = {
    ...row,
    state,
    answerReason: said?.reason ?? null,
    answerText: said?.text ?? null,
    counter: said?.counter ?? null,
  } as const
  const tried = held.tried.map(attempt => (attempt.id === row.id ? answered : attempt))
  const refusals = tried.filter(
    attempt => attempt.state === 'refused' || attempt.state === 'timed-out',
  ).length
  if (row.kind === 'share' || refusals < 2) return [...setState(row, state), goOn(sql`${row.request}`, at)]
  const answerBy = answerDeadline(region, arbitratorOf(region), at)
  return [
    ...setState(row, 'appealed'),
    sql`UPDATE handoff SET answer_by = ${answerBy} WHERE id = ${row.id} AND side = 'sender'`,
    ...appealSteps(region, { ...offerOf(row), answerBy }, tried, at),
  ]
}

/** Only whoever it was put before may decide. */
export async function decisionEffect(
  region: Region,
  db: TenantDb,
  from: string,
  message: Of<'decision'>,
  at: number,
): Promise<Step[]> {
  const row = await find(db, message.handoff, 'sender')
  if (row === undefined || row.request === null) return []
  if (row.state !== 'appealed') return [unchanged(row)]
  const { holder, text } = message
  const { id: handoff, request } = row
  const mayDecide = guard(
    sql`EXISTS (SELECT 1 FROM message WHERE id = ${`${handoff}:appeal`} AND receiver = ${from})`,
    'not-allowed',
  )
  const heard = record(request, COURIER_ACTOR, at, false, { type: 'decided', handoff, holder, text })
  const settled =
    holder === db.slug
      ? [...setState(row, 'kept'), goOn(sql`${request}`, at)]
      : await letGo(region, db, row, holder, at)
  return [mayDecide, ...settled, heard]
}

/** Grants, if the request is still this jurisdiction's to give; else says that the offer no longer stands. */
async function letGo(
  region: Region,
  db: TenantDb,
  row: HandoffRow,
  receiver: string,
  at: number,
): Promise<Step[]> {
  const held = await readHeld(db, row.request ?? '')
  const { request } = held
  const asRead = guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${request.id} AND version = ${request.version})`,
    'changed-meanwhile',
  )
  const hasGone = [db.slug, receiver].some(body => hasLeft(region, body, at))
  if (request.custody !== 'held' || request.status === 'closed' || hasGone) {
    return [asRead, unchanged(row), ...withdrawSteps(sql`id = ${row.id}`, COURIER_ACTOR, at)]
  }
  const content = contentFor(region, db.slug, held, receiver, row.kind)
  return [
    asRead,
    unchanged(row),
    ...grantSteps(region, { ...offerOf(row), receiver, content }, request.id, at),
  ]
}
