import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { withAccessLog } from '../../audit/access-log.ts'
import { actorOf, permitted } from '../../core/access.ts'
import {
  guard,
  openPublicRegion,
  type Step,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { commitOnce } from '../../core/database/idempotency.ts'
import { parseTrackingNumber } from '../../core/ids.ts'
import { type FieldErrorCode, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { type CaseFacts, factsOf, survivorOf } from '../../requests/case/duplicates.ts'
import { heldGuard, openGuard } from '../../requests/case/guards.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { publicRequest } from '../../requests/region-schema.ts'
import { duplicate, type LinkState, request } from '../../requests/schema.ts'
import {
  confirmSteps,
  type LinkMessage,
  type LinkRow,
  linkSteps,
  notifySteps,
  readLink,
  shareOf,
  unlinkSteps,
} from './link.ts'

export interface LinkInput {
  readonly request: string
  readonly of: string
  readonly text: string
  readonly idempotencyKey?: string | undefined
}

export interface Proposal extends LinkInput {
  /** Whether it could be, and what would be linked; nothing is saved. */
  readonly dryRun?: boolean | undefined
}

interface Linked {
  readonly of: string
  readonly state: LinkState
  readonly survivor: string | null
}

/**
 * The other case's holder decides; if both are held here, they are linked at once (S12). Throws `not-found`,
 * `wrong-state`, and `invalid-fields` alike for its own, an unknown and a private number.
 */
export async function propose(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { dryRun = false, ...input }: Proposal,
): Promise<Linked> {
  const at = platform.clock.now()
  const row = await readRequest(db, input.request)
  const number = region.caseNumber(input.of)
  const of = number?.id ?? ''
  if (row.private) throw problem('wrong-state', { detail: 'Private reports cannot be duplicates.' })
  if (of === row.caseId) throw invalidNumber('not-an-option')
  await refuseUnknown(platform, region, of)
  const [link, otherRow] = await Promise.all([readLink(db, row.caseId, of), shareOf(db, of)])
  const round = (link?.round ?? 0) + 1
  const statement = { round, text: input.text, at, actor: actorOf(db.access) }
  const steps: Step[] = [heldGuard(row.id), openGuard(row.id), newGuard(row.caseId, of)]
  if (otherRow?.custody === 'held') {
    const [own, other] = [factsOf(db.slug, row), factsOf(db.slug, otherRow)]
    const survivor = survivorOf(region, own, other)
    if (dryRun) return previewLink(db, steps, { of, state: 'confirmed', survivor })
    const reverseLink = await readLink(db, of, row.caseId)
    steps.push(...confirmSteps(region, db.slug, row, link, { ...statement, other, survivor }))
    steps.push(
      ...confirmSteps(region, db.slug, otherRow, reverseLink, { ...statement, other: own, survivor }),
    )
    return commitLink(db, input, steps, { of, state: 'confirmed', survivor }, at)
  }
  if (dryRun) return previewLink(db, steps, { of, state: 'proposed', survivor: null })
  const { text } = input
  const message: LinkMessage = {
    kind: 'duplicate-proposed',
    of,
    round,
    facts: factsOf(db.slug, row),
    text,
    at,
  }
  steps.push(...linkSteps(row, of, link, { ...statement, state: 'proposed' }))
  const holder = otherRow?.passedTo ?? number?.jurisdiction?.slug ?? ''
  steps.push(...notifySteps(db.slug, holder, message, at))
  return commitLink(db, input, steps, { of, state: 'proposed', survivor: null }, at)
}

/** The other case and the one that would stay open, if both are held here and public; else undefined. */
export async function ownDuplicate(
  db: TenantReader,
  region: Region,
  input: Pick<LinkInput, 'request' | 'of'>,
): Promise<{ readonly other: RequestRow; readonly survivor: string } | undefined> {
  const row = await readRequest(db, input.request)
  const of = region.caseNumber(input.of)?.id ?? ''
  const other = of === row.caseId ? undefined : await shareOf(db, of)
  if (other?.custody !== 'held' || other.private || row.private) return undefined
  return { other, survivor: survivorOf(region, factsOf(db.slug, row), factsOf(db.slug, other)) }
}

/** Throws `not-found`, `wrong-state`. */
export async function answerProposal(
  platform: Platform,
  db: TenantDb,
  region: Region,
  input: LinkInput & { readonly confirmed: boolean },
): Promise<Linked> {
  const at = platform.clock.now()
  const { row, link } = await readLinked(db, input)
  if (link.state !== 'asked' || link.facts === null) throw presentState(link)
  const { round } = link
  const statement = { round, text: input.text, at, actor: actorOf(db.access) }
  const otherRow = await shareOf(db, link.other)
  const own = factsOf(db.slug, row)
  const other: CaseFacts = otherRow?.custody === 'held' ? factsOf(db.slug, otherRow) : link.facts
  const survivor = input.confirmed ? survivorOf(region, own, other) : null
  const answer: LinkMessage = {
    kind: 'duplicate-answer',
    of: link.other,
    round,
    facts: own,
    survivor,
    text: input.text,
    at,
  }
  const steps = [
    heldGuard(row.id),
    ...(survivor === null
      ? linkSteps(row, link.other, link, { ...statement, state: 'declined' })
      : confirmSteps(region, db.slug, row, link, { ...statement, other, survivor })),
    ...notifySteps(db.slug, other.holder, answer, at),
  ]
  const state = input.confirmed ? 'confirmed' : 'declined'
  return commitLink(db, input, steps, { of: link.other, state, survivor }, at)
}

/** Also withdraws a proposal. Throws `not-found`, `wrong-state`. */
export async function unlink(
  platform: Platform,
  db: TenantDb,
  region: Region,
  input: LinkInput,
): Promise<Linked> {
  const at = platform.clock.now()
  const { row, link } = await readLinked(db, input)
  if (link.state !== 'confirmed' && link.state !== 'proposed') throw presentState(link)
  const { round, other: of } = link
  const statement = { round, text: input.text, at, actor: actorOf(db.access) }
  const steps = unlinkSteps(db.slug, row, link, statement)
  const [reverseLink, otherRow] = await Promise.all([readLink(db, of, row.caseId), shareOf(db, of)])
  if (reverseLink !== undefined && otherRow?.custody === 'held') {
    steps.push(...unlinkSteps(db.slug, otherRow, reverseLink, statement))
  } else {
    const holder = link.facts === null ? (region.caseNumber(of)?.jurisdiction?.slug ?? '') : link.facts.holder
    const facts = factsOf(db.slug, row)
    const message: LinkMessage = { kind: 'duplicate-unlinked', of, round, facts, text: input.text, at }
    steps.push(...notifySteps(db.slug, otherRow?.passedTo ?? holder, message, at))
  }
  return commitLink(db, input, steps, { of, state: 'unlinked', survivor: null }, at)
}

async function previewLink(db: TenantDb, guards: readonly Step[], linked: Linked): Promise<Linked> {
  await db.commit(guards)
  return linked
}

async function commitLink(
  db: TenantDb,
  { idempotencyKey, ...content }: LinkInput,
  steps: readonly Step[],
  outcome: Linked,
  at: number,
): Promise<Linked> {
  return commitOnce(db, { key: idempotencyKey, content, steps, outcome }, at)
}

// Throws unless the number is a public case of the region that is not a duplicate itself.
async function refuseUnknown(platform: Platform, region: Region, of: string): Promise<void> {
  const index = openPublicRegion(platform, region.slug)
  const [found] = await index.select().from(publicRequest).where(eq(publicRequest.id, of))
  if (found === undefined) throw invalidNumber('unknown')
  if (found.closeReason === 'duplicate') {
    throw problem('wrong-state', {
      detail: `${of} is a duplicate itself. Use the report that stays open.`,
    })
  }
}

function invalidNumber(code: FieldErrorCode) {
  return problem('invalid-fields', { fields: [{ field: 'of', code }] })
}

function presentState({ state, other }: LinkRow) {
  return problem('wrong-state', { detail: `The duplicate link with ${other} is now ${state}.`, state })
}

/** Throws `not-found`. */
export async function readRequest(db: TenantReader, id: string): Promise<RequestRow> {
  const [row] = await db.select().from(request).where(eq(request.id, id))
  if (row === undefined) throw problem('not-found')
  return row
}

async function readLinked(db: TenantReader, input: LinkInput): Promise<{ row: RequestRow; link: LinkRow }> {
  const row = await readRequest(db, input.request)
  const link = await readLink(db, row.caseId, parseTrackingNumber(input.of)?.id ?? '')
  if (link === undefined) throw problem('not-found')
  return { row, link }
}

function newGuard(caseId: string, of: string): Step {
  return guard(
    sql`NOT EXISTS (SELECT 1 FROM duplicate WHERE case_id = ${caseId} AND other = ${of} AND state IN ('proposed', 'asked', 'confirmed'))`,
    'wrong-state',
    'The two are linked or proposed already: answer that, or undo it first.',
  )
}

/** `text` is null without the right `notes`. */
export type SeenLink = Awaited<ReturnType<typeof linksQuery>>[number]

/** Not logged: only for a response that logs its request, or through `linksOf`. */
export function linksQuery(db: TenantReader, id: string) {
  return db.select(columnsFor(db)).from(duplicate).where(ofCase(id)).orderBy(desc(duplicate.proposedAt))
}

export function linkTextsOf(db: TenantReader, id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM duplicate WHERE ${ofCase(id)} AND ${hasText(db)})`
}

export async function linksOf(db: TenantReader, id: string): Promise<SeenLink[]> {
  const shown = sql`SELECT request FROM duplicate WHERE ${ofCase(id)}`
  const scope = { view: 'list', shown, notes: linkTextsOf(db, id) } as const
  const [rows] = await withAccessLog(db, scope)([linksQuery(db, id)])
  return rows
}

export async function listLinks(
  db: TenantReader,
  state: LinkState,
  before: number | undefined,
  limit: number,
) {
  const seq = sql<number>`${duplicate}.rowid`
  const condition = and(
    eq(duplicate.state, state),
    permitted(db.access, 'read', serviceCode),
    before === undefined ? undefined : lt(seq, before),
  )
  const page = <T extends SQLiteSelect>(select: T) => select.where(condition).orderBy(desc(seq)).limit(limit)
  const shown = page(db.select({ request: duplicate.request }).from(duplicate).$dynamic())
  const withText = page(
    db
      .select({ withText: hasText(db).as('with_text') })
      .from(duplicate)
      .$dynamic(),
  )
  const notes = sql`EXISTS (SELECT 1 FROM ${withText.as('page')} WHERE with_text)`
  const columns = { ...columnsFor(db), seq }
  const scope = { view: 'list', shown, notes } as const
  const [rows] = await withAccessLog(db, scope)([page(db.select(columns).from(duplicate).$dynamic())])
  return rows
}

const ofCase = (id: string) => sql`case_id = (SELECT case_id FROM request WHERE id = ${id})`
const serviceCode = sql`(SELECT service_code FROM request WHERE request.id = duplicate.request)`

function columnsFor({ access }: TenantReader) {
  const text = sql<
    string | null
  >`CASE WHEN ${permitted(access, 'notes', serviceCode)} THEN duplicate.text END`
  return { ...getTableColumns(duplicate), text }
}

function hasText({ access }: TenantReader): SQL {
  return sql`(${permitted(access, 'notes', serviceCode)} AND duplicate.text <> '')`
}
