import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb, type TenantReader } from '../../core/database/handles.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { factsOf, survivorOf } from '../../requests/case/duplicates.ts'
import { touch } from '../../requests/case/status.ts'
import { readEvent } from '../../requests/event-types.ts'
import {
  appendEvent,
  duplicateInformed,
  enqueueLogConsumers,
  originalUpdated,
} from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { event, followedBy, request } from '../../requests/schema.ts'
import {
  confirmSteps,
  forwardLinkMessage,
  type LinkMessage,
  type LinkRow,
  linkSteps,
  notifySteps,
  readLink,
  shareOf,
  unchangedLink,
  unlinkSteps,
} from '../duplicates/link.ts'
import type { Of } from './effects-receiver.ts'
import { enqueueMessage } from './messages.ts'

const COURIER_ACTOR = 'system:courier'

interface Side {
  readonly row: RequestRow
  readonly link: LinkRow | undefined
}

// Forwards the message if the case was transferred. Unknown and private cases look alike: both are ignored.
async function sideOf(
  db: TenantDb,
  message: LinkMessage,
  at: number,
): Promise<Side | { readonly steps: Step[] }> {
  const row = await shareOf(db, message.of)
  if (row === undefined || row.private) return { steps: [] }
  if (row.passedTo !== null)
    return { steps: [asHeld(row), ...forwardLinkMessage(db.slug, row, row.passedTo, message, at)] }
  return { row, link: await readLink(db, message.of, message.facts.caseId) }
}

/** If both propose at once, the case with the lower number answers. */
export async function proposedEffect(
  region: Region,
  db: TenantDb,
  message: Of<'duplicate-proposed'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, link } = side
  const { facts, round, text } = message
  const statement = { round, text, at, actor: COURIER_ACTOR }
  if (link !== undefined && link.round >= round) {
    const isMutual = link.round === round && link.state === 'proposed' && row.caseId < facts.caseId
    if (!isMutual) return [unchangedLink(row.caseId, facts.caseId, link)]
    const own = factsOf(db.slug, row)
    const survivor = survivorOf(region, own, facts)
    const answer: LinkMessage = {
      kind: 'duplicate-answer',
      of: facts.caseId,
      round,
      facts: own,
      survivor,
      text: '',
      at,
    }
    return [
      asHeld(row),
      ...confirmSteps(region, db.slug, row, link, { ...statement, other: facts, survivor }),
      ...notifySteps(db.slug, facts.holder, answer, at),
    ]
  }
  return [asHeld(row), ...linkSteps(row, facts.caseId, link, { ...statement, state: 'asked', facts })]
}

export async function answeredEffect(
  region: Region,
  db: TenantDb,
  message: Of<'duplicate-answer'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, link } = side
  const { facts, round, survivor, text } = message
  const isOurs = link === undefined || (link.round === round && link.state === 'proposed')
  if (!isOurs) return [unchangedLink(row.caseId, facts.caseId, link)]
  const statement = { round, text, at, actor: COURIER_ACTOR }
  const steps =
    survivor === null
      ? linkSteps(row, facts.caseId, link, { ...statement, state: 'declined', facts })
      : confirmSteps(region, db.slug, row, link, { ...statement, other: facts, survivor })
  return [asHeld(row), ...steps]
}

export async function unlinkedEffect(
  db: TenantDb,
  message: Of<'duplicate-unlinked'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, link } = side
  const { facts, round, text } = message
  const statement = { round, text, at, actor: COURIER_ACTOR }
  // It overtook the proposal, which will then find it withdrawn.
  if (link === undefined || link.round < round)
    return linkSteps(row, facts.caseId, link, { ...statement, state: 'unlinked', facts })
  const isOpen = link.state === 'asked' || link.state === 'proposed' || link.state === 'confirmed'
  if (link.round > round || !isOpen) return [unchangedLink(row.caseId, facts.caseId, link)]
  return unlinkSteps(db.slug, row, link, statement)
}

/** `informed` null makes the sync job send the current status of a closed case. */
export async function followAlongEffect(
  db: TenantDb,
  message: Of<'follow-along'>,
  at: number,
): Promise<Step[]> {
  const { of, follower, jurisdiction, round, ends } = message
  const [originCase] = await db.select().from(request).where(eq(request.id, of))
  if (originCase === undefined) return []
  const status = originCase.caseStatus === 'closed' ? null : originCase.caseStatus
  return [
    sql`INSERT INTO followed_by (case_id, follower, jurisdiction, round, ended, informed)
      VALUES (${of}, ${follower}, ${jurisdiction}, ${round}, ${ends ? 1 : 0}, ${status})
      ON CONFLICT (case_id, follower) DO UPDATE SET round = excluded.round, ended = excluded.ended, informed = excluded.informed
      WHERE excluded.round > round OR (excluded.round = round AND excluded.ended > ended)`,
    // Triggers the sync job, which informs followers.
    appendEvent(
      duplicateInformed,
      { number: follower, ends },
      { request: of, actor: COURIER_ACTOR, at, public: false },
    ),
    ...enqueueLogConsumers(at),
  ]
}

export async function followedEffect(db: TenantDb, message: Of<'followed'>, at: number): Promise<Step[]> {
  const { of, survivor, status, reason, news } = message
  const [originCase] = await db.select().from(request).where(eq(request.id, of))
  if (originCase === undefined) return []
  const [followers, last] = await Promise.all([followersOf(db, [of]), lastOriginalUpdate(db, of)])
  const from = last?.of === survivor ? last.status : undefined
  return [
    appendEvent(
      originalUpdated,
      { of: survivor, status, reason, from },
      { request: of, actor: COURIER_ACTOR, at, public: true },
    ),
    touch(of, at),
    ...followers.flatMap(({ follower, jurisdiction }) =>
      // The id names the news, so that it cannot circulate.
      enqueueMessage(
        `followed:${follower}:${news}`,
        follower,
        jurisdiction,
        { ...message, of: follower },
        at,
      ),
    ),
    ...enqueueLogConsumers(at),
  ]
}

async function lastOriginalUpdate(db: TenantDb, id: string) {
  const [row] = await db
    .select()
    .from(event)
    .where(and(eq(event.request, id), eq(event.type, originalUpdated.type)))
    .orderBy(desc(event.seq))
    .limit(1)
  return row && readEvent(originalUpdated, row)
}

export async function informFollowers(db: TenantDb, cases: readonly string[], at: number): Promise<Step[]> {
  const followers = await followersOf(db, cases)
  if (followers.length === 0) return []
  const originCases = await db
    .select()
    .from(request)
    .where(inArray(request.id, [...new Set(followers.map(({ caseId }) => caseId))]))
  return followers.flatMap(({ caseId, follower, jurisdiction, informed: last }) => {
    const originCase = originCases.find(({ id }) => id === caseId)
    if (originCase === undefined || originCase.caseStatus === last) return []
    const { caseStatus: status, closeReason, version } = originCase
    const reason = status === 'closed' ? closeReason : null
    const news = `${caseId}:${version}`
    return [
      sql`UPDATE followed_by SET informed = ${status} WHERE case_id = ${caseId} AND follower = ${follower}`,
      ...enqueueMessage(
        `followed:${follower}:${news}`,
        follower,
        jurisdiction,
        { kind: 'followed', of: follower, survivor: caseId, status, reason, news: news },
        at,
      ),
    ]
  })
}

function followersOf(db: TenantReader, cases: readonly string[]) {
  return db
    .select()
    .from(followedBy)
    .where(and(inArray(followedBy.caseId, [...cases]), eq(followedBy.ended, false)))
}

/** Otherwise throws `changed-meanwhile`, and the effect is recomputed. */
export function asHeld({ id, custody, passedTo }: RequestRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND custody = ${custody} AND passed_to IS ${passedTo})`,
    'changed-meanwhile',
  )
}
