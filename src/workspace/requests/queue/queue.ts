import { eq, sql } from 'drizzle-orm'
import { withAccessLog } from '../../../audit/access-log.ts'
import { may, permitted, type Right } from '../../../core/access.ts'
import { openRegion, openTenantReader, type TenantReader } from '../../../core/database/handles.ts'
import { parseTrackingNumber } from '../../../core/ids.ts'
import { asProblem } from '../../../core/problem.ts'
import { declinedOffers, listHandoffs, type SeenHandoff } from '../../../handoffs/find.ts'
import { staff, staffJurisdiction } from '../../../identity/region-schema.ts'
import { type SignedIn, signedInAccess } from '../../../identity/sessions/sessions.ts'
import { hasFailedEmail } from '../../../notify/undelivered.ts'
import { isUndelivered } from '../../../partners/to-partner.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { Jurisdiction } from '../../../regions/documents/snapshot.ts'
import type { Region } from '../../../regions/runtime/compile.ts'
import { termHashes } from '../../../requests/case/contact-terms.ts'
import {
  type Cursor,
  dueAt,
  listRequestsLogged,
  priorityOf,
  type RequestFilter,
  type RequestRow,
} from '../../../requests/list/find.ts'
import type { statuses } from '../../../requests/schema.ts'
import { heldAndOpen } from '../../../requests/schema.ts'
import { type StaffContext, staffContextOf } from '../../shell/context.ts'

/* All jurisdictions are queried in parallel: one round trip to each per page, however deep the page is. */

export const shows = ['overdue', 'triage', 'undelivered', 'offers'] as const
export const orders = ['priority', 'newest', 'due'] as const

const isAnyUndelivered = sql`(${isUndelivered} OR ${hasFailedEmail})`

export interface QueueFilter {
  readonly jurisdiction: string
  readonly status: 'open' | 'any' | (typeof statuses)[number]
  readonly service: string
  readonly show: (typeof shows)[number] | ''
  readonly words: string
  /** The words as they are in the address of the page, encrypted (`search.tsx`); empty for plain ones. */
  readonly search: string
  readonly order: (typeof orders)[number]
  readonly after: QueueCursor | undefined
}

/** A position in the merged list: the value of its order, the jurisdiction, and the row's `seq` there. */
interface QueueCursor {
  readonly at: number
  readonly slug: string
  readonly seq: number
}

export interface QueueRow extends RequestRow {
  readonly context: StaffContext
}

export interface Waiting {
  readonly fresh: number
  readonly offers: number
  readonly declined: number
  readonly disputes: number
  readonly overdue: number
  readonly triage: number
  readonly undelivered: number
  readonly reroutes: number
  readonly duplicates: number
}

export interface Queue {
  readonly me: string
  readonly contexts: readonly { readonly context: StaffContext; readonly waiting: Waiting | undefined }[]
  readonly unavailable: readonly string[]
  /** Jurisdictions where they work, but whose rules do not accept the sign-in they used. */
  readonly otherSignIn: readonly Jurisdiction[]
  readonly rows: readonly QueueRow[]
  readonly offers: readonly (SeenHandoff & { readonly context: StaffContext })[]
  readonly next: string | null
}

const PAGE = 50
/** The highest number that a count goes to. */
export const COUNTED = 100

export async function readQueue(
  platform: Platform,
  region: Region,
  signedIn: SignedIn,
  filter: QueueFilter,
): Promise<Queue> {
  const { me, slugs } = await readJurisdictions(platform, region, signedIn)
  const results = await Promise.all(slugs.map(slug => readOne(platform, region, slug, signedIn, filter)))
  const found = results.flatMap(one => (one !== undefined && 'context' in one ? [one] : []))
  const unavailable = results.flatMap(one =>
    one !== undefined && 'unavailable' in one ? [one.unavailable] : [],
  )
  const others = results.flatMap(one => (one !== undefined && 'otherSignIn' in one ? [one.otherSignIn] : []))
  const rows = found
    .flatMap(({ context, rows }) => rows.map(row => ({ ...row, context })))
    .sort((a, b) => inOrder(filter.order, a, b))
  const offers = found.flatMap(({ context, offers }) => offers.map(offer => ({ ...offer, context })))
  const last = rows[PAGE - 1]
  const nameOf = (slug: string) => region.jurisdiction(slug)?.name ?? slug
  return {
    me,
    contexts: found.map(({ context, waiting }) => ({ context, waiting })),
    unavailable: unavailable.map(nameOf),
    otherSignIn: others.flatMap(slug => region.jurisdiction(slug) ?? []),
    rows: rows.slice(0, PAGE),
    offers: offers.sort((a, b) => (a.answerBy ?? a.offeredAt) - (b.answerBy ?? b.offeredAt)),
    next: rows.length > PAGE && last !== undefined ? writeCursor(filter.order, last) : null,
  }
}

async function readJurisdictions(platform: Platform, region: Region, signedIn: SignedIn) {
  const access = signedInAccess(signedIn, platform.clock.now())
  const rows = await openRegion(platform, access, region.slug)
    .select({ name: staff.name, slug: staffJurisdiction.jurisdiction })
    .from(staff)
    .leftJoin(staffJurisdiction, eq(staffJurisdiction.staff, staff.id))
    .where(eq(staff.id, signedIn.holder))
  const assigned = new Set(rows.map(({ slug }) => slug))
  return {
    me: rows[0]?.name ?? '',
    slugs: region.documents.jurisdictions.map(({ slug }) => slug).filter(slug => assigned.has(slug)),
  }
}

interface QueuePart {
  readonly context: StaffContext
  readonly rows: readonly RequestRow[]
  readonly offers: readonly SeenHandoff[]
  readonly waiting: Waiting | undefined
}

async function readOne(
  platform: Platform,
  region: Region,
  slug: string,
  signedIn: SignedIn,
  filter: QueueFilter,
): Promise<QueuePart | { readonly unavailable: string } | { readonly otherSignIn: string } | undefined> {
  try {
    const context = await staffContextOf(platform, region, slug, signedIn)
    if (context === undefined) return undefined
    const db = openTenantReader(platform, context.access, context.access.region, slug)
    const now = platform.clock.now()
    const isIncluded = filter.jurisdiction === '' || filter.jurisdiction === slug
    const isOffers = filter.show === 'offers'
    const isSearch = isIncluded && filter.words !== '' && !isOffers
    const { scope, select } = listRequestsLogged(db, {
      ...requestFilter(filter, slug, now),
      contact: isSearch && filter.search !== '' ? await contactHashes(platform, db, filter.words) : undefined,
      limit: isIncluded && !isOffers ? PAGE + 1 : 0,
    })
    const [[rows, [waiting]], offers] = await Promise.all([
      withAccessLog(db, scope)([select, waitingIn(db, now)]),
      isIncluded && isOffers
        ? listHandoffs(db, { side: 'receiver', states: ['offered'], limit: COUNTED })
        : ([] as const),
    ])
    return { context, rows, offers, waiting }
  } catch (error) {
    const { slug: problem } = asProblem(error)
    if (problem === 'not-found') return undefined
    if (problem === 'other-sign-in-needed') return { otherSignIn: slug }
    if (problem !== 'database-unavailable') throw error
    return { unavailable: slug }
  }
}

/** Empty for those who may not see contact details: they search what is in the reports. */
async function contactHashes(platform: Platform, db: TenantReader, words: string) {
  return may(db.access, 'contacts') ? termHashes(platform, db, words) : []
}

function requestFilter(filter: QueueFilter, slug: string, now: number): Omit<RequestFilter, 'limit'> {
  const { status, service, show, words, order, after } = filter
  const isOverdue = show === 'overdue'
  // A number is found whatever has become of its request.
  const isNumber = parseTrackingNumber(words) !== undefined
  const isOpen = isOverdue || (status === 'open' && !isNumber)
  return {
    onlyPublic: false,
    onlyOpen: isOpen,
    statuses: status === 'open' || status === 'any' || isOpen || isNumber ? undefined : [status],
    services: service === '' ? undefined : [service],
    dueBefore: isOverdue ? now : undefined,
    triage: show === 'triage' || undefined,
    where: show === 'undelivered' ? isAnyUndelivered : undefined,
    words: words || undefined,
    order,
    after: after && placeIn(slug, order, after),
  }
}

/** Rows of the same instant are ordered by slug, so those of earlier slugs have been shown. */
function placeIn(slug: string, order: QueueFilter['order'], { at, slug: last, seq }: QueueCursor): Cursor {
  if (slug === last) return { requestedAt: at, seq }
  const isStillToCome = slug > last
  const isAscending = order === 'due'
  return { requestedAt: at, seq: isStillToCome === isAscending ? 0 : Number.MAX_SAFE_INTEGER }
}

function inOrder(order: QueueFilter['order'], a: QueueRow, b: QueueRow): number {
  const bySlug = compare(a.context.jurisdiction.slug, b.context.jurisdiction.slug)
  const byPlace = placeOf(order, a) - placeOf(order, b)
  return order === 'due' ? byPlace || bySlug || a.seq - b.seq : -byPlace || bySlug || b.seq - a.seq
}

function placeOf(order: QueueFilter['order'], row: QueueRow): number {
  if (order === 'due') return dueAt(row)
  return order === 'priority' ? priorityOf(row) : row.requestedAt
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function writeCursor(order: QueueFilter['order'], row: QueueRow): string {
  return `${placeOf(order, row)}.${row.context.jurisdiction.slug}.${row.seq}`
}

/** Undefined for a malformed cursor: the list then starts at the top. */
export function readQueueCursor(typed: string): QueueCursor | undefined {
  const [, at, slug, seq] = /^(\d{1,16})\.([a-z0-9-]{1,48})\.(\d{1,15})$/.exec(typed) ?? []
  if (at === undefined || slug === undefined || seq === undefined) return undefined
  return { at: Number(at), slug, seq: Number(seq) }
}

/** All counts in one row. Each stops at `COUNTED` and reads only what an index finds. */
function waitingIn(db: TenantReader, now: number) {
  const { access } = db
  const readable = (column: string, right: Right = 'read') => permitted(access, right, sql.raw(column))
  const counted = (rows: ReturnType<typeof sql>) =>
    sql<number>`(SELECT count(*) FROM (${rows} LIMIT ${COUNTED}))`
  const handoffs = (side: string, state: string) =>
    counted(sql`SELECT 1 FROM handoff WHERE side = ${side} AND state = ${state}
      AND ${readable("content ->> '$.serviceCode'")}`)
  const due = sql.raw('coalesce(expected_at, 9007199254740991)')
  return db
    .select({
      fresh: counted(
        sql`SELECT 1 FROM request WHERE status = 'submitted' AND custody = 'held' AND ${readable('service_code')}`,
      ),
      offers: handoffs('receiver', 'offered'),
      declined: counted(
        sql`SELECT 1 FROM handoff WHERE ${declinedOffers} AND ${readable("content ->> '$.serviceCode'")}`,
      ),
      disputes: handoffs('arbitrator', 'appealed'),
      overdue: counted(
        sql`SELECT 1 FROM request WHERE ${heldAndOpen} AND ${due} < ${now} AND ${readable('service_code')}`,
      ),
      triage: counted(
        sql`SELECT 1 FROM request WHERE triage = 1 AND ${heldAndOpen} AND ${readable('service_code')}`,
      ),
      undelivered: counted(
        sql`SELECT 1 FROM request WHERE ${heldAndOpen} AND ${isAnyUndelivered} AND ${readable('service_code')}`,
      ),
      reroutes: counted(sql`SELECT 1 FROM event JOIN request ON request.id = event.request
        WHERE event.type = 'rerouted' AND ${heldAndOpen} AND ${readable('service_code')}`),
      duplicates: counted(sql`SELECT 1 FROM duplicate JOIN request ON request.id = duplicate.request
        WHERE duplicate.state = 'asked' AND ${readable('service_code')}`),
    })
    .from(sql`(SELECT 1)`)
}
