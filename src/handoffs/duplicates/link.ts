import { and, eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantReader } from '../../core/database/handles.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { type Before, type CaseFacts, joinSteps, restoreSteps } from '../../requests/case/duplicates.ts'
import { appendEvent, duplicateLinked } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { duplicate, type LinkState, request } from '../../requests/schema.ts'
import {
  type CrossingContent,
  type CrossingLink,
  type DuplicateMessage,
  enqueueMessage,
} from '../messages/messages.ts'
import { withdrawOffersOf } from '../withdraw.ts'

export type LinkRow = typeof duplicate.$inferSelect

export async function readLink(
  db: TenantReader,
  caseId: string,
  other: string,
): Promise<LinkRow | undefined> {
  const [row] = await db
    .select()
    .from(duplicate)
    .where(and(eq(duplicate.caseId, caseId), eq(duplicate.other, other)))
  return row
}

export async function shareOf(db: TenantReader, caseId: string): Promise<RequestRow | undefined> {
  const [row] = await db.select().from(request).where(eq(request.caseId, caseId))
  return row
}

export interface LinkStatement {
  readonly state: LinkState
  readonly round: number
  readonly text: string
  readonly at: number
  readonly actor: string
  readonly facts?: CaseFacts
  readonly survivor?: string
  readonly before?: Before | null
}

export function linkSteps(
  row: RequestRow,
  other: string,
  current: LinkRow | undefined,
  statement: LinkStatement,
): Step[] {
  const { state, round, text, at, actor } = statement
  const facts = statement.facts === undefined ? (current?.facts ?? null) : statement.facts
  const before = statement.before === undefined ? (current?.before ?? null) : statement.before
  const survivor = statement.survivor ?? (state === 'unlinked' ? (current?.survivor ?? null) : null)
  const isOpening = state === 'proposed' || state === 'asked'
  return [
    unchangedLink(row.caseId, other, current),
    sql`INSERT INTO duplicate (case_id, other, request, state, round, facts, survivor, before, text, proposed_at, answered_at, version)
      VALUES (${row.caseId}, ${other}, ${row.id}, ${state}, ${round}, ${facts && JSON.stringify(facts)}, ${survivor}, ${before && JSON.stringify(before)}, ${text}, ${at},
        ${isOpening ? null : at}, 1)
      ON CONFLICT (case_id, other) DO UPDATE SET state = excluded.state, round = excluded.round, facts = excluded.facts,
        survivor = excluded.survivor, before = excluded.before, text = excluded.text, answered_at = excluded.answered_at,
        proposed_at = CASE WHEN ${isOpening ? 1 : 0} THEN excluded.proposed_at ELSE proposed_at END, version = version + 1`,
    appendEvent(duplicateLinked, { of: other, state, text }, { request: row.id, actor, at, public: false }),
  ]
}

/** Otherwise throws `changed-meanwhile`, and the caller recomputes. */
export function unchangedLink(caseId: string, other: string, current: LinkRow | undefined): Step {
  const here = sql`SELECT 1 FROM duplicate WHERE case_id = ${caseId} AND other = ${other}`
  const holds =
    current === undefined ? sql`NOT EXISTS (${here})` : sql`EXISTS (${here} AND version = ${current.version})`
  return guard(holds, 'changed-meanwhile')
}

/** Transfers the case's links with custody, guarding that they are those in `content`. */
export function transferLinks({ caseId, links }: CrossingContent): Step[] {
  // Versions only increase and links are never deleted, so their sum detects any change.
  const versions = links.reduce((sum, { version }) => sum + version, 0)
  return [
    guard(
      sql`(SELECT coalesce(sum(version), 0) FROM duplicate WHERE case_id = ${caseId}) = ${versions}`,
      'changed-meanwhile',
    ),
    ...(links.length === 0
      ? []
      : [sql`UPDATE duplicate SET state = 'passed', version = version + 1 WHERE case_id = ${caseId}`]),
  ]
}

/** If the new holder has had the link before, the later round wins. */
export function receiveLink(caseId: string, request: string, link: CrossingLink): Step {
  const { other, state, round, facts, survivor, before, text, proposedAt, answeredAt } = link
  return sql`INSERT INTO duplicate (case_id, other, request, state, round, facts, survivor, before, text, proposed_at, answered_at, version)
    VALUES (${caseId}, ${other}, ${request}, ${state}, ${round}, ${facts}, ${survivor}, ${before}, ${text}, ${proposedAt}, ${answeredAt}, 1)
    ON CONFLICT (case_id, other) DO UPDATE SET state = excluded.state, round = excluded.round, facts = excluded.facts,
      survivor = excluded.survivor, before = excluded.before, text = excluded.text, proposed_at = excluded.proposed_at,
      answered_at = excluded.answered_at, version = version + 1 WHERE excluded.round >= round`
}

interface Confirmation extends Pick<LinkStatement, 'round' | 'text' | 'at' | 'actor'> {
  readonly other: CaseFacts
  readonly survivor: string
}

/** Links this side; the duplicate's reporter then follows the surviving case. */
export function confirmSteps(
  region: Region,
  slug: string,
  row: RequestRow,
  current: LinkRow | undefined,
  { other, survivor, ...statement }: Confirmation,
): Step[] {
  const { steps, before } = joinSteps(region, row, other, survivor, statement.at)
  const link = linkSteps(row, other.caseId, current, {
    ...statement,
    state: 'confirmed',
    facts: other,
    survivor,
    before,
  })
  const isDuplicate = survivor !== row.caseId && before !== null
  if (!isDuplicate) return [...steps, ...link]
  const withdrawn = withdrawOffersOf(row.id, statement.actor, statement.at)
  return [...steps, ...link, ...withdrawn, ...followSteps(slug, row, other, statement, false)]
}

/** Restores this side, unless it has changed since. */
export function unlinkSteps(
  slug: string,
  row: RequestRow,
  current: LinkRow,
  statement: Pick<LinkStatement, 'round' | 'text' | 'at' | 'actor'>,
): Step[] {
  const link = linkSteps(row, current.other, current, { ...statement, state: 'unlinked' })
  if (current.state !== 'confirmed' || current.survivor === null || current.facts === null) return link
  const { facts: other, before } = current
  const isHere = row.custody === 'held'
  return [
    ...(isHere ? restoreSteps(row, before, current.survivor, statement.at) : []),
    ...link,
    ...(before?.role === 'duplicate' ? followSteps(slug, row, other, statement, true) : []),
  ]
}

function followSteps(
  slug: string,
  row: RequestRow,
  survivor: CaseFacts,
  { round, at }: Pick<LinkStatement, 'round' | 'at'>,
  ends: boolean,
): Step[] {
  const { caseId: of, origin } = survivor
  const message: DuplicateMessage = {
    kind: 'follow-along',
    of,
    round,
    follower: row.caseId,
    jurisdiction: row.origin,
    ends,
  }
  return enqueueMessage(`${slug}:follow:${row.caseId}:${of}:${round}:${ends}`, of, origin, message, at)
}

export type LinkMessage = Extract<DuplicateMessage, { readonly facts: CaseFacts }>

/** `to` is the other case's holder, or a jurisdiction that knows it. */
export function notifySteps(slug: string, to: string, message: LinkMessage, at: number): Step[] {
  const { kind, of, round, facts } = message
  return enqueueMessage(`${slug}:${kind}:${facts.caseId}:${of}:${round}:${to}`, of, to, message, at)
}

/** In order after the grant. The version keeps ids unique if the message returns here. */
export function forwardLinkMessage(
  slug: string,
  row: RequestRow,
  to: string,
  message: LinkMessage,
  at: number,
): Step[] {
  const { kind, round, facts } = message
  return enqueueMessage(
    `${slug}:${kind}:${facts.caseId}:${row.caseId}:${round}:${to}:${row.version}`,
    row.caseId,
    to,
    message,
    at,
  )
}
