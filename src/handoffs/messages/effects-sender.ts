import { sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../../core/database/handles.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { isHeldAndOpen, versionGuard } from '../../requests/case/guards.ts'
import { appendEvent } from '../../requests/events.ts'
import { resumeSteps } from '../automatic/pending.ts'
import { handoffAnswered, handoffDecided } from '../events.ts'
import type { HandoffRow } from '../find.ts'
import { COURIER_ACTOR, grantSteps } from '../grant.ts'
import { appealSteps, offerOf } from '../offers.ts'
import { answerDeadline, arbitratorOf } from '../policy.ts'
import { withdrawSteps } from '../withdraw.ts'
import { contentFor, type HeldRequest, readHeldRequest } from './crossing.ts'
import { find, type Of, setState, unchanged } from './effects-receiver.ts'

// Only the sender can give up custody.

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
  const role = message.role ?? null
  const saveAnswer = sql`UPDATE handoff SET answer_role = ${role}, answer_reason = ${message.reason}, answer_text = ${message.text}, counter = ${message.counter},
    answered_at = ${message.answeredAt} WHERE id = ${row.id} AND side = 'sender'`
  if (message.accepted) return [saveAnswer, ...(await letGo(region, db, row, row.receiver, at))]
  const answeredEvent = {
    handoff: row.id,
    kind: row.kind,
    role,
    accepted: false,
    reason: message.reason,
    text: message.text,
  }
  const logAnswer = appendEvent(handoffAnswered, answeredEvent, {
    request: row.request,
    actor: from,
    at,
    public: false,
  })
  const held = await readHeldRequest(db, row.request)
  return [...refusedSteps(region, row, held, at, message), saveAnswer, logAnswer]
}

export function refusedSteps(
  region: Region,
  row: HandoffRow,
  held: HeldRequest,
  at: number,
  answer?: Of<'answer'>,
): Step[] {
  const state = answer === undefined ? 'timed-out' : 'refused'
  const answered = {
    ...row,
    state,
    answerReason: answer?.reason ?? null,
    answerText: answer?.text ?? null,
    counter: answer?.counter ?? null,
  } as const
  const tried = held.tried.map(attempt => (attempt.id === row.id ? answered : attempt))
  const refusals = tried.filter(
    attempt => attempt.state === 'refused' || attempt.state === 'timed-out',
  ).length
  if (row.kind === 'share' || refusals < 2)
    return [...setState(row, state), resumeSteps(sql`${row.request}`, at)]
  const answerBy = answerDeadline(region, arbitratorOf(region), at)
  return [
    ...setState(row, 'appealed'),
    sql`UPDATE handoff SET answer_by = ${answerBy} WHERE id = ${row.id} AND side = 'sender'`,
    ...appealSteps(region, { ...offerOf(row), answerBy }, tried, at),
  ]
}

/** Only the arbitrator to whom it was appealed may decide. */
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
  const logAnswer = appendEvent(
    handoffDecided,
    { handoff, holder, text },
    { request, actor: from, at, public: false },
  )
  const settled =
    holder === db.slug
      ? [
          ...setState(row, 'kept'),
          sql`UPDATE handoff SET answered_at = ${at} WHERE id = ${handoff} AND side = 'sender'`,
          resumeSteps(sql`${request}`, at),
        ]
      : await letGo(region, db, row, holder, at)
  return [mayDecide, ...settled, logAnswer]
}

// Grants if the request is still held here and open; else withdraws the offer.
async function letGo(
  region: Region,
  db: TenantDb,
  row: HandoffRow,
  receiver: string,
  at: number,
): Promise<Step[]> {
  const held = await readHeldRequest(db, row.request ?? '')
  const { request } = held
  const hasGone = [db.slug, receiver].some(body => hasLeft(region, body, at))
  if (!isHeldAndOpen(request) || hasGone) {
    return [versionGuard(request), unchanged(row), ...withdrawSteps(sql`id = ${row.id}`, COURIER_ACTOR, at)]
  }
  const content = contentFor(region, db.slug, held, receiver, row.kind)
  return [
    versionGuard(request),
    unchanged(row),
    ...grantSteps(region, { ...offerOf(row), receiver, content }, request.id, at),
  ]
}
