import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { seeing } from '../audit/seen.ts'
import { actorOf, permitted } from '../core/access.ts'
import { guard, openRegion, type Step, type TenantDb, type TenantReader } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { type FaultCode, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { type CaseFacts, factsOf, survivorOf } from '../requests/duplicates.ts'
import type { RequestRow } from '../requests/find.ts'
import { publicRequest } from '../requests/region-schema.ts'
import { duplicate, type LinkState, request } from '../requests/schema.ts'
import {
  confirmSteps,
  type LinkMessage,
  type LinkRow,
  linkSteps,
  originOf,
  readLink,
  shareOf,
  tellSteps,
  unlinkSteps,
} from './link.ts'

/* What staff do about two cases that may be one (S12): propose it, answer the other's proposal, undo it. */

export interface LinkWish {
  readonly request: string
  /** The other case's tracking number. */
  readonly of: string
  readonly text: string
  readonly idempotencyKey?: string | undefined
}

interface Linked {
  readonly of: string
  readonly state: LinkState
  readonly survivor: string | null
}

/**
 * Proposes that a request's case and another are one. The holder of the other decides; where both are held here, they
 * are one from now on.
 *
 * Throws `not-found`; `invalid-fields` for a number that is its own, unknown or private, which look alike; `wrong-state`
 * when it is closed, passed, private, or linked already.
 */
export async function propose(
  platform: Platform,
  db: TenantDb,
  region: Region,
  wish: LinkWish,
): Promise<Linked> {
  const at = platform.clock.now()
  const row = await readRequest(db, wish.request)
  const of = parseTrackingNumber(wish.of)?.id ?? ''
  if (row.private) throw problem('wrong-state', { detail: 'A private report is not compared with others.' })
  if (of === row.caseId) throw badNumber('not-an-option')
  await refuseUnknown(platform, region, of)
  const [known, theirs] = await Promise.all([readLink(db, row.caseId, of), shareOf(db, of)])
  const round = (known?.round ?? 0) + 1
  const said = { round, text: wish.text, at, actor: actorOf(db.access) }
  const steps: Step[] = [...openGuards(row), newGuard(row.caseId, of)]
  if (theirs?.custody === 'held') {
    const [mine, other] = [factsOf(db.slug, row), factsOf(db.slug, theirs)]
    const survivor = survivorOf(region, mine, other)
    const back = await readLink(db, of, row.caseId)
    steps.push(...confirmSteps(region, db.slug, row, known, other, survivor, said))
    steps.push(...confirmSteps(region, db.slug, theirs, back, mine, survivor, said))
    return act(platform, db, wish, steps, { of, state: 'confirmed', survivor }, at)
  }
  const { text } = wish
  const message: LinkMessage = {
    kind: 'duplicate-proposed',
    of,
    round,
    facts: factsOf(db.slug, row),
    text,
    at,
  }
  steps.push(...linkSteps(row, of, known, { ...said, state: 'proposed' }))
  steps.push(...tellSteps(db.slug, theirs?.passedTo ?? originOf(region, of) ?? '', message, at))
  return act(platform, db, wish, steps, { of, state: 'proposed', survivor: null }, at)
}

/** Says whether the case that another jurisdiction has proposed is the same as this one. Throws `not-found`, `wrong-state`. */
export async function answerProposal(
  platform: Platform,
  db: TenantDb,
  region: Region,
  wish: LinkWish & { readonly confirmed: boolean },
): Promise<Linked> {
  const at = platform.clock.now()
  const { row, known } = await readLinked(db, wish)
  if (known.state !== 'asked' || known.facts === null) throw presentState(known)
  const { round } = known
  const said = { round, text: wish.text, at, actor: actorOf(db.access) }
  const theirs = await shareOf(db, known.other)
  const mine = factsOf(db.slug, row)
  const other: CaseFacts = theirs?.custody === 'held' ? factsOf(db.slug, theirs) : JSON.parse(known.facts)
  const survivor = wish.confirmed ? survivorOf(region, mine, other) : null
  const answer: LinkMessage = {
    kind: 'duplicate-answer',
    of: known.other,
    round,
    facts: mine,
    survivor,
    text: wish.text,
    at,
  }
  const steps = [
    ...heldGuards(row),
    ...(survivor === null
      ? linkSteps(row, known.other, known, { ...said, state: 'declined' })
      : confirmSteps(region, db.slug, row, known, other, survivor, said)),
    ...tellSteps(db.slug, other.holder, answer, at),
  ]
  const state = wish.confirmed ? 'confirmed' : 'declined'
  return act(platform, db, wish, steps, { of: known.other, state, survivor }, at)
}

/** Takes a proposal back, or makes two of what was one: both are as they were. Throws `not-found`, `wrong-state`. */
export async function unlink(
  platform: Platform,
  db: TenantDb,
  region: Region,
  wish: LinkWish,
): Promise<Linked> {
  const at = platform.clock.now()
  const { row, known } = await readLinked(db, wish)
  if (known.state !== 'confirmed' && known.state !== 'proposed') throw presentState(known)
  const { round, other: of } = known
  const said = { round, text: wish.text, at, actor: actorOf(db.access) }
  const steps = unlinkSteps(db.slug, row, known, said)
  const [back, theirs] = await Promise.all([readLink(db, of, row.caseId), shareOf(db, of)])
  if (back !== undefined && theirs?.custody === 'held') {
    steps.push(...unlinkSteps(db.slug, theirs, back, said))
  } else {
    const holder =
      known.facts === null ? (originOf(region, of) ?? '') : (JSON.parse(known.facts).holder as string)
    const facts = factsOf(db.slug, row)
    const message: LinkMessage = { kind: 'duplicate-unlinked', of, round, facts, text: wish.text, at }
    steps.push(...tellSteps(db.slug, theirs?.passedTo ?? holder, message, at))
  }
  return act(platform, db, wish, steps, { of, state: 'unlinked', survivor: null }, at)
}

async function act(
  platform: Platform,
  db: TenantDb,
  { idempotencyKey, ...asked }: LinkWish,
  steps: readonly Step[],
  outcome: Linked,
  at: number,
): Promise<Linked> {
  const done = await commitOnce(db, { key: idempotencyKey, asked, steps, outcome }, at)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return done
}

/** The number is a public case of the region, and not itself one that goes on in another. */
async function refuseUnknown(platform: Platform, region: Region, of: string): Promise<void> {
  const index = openRegion(platform, { kind: 'public', region: region.slug }, region.slug)
  const [found] = await index.select().from(publicRequest).where(eq(publicRequest.id, of))
  if (found === undefined) throw badNumber('unknown')
  if (found.closeReason === 'duplicate') {
    throw problem('wrong-state', {
      detail: `${of} is a duplicate itself. Propose the one that it goes on in.`,
    })
  }
}

function badNumber(code: FaultCode) {
  return problem('invalid-fields', { fields: [{ field: 'of', code }] })
}

function presentState({ state, other }: LinkRow) {
  return problem('wrong-state', { detail: `The link with ${other} is ${state} now.`, state })
}

/** Throws `not-found`. */
export async function readRequest(db: TenantReader, id: string): Promise<RequestRow> {
  const [row] = await db.select().from(request).where(eq(request.id, id))
  if (row === undefined) throw problem('not-found')
  return row
}

async function readLinked(db: TenantReader, wish: LinkWish): Promise<{ row: RequestRow; known: LinkRow }> {
  const row = await readRequest(db, wish.request)
  const known = await readLink(db, row.caseId, parseTrackingNumber(wish.of)?.id ?? '')
  if (known === undefined) throw problem('not-found')
  return { row, known }
}

function heldGuards({ id }: RequestRow): Step[] {
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND custody = 'held')`,
      'wrong-state',
      'Another jurisdiction holds it.',
    ),
  ]
}

function openGuards(row: RequestRow): Step[] {
  const isOpen = sql`EXISTS (SELECT 1 FROM request WHERE id = ${row.id} AND status <> 'closed')`
  return [...heldGuards(row), guard(isOpen, 'wrong-state', 'It is closed.')]
}

/** Of two that are proposed, asked about or linked already, nothing can be proposed anew. */
function newGuard(caseId: string, of: string): Step {
  return guard(
    sql`NOT EXISTS (SELECT 1 FROM duplicate WHERE case_id = ${caseId} AND other = ${of} AND state IN ('proposed', 'asked', 'confirmed'))`,
    'wrong-state',
    'The two are linked or proposed already: answer that, or undo it first.',
  )
}

/** A link as this access may see it: what was written on it is null without `notes`. */
export type SeenLink = Awaited<ReturnType<typeof linksQuery>>[number]

/** The links of a request's case, the newest first. A part of its request's answer, or noted by `linksOf`. */
export function linksQuery(db: TenantReader, id: string) {
  return db.select(columnsFor(db)).from(duplicate).where(ofCase(id)).orderBy(desc(duplicate.proposedAt))
}

/** The condition that those show what staff wrote. */
export function linkWordsOf(db: TenantReader, id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM duplicate WHERE ${ofCase(id)} AND ${isWorded(db)})`
}

/** The same links, noted. */
export async function linksOf(db: TenantReader, id: string): Promise<SeenLink[]> {
  const shown = sql`SELECT request FROM duplicate WHERE ${ofCase(id)}`
  const look = { view: 'list', shown, notes: linkWordsOf(db, id) } as const
  const [rows] = await seeing(db, look)([linksQuery(db, id)])
  return rows
}

/** Links in one state, the newest first; `before` is the last one's `seq`. Noted. */
export async function listLinks(
  db: TenantReader,
  state: LinkState,
  before: number | undefined,
  limit: number,
) {
  const seq = sql<number>`${duplicate}.rowid`
  const wanted = and(
    eq(duplicate.state, state),
    permitted(db.access, 'read', serviceCode),
    before === undefined ? undefined : lt(seq, before),
  )
  const page = <T extends SQLiteSelect>(select: T) => select.where(wanted).orderBy(desc(seq)).limit(limit)
  const shown = page(db.select({ request: duplicate.request }).from(duplicate).$dynamic())
  const worded = page(
    db
      .select({ worded: isWorded(db).as('worded') })
      .from(duplicate)
      .$dynamic(),
  )
  const notes = sql`EXISTS (SELECT 1 FROM ${worded.as('page')} WHERE worded)`
  const columns = { ...columnsFor(db), seq }
  const look = { view: 'list', shown, notes } as const
  const [rows] = await seeing(db, look)([page(db.select(columns).from(duplicate).$dynamic())])
  return rows
}

const ofCase = (id: string) => sql`case_id = (SELECT case_id FROM request WHERE id = ${id})`
const serviceCode = sql`(SELECT service_code FROM request WHERE request.id = duplicate.request)`

/** What is written on a link is for whoever may see notes, as it is in the log. */
function columnsFor({ access }: TenantReader) {
  const text = sql<
    string | null
  >`CASE WHEN ${permitted(access, 'notes', serviceCode)} THEN duplicate.text END`
  return { ...getTableColumns(duplicate), text }
}

/** The condition, of a row, that it shows words. */
function isWorded({ access }: TenantReader): SQL {
  return sql`(${permitted(access, 'notes', serviceCode)} AND duplicate.text <> '')`
}
