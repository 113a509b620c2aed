import { eq, sql } from 'drizzle-orm'
import { actorOf, roleFor } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { asProblem, type Problem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { appendEvent } from '../requests/events.ts'
import { handoffAnswered, handoffDecided } from './events.ts'
import type { HandoffRow } from './find.ts'
import { enqueueMessage } from './messages/messages.ts'
import { eraseOfferContent } from './messages/offer-content.ts'
import { offerOf } from './offers.ts'
import { checkReason } from './policy.ts'
import { refuseReceiver } from './receiver.ts'
import { type HandoffState, handoff } from './schema.ts'
import { withdrawSteps } from './withdraw.ts'

interface HandoffRefusal extends Caller {
  readonly reason: string
  readonly text: string
  readonly counter: string | null
}

interface ArbitratorDecision extends Caller {
  readonly holder: string
  readonly text: string
}

interface Caller {
  readonly idempotencyKey?: string | undefined
}

/** Custody passes only when the sender grants; until then the sender holds the request. Throws `wrong-state`. */
export async function accept(
  platform: Platform,
  db: TenantDb,
  id: string,
  text: string,
  caller: Caller,
): Promise<void> {
  await answer(platform, db, id, { accepted: true, reason: null, text, counter: null }, caller)
}

/** `input.counter` names who should take it instead. Throws `invalid-fields`, `wrong-state`. */
export async function refuse(
  platform: Platform,
  db: TenantDb,
  region: Region,
  id: string,
  { idempotencyKey, ...input }: HandoffRefusal,
): Promise<void> {
  checkReason(region, input.reason)
  const isBody =
    input.counter === null ||
    region.jurisdiction(input.counter) !== undefined ||
    region.partner(input.counter)
  if (!isBody || input.counter === db.slug) {
    throw problem('invalid-fields', { fields: [{ field: 'counter', code: 'not-an-option' }] })
  }
  await answer(platform, db, id, { accepted: false, ...input }, { idempotencyKey })
}

async function answer(
  platform: Platform,
  db: TenantDb,
  id: string,
  input: { accepted: boolean; reason: string | null; text: string; counter: string | null },
  caller: Caller,
): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'receiver')
  const state: HandoffState = input.accepted ? 'accepted' : 'refused'
  const role = roleFor(db.access, 'handoffs', row.content.serviceCode) ?? null
  const message = { kind: 'answer', handoff: id, answeredAt: at, role, ...input } as const
  const steps = [
    stateGuard(row, 'receiver', ['offered']),
    sql`UPDATE handoff SET state = ${state}, answer_reason = ${input.reason}, answer_text = ${input.text}, counter = ${input.counter}, answer_role = ${role},
      answered_at = ${at}, version = version + 1 WHERE id = ${id} AND side = 'receiver'`,
    ...(input.accepted ? [] : [eraseOfferContent(sql`id = ${id} AND side = 'receiver'`)]),
    appendEvent(
      handoffAnswered,
      { handoff: id, kind: row.kind, accepted: input.accepted, reason: input.reason, text: input.text },
      { request: row.caseId, actor: actorOf(db.access), at, public: false },
    ),
    ...enqueueMessage(`${id}:answer`, row.caseId, row.sender, message, at),
  ]
  await settle(db, { id, side: 'receiver', content: [id, input], ...caller }, steps, at)
}

/** Also withdraws from the arbitrator. Throws `wrong-state` once it is granted or refused. */
export async function withdraw(platform: Platform, db: TenantDb, id: string, caller: Caller): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'sender')
  const steps = [
    stateGuard(row, 'sender', ['offered', 'appealed']),
    ...withdrawSteps(sql`id = ${id}`, actorOf(db.access), at),
  ]
  await settle(db, { id, side: 'sender', content: [id, 'withdraw'], ...caller }, steps, at)
}

/** The new holder may be anyone who offers the service. Throws `invalid-fields`, `wrong-state`. */
export async function decide(
  platform: Platform,
  db: TenantDb,
  region: Region,
  id: string,
  { idempotencyKey, ...input }: ArbitratorDecision,
): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'arbitrator')
  const { content } = offerOf(row)
  if (input.holder !== row.sender) {
    refuseReceiver(region, row.sender, content, { field: 'holder', body: input.holder }, at)
  }
  const state: HandoffState = input.holder === row.sender ? 'kept' : 'granted'
  const steps = [
    stateGuard(row, 'arbitrator', ['appealed']),
    sql`UPDATE handoff SET state = ${state}, receiver = ${input.holder}, answer_text = ${input.text}, answered_at = ${at}, version = version + 1
      WHERE id = ${id} AND side = 'arbitrator'`,
    eraseOfferContent(sql`id = ${id} AND side = 'arbitrator'`),
    appendEvent(
      handoffDecided,
      { handoff: id, holder: input.holder, text: input.text },
      { request: row.caseId, actor: actorOf(db.access), at, public: false },
    ),
    ...enqueueMessage(
      `${id}:decision`,
      row.caseId,
      row.sender,
      { kind: 'decision', handoff: id, ...input },
      at,
    ),
  ]
  await settle(db, { id, side: 'arbitrator', content: [id, input], idempotencyKey }, steps, at)
}

const onlyFor = {
  sender: 'Only the sender of the transfer can do this.',
  receiver: 'Only the receiver of the transfer can do this.',
  arbitrator: 'Only the arbitrator can do this, when the transfer is in dispute.',
} as const

/** Throws `not-found` if this jurisdiction takes no part in it, `not-allowed` if it is on another side. */
export async function readHandoff(db: TenantDb, id: string, side: HandoffRow['side']): Promise<HandoffRow> {
  const rows = await db.select().from(handoff).where(eq(handoff.id, id))
  const row = rows.find(candidate => candidate.side === side)
  if (row !== undefined) return row
  throw rows.length === 0 ? problem('not-found') : problem('not-allowed', { detail: onlyFor[side] })
}

export function stateGuard(row: HandoffRow, side: HandoffRow['side'], states: readonly HandoffState[]): Step {
  const allowed = sql.join(
    states.map(state => sql`${state}`),
    sql`, `,
  )
  return guard(
    sql`EXISTS (SELECT 1 FROM handoff WHERE id = ${row.id} AND side = ${side} AND version = ${row.version} AND state IN (${allowed}))`,
    'wrong-state',
  )
}

// `wrong-state` carries the current state, for the loser of a race.
async function settle(
  db: TenantDb,
  { id, side, content, idempotencyKey }: Answered,
  steps: readonly Step[],
  at: number,
): Promise<void> {
  try {
    await commitOnce(db, { key: idempotencyKey, content, steps, outcome: null }, at)
  } catch (error) {
    if (asProblem(error).slug === 'wrong-state') throw await presentState(db, id, side)
    throw error
  }
}

interface Answered extends Caller {
  readonly id: string
  readonly side: HandoffRow['side']
  /** What a repetition must repeat. */
  readonly content: readonly unknown[]
}

async function presentState(db: TenantDb, id: string, side: HandoffRow['side']): Promise<Problem> {
  const { state } = await readHandoff(db, id, side)
  return problem('wrong-state', { detail: `The transfer is now ${state.replace('-', ' ')}.`, state })
}
