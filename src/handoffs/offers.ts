import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { randomText } from '../core/ids.ts'
import { ring } from '../core/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { record } from '../requests/events.ts'
import { contentFor, type Held, readHeld } from './crossing.ts'
import type { HandoffRow } from './find.ts'
import { grantSteps } from './grant.ts'
import { type Message, type Offer, post } from './messages.ts'
import { answerDeadline, arbitratorOf, checkReason } from './policy.ts'
import { refuseReceiver } from './receiver.ts'
import type { HandoffKind, HandoffState } from './schema.ts'

export const TIMEOUT = 'handoff-timeout'

export interface NewOffer {
  readonly request: string
  /** The request's version that the caller saw. */
  readonly version: number
  readonly receiver: string
  readonly kind: HandoffKind
  /** Of the region's list. */
  readonly reason: string
  readonly text: string
  /** A standing agreement under which the receiver has accepted beforehand. */
  readonly agreement?: string | undefined
  /** An agreement under which the receiver performs, but has still to accept. */
  readonly under?: string | undefined
  readonly idempotencyKey?: string | undefined
}

export interface Offered {
  readonly id: string
  readonly state: HandoffState
}

/**
 * Offers a request to another jurisdiction. The sender holds it until it grants. Passes at once under a
 * standing agreement; else goes to the region's arbitrator when the receiver held it before, or when two have refused
 * it (S11).
 *
 * Throws `invalid-fields` for a receiver who cannot take it, saying who could; `changed-meanwhile`, or `wrong-state`
 * when it is closed, passed, or already offered.
 */
export async function offer(
  platform: Platform,
  db: TenantDb,
  region: Region,
  wish: NewOffer,
): Promise<Offered> {
  const at = platform.clock.now()
  const held = await readHeld(db, wish.request)
  const passesNow = wish.agreement !== undefined
  const agreement = wish.agreement ?? wish.under ?? null
  refuseReceiver(
    region,
    db.slug,
    held.request,
    { field: 'receiver', body: wish.receiver, byAgreement: agreement !== null },
    at,
  )
  // What the platform itself passes on has a reason of its own, whatever the region lets people choose.
  if (db.access.kind !== 'system') checkReason(region, wish.reason)
  const id = randomText(platform.random, 20)
  const disputed = wish.kind === 'transfer' && !passesNow && isDisputed(held, wish.receiver)
  const state = disputed ? 'appealed' : passesNow ? 'granted' : 'offered'
  const content = contentFor(region, db.slug, held, wish.receiver, passesNow ? wish.kind : undefined)
  const offered: Offer = {
    handoff: id,
    type: wish.kind,
    sender: db.slug,
    receiver: wish.receiver,
    reason: wish.reason,
    text: wish.text,
    agreement,
    offeredAt: at,
    answerBy: passesNow ? null : answerDeadline(region, disputed ? arbitratorOf(region) : wish.receiver, at),
    content,
  }
  const steps: Step[] = [
    ...holdGuards(wish.request, wish.version, wish.kind === 'share' ? wish.receiver : undefined),
    insertHandoff('sender', passesNow ? 'offered' : state, offered, wish.request),
    record(wish.request, actorOf(db.access), at, false, {
      type: 'offered',
      handoff: id,
      receiver: wish.receiver,
      reason: wish.reason,
      text: wish.text,
    }),
    ...(passesNow
      ? grantSteps(region, offered, wish.request, at)
      : disputed
        ? appealSteps(region, offered, held.tried, at)
        : [
            ...post(`${id}:offer`, content.caseId, wish.receiver, { kind: 'offer', ...offered }, at),
            timeoutStep(offered),
          ]),
  ]
  const { idempotencyKey, ...asked } = wish
  const outcome = { id, state } as const
  const done = await commitOnce<Offered>(db, { key: idempotencyKey, asked, steps, outcome }, at)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return done
}

/** A → B → A, or a second refusal: the two do not settle it between themselves. */
export function isDisputed({ request, tried }: Held, receiver: string): boolean {
  const refusals = tried.filter(({ state }) => state === 'refused' || state === 'timed-out').length
  return (JSON.parse(request.trail) as string[]).includes(receiver) || refusals >= 2
}

/**
 * The request is this jurisdiction's to give, open, and as the caller saw it. Its custody is offered to one body at a
 * time; a share in it, once to each.
 */
export function holdGuards(request: string, version: number, sharedWith?: string): Step[] {
  const same =
    sharedWith === undefined ? sql`kind = 'transfer'` : sql`kind = 'share' AND receiver = ${sharedWith}`
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${request} AND version = ${version})`,
      'changed-meanwhile',
      'Read it again, then decide again.',
    ),
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${request} AND custody = 'held')`,
      'wrong-state',
      'Another jurisdiction holds it.',
    ),
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${request} AND status <> 'closed')`,
      'wrong-state',
      'It is closed.',
    ),
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
  offered: Offer,
  request: string | null,
): Step {
  const { content } = offered
  return sql`INSERT INTO handoff (id, side, kind, state, case_id, request, sender, receiver, reason, text, agreement, content, offered_at, answer_by)
    VALUES (${offered.handoff}, ${side}, ${offered.type}, ${state}, ${content.caseId}, ${request}, ${offered.sender}, ${offered.receiver},
      ${offered.reason}, ${offered.text}, ${offered.agreement}, ${JSON.stringify(content)}, ${offered.offeredAt}, ${offered.answerBy})`
}

/** Puts it before the arbitrator, with everything that was tried. */
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
    ...post(`${offered.handoff}:appeal`, offered.content.caseId, arbitratorOf(region), appeal, at),
    timeoutStep(offered),
  ]
}

function timeoutStep({ handoff, answerBy, offeredAt }: Offer): Step {
  return ring(TIMEOUT, answerBy ?? offeredAt, `${TIMEOUT}:${handoff}`, { handoff })
}

/** The sender's offer as its own row tells it. */
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
    content: JSON.parse(row.content),
  }
}
