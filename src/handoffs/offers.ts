import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { heldGuard, openGuard, versionGuard } from '../requests/case/guards.ts'
import { appendEvent } from '../requests/events.ts'
import { timeoutKind } from './automatic/pending.ts'
import { handoffOffered } from './events.ts'
import type { HandoffRow } from './find.ts'
import { grantSteps } from './grant.ts'
import { contentFor, type HeldRequest, readHeldRequest } from './messages/crossing.ts'
import {
  type CrossingContent,
  type EndedContent,
  enqueueMessage,
  type Message,
  type Offer,
} from './messages/messages.ts'
import { answerDeadline, arbitratorOf, checkReason } from './policy.ts'
import { refuseReceiver } from './receiver.ts'
import type { HandoffKind, HandoffState } from './schema.ts'

export interface NewOffer {
  readonly request: string
  readonly version: number
  readonly receiver: string
  readonly kind: HandoffKind
  readonly reason: string
  readonly text: string
  readonly agreement?: string | undefined
  /** Under which the receiver performs, but still has to accept. */
  readonly under?: string | undefined
  readonly idempotencyKey?: string | undefined
}

export interface Offered {
  readonly id: string
  readonly state: HandoffState
}

/**
 * Grants at once under a pre-accepted agreement; goes to the arbitrator if the receiver held it before or two
 * refused it (S11). Throws `invalid-fields` for a receiver who cannot take it, naming who could;
 * `changed-meanwhile`; `wrong-state` if it is closed, transferred or already offered.
 */
export async function offer(
  platform: Platform,
  db: TenantDb,
  region: Region,
  input: NewOffer,
): Promise<Offered> {
  const at = platform.clock.now()
  const held = await readHeldRequest(db, input.request)
  const passesNow = input.agreement !== undefined
  const agreement = input.agreement ?? input.under ?? null
  refuseReceiver(
    region,
    db.slug,
    held.request,
    { field: 'receiver', body: input.receiver, byAgreement: agreement !== null },
    at,
  )
  if (db.access.kind !== 'system') checkReason(region, input.reason)
  const id = randomText(platform.random, 20)
  const disputed = input.kind === 'transfer' && !passesNow && isDisputed(held, input.receiver)
  const state = disputed ? 'appealed' : passesNow ? 'granted' : 'offered'
  const content = contentFor(region, db.slug, held, input.receiver, passesNow ? input.kind : undefined)
  const offered: Offer = {
    handoff: id,
    type: input.kind,
    sender: db.slug,
    receiver: input.receiver,
    reason: input.reason,
    text: input.text,
    agreement,
    offeredAt: at,
    answerBy: passesNow ? null : answerDeadline(region, disputed ? arbitratorOf(region) : input.receiver, at),
    content,
  }
  const steps: Step[] = [
    ...holdGuards(input.request, input.version, input.kind === 'share' ? input.receiver : undefined),
    insertHandoff('sender', passesNow ? 'offered' : state, offered, input.request),
    appendEvent(
      handoffOffered,
      { handoff: id, kind: input.kind, receiver: input.receiver, reason: input.reason, text: input.text },
      { request: input.request, actor: actorOf(db.access), at, public: false },
    ),
    ...(passesNow
      ? grantSteps(region, offered, input.request, at)
      : disputed
        ? appealSteps(region, offered, held.tried, at)
        : [
            ...enqueueMessage(
              `${id}:offer`,
              content.caseId,
              input.receiver,
              { kind: 'offer', ...offered },
              at,
            ),
            timeoutStep(offered),
          ]),
  ]
  const { idempotencyKey, ...rest } = input
  const outcome = { id, state } as const
  return commitOnce<Offered>(db, { key: idempotencyKey, content: rest, steps, outcome }, at)
}

export function isDisputed({ request, tried }: HeldRequest, receiver: string): boolean {
  const refusals = tried.filter(({ state }) => state === 'refused' || state === 'timed-out').length
  return request.holders.includes(receiver) || refusals >= 2
}

/** Custody is offered to one jurisdiction at a time, a share once to each. */
export function holdGuards(request: string, version: number, sharedWith?: string): Step[] {
  const same =
    sharedWith === undefined ? sql`kind = 'transfer'` : sql`kind = 'share' AND receiver = ${sharedWith}`
  return [
    versionGuard({ id: request, version }),
    heldGuard(request),
    openGuard(request),
    guard(
      sql`NOT EXISTS (SELECT 1 FROM handoff WHERE request = ${request} AND side = 'sender' AND state IN ('offered', 'appealed') AND ${same})`,
      'wrong-state',
      'It is already offered. Withdraw that offer first.',
    ),
  ]
}

export function insertHandoff(
  side: HandoffRow['side'],
  state: HandoffState,
  offered: Offer<CrossingContent | EndedContent>,
  request: string | null,
): Step {
  const { content } = offered
  return sql`INSERT INTO handoff (id, side, kind, state, case_id, request, sender, receiver, reason, text, agreement, content, offered_at, answer_by)
    VALUES (${offered.handoff}, ${side}, ${offered.type}, ${state}, ${content.caseId}, ${request}, ${offered.sender}, ${offered.receiver},
      ${offered.reason}, ${offered.text}, ${offered.agreement}, ${JSON.stringify(content)}, ${offered.offeredAt}, ${offered.answerBy})`
}

export function appealSteps(
  region: Region,
  offered: Offer,
  tried: readonly HandoffRow[],
  at: number,
): Step[] {
  const attempts = tried.map(({ receiver, state, answerReason, answerText, counter }) => ({
    receiver,
    state,
    reason: answerReason,
    text: answerText,
    counter,
  }))
  const appeal: Message = { kind: 'appeal', ...offered, tried: attempts }
  return [
    ...enqueueMessage(`${offered.handoff}:appeal`, offered.content.caseId, arbitratorOf(region), appeal, at),
    timeoutStep(offered),
  ]
}

function timeoutStep({ handoff, answerBy, offeredAt }: Offer): Step {
  return enqueueJob(timeoutKind, answerBy ?? offeredAt, { handoff })
}

export function offerOf(row: HandoffRow): Offer {
  return {
    handoff: row.id,
    type: row.kind,
    sender: row.sender,
    receiver: row.receiver,
    reason: row.reason,
    text: row.text,
    agreement: row.agreement,
    offeredAt: row.offeredAt,
    answerBy: row.answerBy,
    // The sender's row keeps its content; those of others are read while the offer is open.
    content: row.content as CrossingContent,
  }
}
