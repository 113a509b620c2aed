import { and, eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantReader } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import type { Region } from '../regions/compile.ts'
import { type Before, type CaseFacts, joinSteps, restoreSteps } from '../requests/duplicates.ts'
import { record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { duplicate, type LinkState, request } from '../requests/schema.ts'
import { type CrossingContent, type CrossingLink, type DuplicateMessage, post } from './messages.ts'
import { withdrawOffersOf } from './withdraw.ts'

/* One side's link between a case and another (S12): how it is kept, and what follows from each of its states. */

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

/** This jurisdiction's share of a case. */
export async function shareOf(db: TenantReader, caseId: string): Promise<RequestRow | undefined> {
  const [row] = await db.select().from(request).where(eq(request.caseId, caseId))
  return row
}

/** Whose numbers look like this one: there its case began. */
export function originOf(region: Region, number: string): string | undefined {
  const code = parseTrackingNumber(number)?.code
  return region.documents.jurisdictions.find(jurisdiction => jurisdiction.code === code)?.slug
}

export interface Said {
  readonly state: LinkState
  readonly round: number
  readonly text: string
  readonly at: number
  readonly actor: string
  readonly facts?: CaseFacts
  readonly survivor?: string
  readonly before?: Before | null
}

/** Writes this side of the link, as `known` was read, with an entry in the log for staff. */
export function linkSteps(row: RequestRow, other: string, known: LinkRow | undefined, said: Said): Step[] {
  const { state, round, text, at, actor } = said
  const facts = said.facts === undefined ? (known?.facts ?? null) : JSON.stringify(said.facts)
  const before = said.before === undefined ? (known?.before ?? null) : JSON.stringify(said.before)
  const survivor = said.survivor ?? (state === 'unlinked' ? (known?.survivor ?? null) : null)
  const isOpening = state === 'proposed' || state === 'asked'
  return [
    unchangedLink(row.caseId, other, known),
    sql`INSERT INTO duplicate (case_id, other, request, state, round, facts, survivor, before, text, proposed_at, answered_at, version)
      VALUES (${row.caseId}, ${other}, ${row.id}, ${state}, ${round}, ${facts}, ${survivor}, ${before}, ${text}, ${at},
        ${isOpening ? null : at}, 1)
      ON CONFLICT (case_id, other) DO UPDATE SET state = excluded.state, round = excluded.round, facts = excluded.facts,
        survivor = excluded.survivor, before = excluded.before, text = excluded.text, answered_at = excluded.answered_at,
        proposed_at = CASE WHEN ${isOpening ? 1 : 0} THEN excluded.proposed_at ELSE proposed_at END, version = version + 1`,
    record(row.id, actor, at, false, { type: 'duplicate', of: other, state, text }),
  ]
}

/** The link is as it was read, or what follows from it is worked out anew. */
export function unchangedLink(caseId: string, other: string, known: LinkRow | undefined): Step {
  const here = sql`SELECT 1 FROM duplicate WHERE case_id = ${caseId} AND other = ${other}`
  const holds =
    known === undefined ? sql`NOT EXISTS (${here})` : sql`EXISTS (${here} AND version = ${known.version})`
  return guard(holds, 'changed-meanwhile')
}

/** Custody passes, and the links of the case with it: as they stand in `content`, or that is made anew. */
export function giveLinks({ caseId, links }: CrossingContent): Step[] {
  // Versions only count up and no link goes away, so that their sum tells of any change.
  const known = links.reduce((sum, { version }) => sum + version, 0)
  return [
    guard(
      sql`(SELECT coalesce(sum(version), 0) FROM duplicate WHERE case_id = ${caseId}) = ${known}`,
      'changed-meanwhile',
    ),
    ...(links.length === 0
      ? []
      : [sql`UPDATE duplicate SET state = 'passed', version = version + 1 WHERE case_id = ${caseId}`]),
  ]
}

/** A link that came with custody: the new holder goes on with it. Of one that it has had before, the later round counts. */
export function takeLink(caseId: string, request: string, link: CrossingLink): Step {
  const { other, state, round, facts, survivor, before, text, proposedAt, answeredAt } = link
  return sql`INSERT INTO duplicate (case_id, other, request, state, round, facts, survivor, before, text, proposed_at, answered_at, version)
    VALUES (${caseId}, ${other}, ${request}, ${state}, ${round}, ${facts}, ${survivor}, ${before}, ${text}, ${proposedAt}, ${answeredAt}, 1)
    ON CONFLICT (case_id, other) DO UPDATE SET state = excluded.state, round = excluded.round, facts = excluded.facts,
      survivor = excluded.survivor, before = excluded.before, text = excluded.text, proposed_at = excluded.proposed_at,
      answered_at = excluded.answered_at, version = version + 1 WHERE excluded.round >= round`
}

/** Two are one from now on: this side's request, its link, and, of the duplicate, whom its reporter hears from. */
export function confirmSteps(
  region: Region,
  slug: string,
  row: RequestRow,
  known: LinkRow | undefined,
  other: CaseFacts,
  survivor: string,
  said: Pick<Said, 'round' | 'text' | 'at' | 'actor'>,
): Step[] {
  const { steps, before } = joinSteps(region, row, other, survivor, said.at)
  const link = linkSteps(row, other.caseId, known, {
    ...said,
    state: 'confirmed',
    facts: other,
    survivor,
    before,
  })
  const isDuplicate = survivor !== row.caseId && before !== null
  if (!isDuplicate) return [...steps, ...link]
  const withdrawn = withdrawOffersOf(row.id, said.actor, said.at)
  return [...steps, ...link, ...withdrawn, ...followSteps(slug, row, other, said, false)]
}

/** Two are two again: this side is as it was, unless it has gone its own way since. */
export function unlinkSteps(
  slug: string,
  row: RequestRow,
  known: LinkRow,
  said: Pick<Said, 'round' | 'text' | 'at' | 'actor'>,
): Step[] {
  const link = linkSteps(row, known.other, known, { ...said, state: 'unlinked' })
  if (known.state !== 'confirmed' || known.survivor === null || known.facts === null) return link
  const other = JSON.parse(known.facts) as CaseFacts
  const before = JSON.parse(known.before ?? 'null') as Before | null
  const isHere = row.custody === 'held'
  return [
    ...(isHere ? restoreSteps(row, before, known.survivor, said.at) : []),
    ...link,
    ...(before?.role === 'duplicate' ? followSteps(slug, row, other, said, true) : []),
  ]
}

/** The origin of the case that goes on tells the duplicate's origin how it stands, or no longer. */
function followSteps(
  slug: string,
  row: RequestRow,
  survivor: CaseFacts,
  { round, at }: Pick<Said, 'round' | 'at'>,
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
  return post(`${slug}:follow:${row.caseId}:${of}:${round}:${ends}`, of, origin, message, at)
}

/** What the two sides of a link say to each other. */
export type LinkMessage = Extract<DuplicateMessage, { readonly facts: CaseFacts }>

/** Tells whoever holds the other case, or whoever knows who does. */
export function tellSteps(slug: string, to: string, message: LinkMessage, at: number): Step[] {
  const { kind, of, round, facts } = message
  return post(`${slug}:${kind}:${facts.caseId}:${of}:${round}:${to}`, of, to, message, at)
}

/** What came too late for a case that has passed on goes after it, behind the grant. It may come through here again. */
export function forwardSteps(
  slug: string,
  row: RequestRow,
  to: string,
  message: LinkMessage,
  at: number,
): Step[] {
  const { kind, round, facts } = message
  return post(
    `${slug}:${kind}:${facts.caseId}:${row.caseId}:${round}:${to}:${row.version}`,
    row.caseId,
    to,
    message,
    at,
  )
}
