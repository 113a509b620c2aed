import { eq, sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { asProblem, type Problem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { record } from '../requests/events.ts'
import type { HandoffRow } from './find.ts'
import { post } from './messages.ts'
import { offerOf } from './offers.ts'
import { checkReason } from './policy.ts'
import { refuseReceiver } from './receiver.ts'
import { type HandoffState, handoff } from './schema.ts'
import { withdrawSteps } from './withdraw.ts'

interface Caller {
  readonly idempotencyKey?: string | undefined
}

/** The receiver takes it. Custody passes when the sender grants; until then the sender holds. Throws `wrong-state`. */
export async function accept(
  platform: Platform,
  db: TenantDb,
  id: string,
  text: string,
  caller: Caller,
): Promise<void> {
  await answer(platform, db, id, { accepted: true, reason: null, text, counter: null }, caller)
}

/** The receiver does not take it, says why, and may say who should. Throws `invalid-fields`, `wrong-state`. */
export async function refuse(
  platform: Platform,
  db: TenantDb,
  region: Region,
  id: string,
  said: { readonly reason: string; readonly text: string; readonly counter: string | null },
  caller: Caller,
): Promise<void> {
  checkReason(region, said.reason)
  const known =
    said.counter === null || region.jurisdiction(said.counter) !== undefined || region.partner(said.counter)
  if (!known || said.counter === db.slug) {
    throw problem('invalid-fields', { fields: [{ field: 'counter', code: 'not-an-option' }] })
  }
  await answer(platform, db, id, { accepted: false, ...said }, caller)
}

async function answer(
  platform: Platform,
  db: TenantDb,
  id: string,
  said: { accepted: boolean; reason: string | null; text: string; counter: string | null },
  caller: Caller,
): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'receiver')
  const state: HandoffState = said.accepted ? 'accepted' : 'refused'
  const message = { kind: 'answer', handoff: id, answeredAt: at, ...said } as const
  const steps = [
    stateGuard(row, 'receiver', ['offered']),
    sql`UPDATE handoff SET state = ${state}, answer_reason = ${said.reason}, answer_text = ${said.text}, counter = ${said.counter},
      answered_at = ${at}, version = version + 1 WHERE id = ${id} AND side = 'receiver'`,
    record(row.caseId, actorOf(db.access), at, false, {
      type: 'answered',
      handoff: id,
      accepted: said.accepted,
      reason: said.reason,
      text: said.text,
    }),
    ...post(`${id}:answer`, row.caseId, row.sender, message, at),
  ]
  await settle(platform, db, caller, id, said, steps, at, 'receiver')
}

/** The sender takes its offer back, also from the arbitrator. Throws `wrong-state` once it is granted or answered no. */
export async function withdraw(platform: Platform, db: TenantDb, id: string, caller: Caller): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'sender')
  const steps = [
    stateGuard(row, 'sender', ['offered', 'appealed']),
    ...withdrawSteps(sql`id = ${id}`, actorOf(db.access), at),
  ]
  await settle(platform, db, caller, id, 'withdraw', steps, at, 'sender')
}

/** The arbitrator says who holds it from now on: the sender, or anyone else who offers the service. */
export async function decide(
  platform: Platform,
  db: TenantDb,
  region: Region,
  id: string,
  said: { readonly holder: string; readonly text: string },
  caller: Caller,
): Promise<void> {
  const at = platform.clock.now()
  const row = await readHandoff(db, id, 'arbitrator')
  const { content } = offerOf(row)
  if (said.holder !== row.sender) {
    refuseReceiver(region, row.sender, content, { field: 'holder', body: said.holder }, at)
  }
  const state: HandoffState = said.holder === row.sender ? 'kept' : 'granted'
  const steps = [
    stateGuard(row, 'arbitrator', ['appealed']),
    sql`UPDATE handoff SET state = ${state}, receiver = ${said.holder}, answer_text = ${said.text}, answered_at = ${at}, version = version + 1
      WHERE id = ${id} AND side = 'arbitrator'`,
    record(row.caseId, actorOf(db.access), at, false, {
      type: 'decided',
      handoff: id,
      holder: said.holder,
      text: said.text,
    }),
    ...post(`${id}:decision`, row.caseId, row.sender, { kind: 'decision', handoff: id, ...said }, at),
  ]
  await settle(platform, db, caller, id, said, steps, at, 'arbitrator')
}

const onlyFor = {
  sender: 'Only the jurisdiction that offered it may do this.',
  receiver: 'Only the jurisdiction that it was offered to may do this.',
  arbitrator: 'Only the arbitrator may do this, once it is in dispute.',
} as const

/** Throws `not-found` for one that this jurisdiction has no part in, `not-allowed` when it is on another side of it. */
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

/** Commits; a guard that failed is told with the present state, so that the loser of a race knows. */
async function settle(
  platform: Platform,
  db: TenantDb,
  caller: Caller,
  id: string,
  said: unknown,
  steps: readonly Step[],
  at: number,
  side: HandoffRow['side'],
): Promise<void> {
  try {
    await commitOnce(db, { key: caller.idempotencyKey, asked: [id, said], steps, outcome: null }, at)
  } catch (error) {
    if (asProblem(error).slug === 'wrong-state') throw await presentState(db, id, side)
    throw error
  }
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
}

async function presentState(db: TenantDb, id: string, side: HandoffRow['side']): Promise<Problem> {
  const { state } = await readHandoff(db, id, side)
  return problem('wrong-state', { detail: `The handoff is ${state.replace('-', ' ')} now.`, state })
}
