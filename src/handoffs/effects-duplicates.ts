import { and, eq, inArray, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb, type TenantReader } from '../core/db.ts'
import type { Region } from '../regions/compile.ts'
import { factsOf, survivorOf } from '../requests/duplicates.ts'
import { news, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { followedBy, request } from '../requests/schema.ts'
import type { Of } from './effects-receiver.ts'
import {
  confirmSteps,
  forwardSteps,
  type LinkMessage,
  type LinkRow,
  linkSteps,
  readLink,
  shareOf,
  tellSteps,
  unchangedLink,
  unlinkSteps,
} from './link.ts'
import { post } from './messages.ts'

/* What messages about two cases that are one change at their receiver (S12). */

const COURIER_ACTOR = 'system:courier'

interface Side {
  readonly row: RequestRow
  readonly known: LinkRow | undefined
}

/**
 * This side of the link, if the case is held here. Where it has passed on, the message goes after it; a case that is
 * unknown or private answers nothing, so that nobody learns which.
 */
async function sideOf(
  db: TenantDb,
  message: LinkMessage,
  at: number,
): Promise<Side | { readonly steps: Step[] }> {
  const row = await shareOf(db, message.of)
  if (row === undefined || row.private) return { steps: [] }
  if (row.passedTo !== null)
    return { steps: [asHeld(row), ...forwardSteps(db.slug, row, row.passedTo, message, at)] }
  return { row, known: await readLink(db, message.of, message.facts.caseId) }
}

/** Of two that propose each other at once, the one with the lower number answers. */
export async function proposedEffect(
  region: Region,
  db: TenantDb,
  message: Of<'duplicate-proposed'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, known } = side
  const { facts, round, text } = message
  const said = { round, text, at, actor: COURIER_ACTOR }
  if (known !== undefined && known.round >= round) {
    const isMutual = known.round === round && known.state === 'proposed' && row.caseId < facts.caseId
    if (!isMutual) return [unchangedLink(row.caseId, facts.caseId, known)]
    const mine = factsOf(db.slug, row)
    const survivor = survivorOf(region, mine, facts)
    const answer: LinkMessage = {
      kind: 'duplicate-answer',
      of: facts.caseId,
      round,
      facts: mine,
      survivor,
      text: '',
      at,
    }
    return [
      asHeld(row),
      ...confirmSteps(region, db.slug, row, known, facts, survivor, said),
      ...tellSteps(db.slug, facts.holder, answer, at),
    ]
  }
  return [asHeld(row), ...linkSteps(row, facts.caseId, known, { ...said, state: 'asked', facts })]
}

export async function answeredEffect(
  region: Region,
  db: TenantDb,
  message: Of<'duplicate-answer'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, known } = side
  const { facts, round, survivor, text } = message
  const isOurs = known === undefined || (known.round === round && known.state === 'proposed')
  if (!isOurs) return [unchangedLink(row.caseId, facts.caseId, known)]
  const said = { round, text, at, actor: COURIER_ACTOR }
  const steps =
    survivor === null
      ? linkSteps(row, facts.caseId, known, { ...said, state: 'declined', facts })
      : confirmSteps(region, db.slug, row, known, facts, survivor, said)
  return [asHeld(row), ...steps]
}

export async function unlinkedEffect(
  db: TenantDb,
  message: Of<'duplicate-unlinked'>,
  at: number,
): Promise<Step[]> {
  const side = await sideOf(db, message, at)
  if ('steps' in side) return side.steps
  const { row, known } = side
  const { facts, round, text } = message
  const said = { round, text, at, actor: COURIER_ACTOR }
  // It overtook the proposal: that will find it taken back.
  if (known === undefined || known.round < round)
    return linkSteps(row, facts.caseId, known, { ...said, state: 'unlinked', facts })
  const isOpen = known.state === 'asked' || known.state === 'proposed' || known.state === 'confirmed'
  if (known.round > round || !isOpen) return [unchangedLink(row.caseId, facts.caseId, known)]
  return unlinkSteps(db.slug, row, known, said)
}

/** At the origin of the case that goes on: whom to tell of its next status, or of its present one if it is closed. */
export async function followAlongEffect(
  db: TenantDb,
  message: Of<'follow-along'>,
  at: number,
): Promise<Step[]> {
  const { of, follower, jurisdiction, round, ends } = message
  const [face] = await db.select().from(request).where(eq(request.id, of))
  if (face === undefined) return []
  const told = face.caseStatus === 'closed' ? null : face.caseStatus
  return [
    sql`INSERT INTO followed_by (case_id, follower, jurisdiction, round, ended, told)
      VALUES (${of}, ${follower}, ${jurisdiction}, ${round}, ${ends ? 1 : 0}, ${told})
      ON CONFLICT (case_id, follower) DO UPDATE SET round = excluded.round, ended = excluded.ended, told = excluded.told
      WHERE excluded.round > round OR (excluded.round = round AND excluded.ended > ended)`,
    // Has whoever tells of the case look at it once more.
    record(of, COURIER_ACTOR, at, false, { type: 'follower', number: follower, ends }),
    ...news(at),
  ]
}

/** At the duplicate's origin: its reporter hears how the case stands that it goes on in. So do its own duplicates'. */
export async function followedEffect(db: TenantDb, message: Of<'followed'>, at: number): Promise<Step[]> {
  const { of, survivor, status, reason, news: told } = message
  const [face] = await db.select().from(request).where(eq(request.id, of))
  if (face === undefined) return []
  const followers = await followersOf(db, [of])
  return [
    record(of, COURIER_ACTOR, at, true, { type: 'followed', of: survivor, status, reason }),
    sql`UPDATE request SET updated_at = ${at}, version = version + 1 WHERE id = ${of}`,
    ...followers.flatMap(({ follower, jurisdiction }) =>
      // Named by what it tells, so that it goes round no circle twice.
      post(`followed:${follower}:${told}`, follower, jurisdiction, { ...message, of: follower }, at),
    ),
    ...news(at),
  ]
}

/** At an origin, after changes of these cases: tells the origins of their duplicates how they stand now. */
export async function tellFollowers(db: TenantDb, cases: readonly string[], at: number): Promise<Step[]> {
  const followers = await followersOf(db, cases)
  if (followers.length === 0) return []
  const faces = await db
    .select()
    .from(request)
    .where(inArray(request.id, [...new Set(followers.map(({ caseId }) => caseId))]))
  return followers.flatMap(({ caseId, follower, jurisdiction, told: last }) => {
    const face = faces.find(({ id }) => id === caseId)
    if (face === undefined || face.caseStatus === last) return []
    const { caseStatus: status, closeReason, version } = face
    const reason = status === 'closed' ? closeReason : null
    const told = `${caseId}:${version}`
    return [
      sql`UPDATE followed_by SET told = ${status} WHERE case_id = ${caseId} AND follower = ${follower}`,
      ...post(
        `followed:${follower}:${told}`,
        follower,
        jurisdiction,
        { kind: 'followed', of: follower, survivor: caseId, status, reason, news: told },
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

function asHeld({ id, custody, passedTo }: RequestRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND custody = ${custody} AND passed_to IS ${passedTo})`,
    'changed-meanwhile',
  )
}
