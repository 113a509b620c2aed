import { eq, sql } from 'drizzle-orm'
import { seeing } from '../audit/seen.ts'
import { permitted, type Right } from '../core/access.ts'
import { openRegion, openTenantReader, type TenantReader } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { asProblem } from '../core/problem.ts'
import { listHandoffs, type SeenHandoff } from '../handoffs/find.ts'
import { staff, staffReach } from '../people/region-schema.ts'
import { type SignedIn, signedInAccess } from '../people/sessions.ts'
import { type Cursor, dueAt, lookAtRequests, type RequestFilter, type RequestRow } from '../requests/find.ts'
import type { statuses } from '../requests/schema.ts'
import { type Office, officeOf, type PageContext } from './office.ts'

/*
 * The requests of every jurisdiction that has let somebody work there, as one list: each is asked at once, and what they
 * answer is merged. A page costs each of them one round trip, however far down it is.
 */

export const shows = ['overdue', 'triage', 'offers'] as const
export const orders = ['newest', 'due'] as const

export interface QueueFilter {
  /** Empty: all that I may. */
  readonly jurisdiction: string
  readonly status: 'open' | 'any' | (typeof statuses)[number]
  readonly service: string
  readonly show: (typeof shows)[number] | ''
  readonly words: string
  readonly order: (typeof orders)[number]
  /** Where the page begins: after this row. */
  readonly after: QueueCursor | undefined
}

/** A place in the merged list: its order's number, the jurisdiction, the row there. */
interface QueueCursor {
  readonly at: number
  readonly slug: string
  readonly seq: number
}

export interface QueueRow extends RequestRow {
  readonly office: Office
}

/** What waits for somebody in a jurisdiction; each counted to a hundred. */
export interface Waiting {
  /** Reported or handed on to it, and not yet acknowledged. */
  readonly fresh: number
  readonly offers: number
  readonly disputes: number
  readonly overdue: number
  readonly triage: number
  readonly reroutes: number
  readonly duplicates: number
}

export interface Queue {
  readonly me: string
  readonly offices: readonly { readonly office: Office; readonly waiting: Waiting | undefined }[]
  /** Names of those that could not be asked. */
  readonly away: readonly string[]
  readonly rows: readonly QueueRow[]
  readonly offers: readonly (SeenHandoff & { readonly office: Office })[]
  /** Null on the last page. */
  readonly next: string | null
}

const PAGE = 50
/** Beyond that nobody counts. */
export const COUNTED = 100

export async function readQueue(c: PageContext, signedIn: SignedIn, filter: QueueFilter): Promise<Queue> {
  const { region } = c.get('site')
  const { me, slugs } = await readReach(c, signedIn)
  const asked = await Promise.all(slugs.map(slug => readOne(c, signedIn, slug, filter)))
  const found = asked.flatMap(one => (one !== undefined && 'office' in one ? [one] : []))
  const away = asked.flatMap(one => (one !== undefined && 'away' in one ? [one.away] : []))
  const rows = found
    .flatMap(({ office, rows }) => rows.map(row => ({ ...row, office })))
    .sort((a, b) => inOrder(filter.order, a, b))
  const offers = found.flatMap(({ office, offers }) => offers.map(offer => ({ ...offer, office })))
  const last = rows[PAGE - 1]
  const nameOf = (slug: string) => region.jurisdiction(slug)?.name ?? slug
  return {
    me,
    offices: found.map(({ office, waiting }) => ({ office, waiting })),
    away: away.map(nameOf),
    rows: rows.slice(0, PAGE),
    offers: offers.sort((a, b) => (a.answerBy ?? a.offeredAt) - (b.answerBy ?? b.offeredAt)),
    next: rows.length > PAGE && last !== undefined ? writeCursor(filter.order, last) : null,
  }
}

/** Who has signed in, by name, and where they may have been let work. */
async function readReach(c: PageContext, signedIn: SignedIn) {
  const { region } = c.get('site')
  const access = signedInAccess(signedIn, c.get('platform').clock.now())
  const rows = await openRegion(c.get('platform'), access, region.slug)
    .select({ name: staff.name, slug: staffReach.jurisdiction })
    .from(staff)
    .leftJoin(staffReach, eq(staffReach.staff, staff.id))
    .where(eq(staff.id, signedIn.holder))
  const reached = new Set(rows.map(({ slug }) => slug))
  return {
    me: rows[0]?.name ?? '',
    slugs: region.documents.jurisdictions.map(({ slug }) => slug).filter(slug => reached.has(slug)),
  }
}

interface Asked {
  readonly office: Office
  readonly rows: readonly RequestRow[]
  readonly offers: readonly SeenHandoff[]
  readonly waiting: Waiting | undefined
}

/** Undefined where there is nothing to see. */
async function readOne(
  c: PageContext,
  signedIn: SignedIn,
  slug: string,
  filter: QueueFilter,
): Promise<Asked | { readonly away: string } | undefined> {
  try {
    const office = await officeOf(c, slug, signedIn)
    if (office === undefined) return undefined
    const db = openTenantReader(c.get('platform'), office.access, office.access.region, slug)
    const now = c.get('platform').clock.now()
    const isAsked = filter.jurisdiction === '' || filter.jurisdiction === slug
    const isOffers = filter.show === 'offers'
    const { look, select } = lookAtRequests(db, {
      ...requestFilter(filter, slug, now),
      limit: isAsked && !isOffers ? PAGE + 1 : 0,
    })
    const [[rows, [waiting]], offers] = await Promise.all([
      seeing(db, look)([select, waitingIn(db, now)]),
      isAsked && isOffers
        ? listHandoffs(db, { side: 'receiver', states: ['offered'], limit: COUNTED })
        : ([] as const),
    ])
    return { office, rows, offers, waiting }
  } catch (error) {
    const { slug: problem } = asProblem(error)
    if (problem === 'not-found') return undefined
    if (problem !== 'database-away') throw error
    return { away: slug }
  }
}

function requestFilter(filter: QueueFilter, slug: string, now: number): Omit<RequestFilter, 'limit'> {
  const { status, service, show, words, order, after } = filter
  const isOverdue = show === 'overdue'
  const isOpen = status === 'open' || isOverdue
  return {
    onlyPublic: false,
    onlyOpen: isOpen,
    statuses: isOpen || status === 'any' ? undefined : [status],
    services: service === '' ? undefined : [service],
    dueBefore: isOverdue ? now : undefined,
    triage: show === 'triage' || undefined,
    // A number however it is typed.
    words: (parseTrackingNumber(words)?.id ?? words) || undefined,
    order,
    after: after && placeIn(slug, order, after),
  }
}

/** The merged list's place as one jurisdiction's own: at the same instant, those before it in the list are behind us. */
function placeIn(slug: string, order: QueueFilter['order'], { at, slug: last, seq }: QueueCursor): Cursor {
  if (slug === last) return { requestedAt: at, seq }
  const isStillToCome = slug > last
  const isAscending = order === 'due'
  return { requestedAt: at, seq: isStillToCome === isAscending ? 0 : Number.MAX_SAFE_INTEGER }
}

function inOrder(order: QueueFilter['order'], a: QueueRow, b: QueueRow): number {
  const bySlug = compare(a.office.jurisdiction.slug, b.office.jurisdiction.slug)
  return order === 'due'
    ? dueAt(a) - dueAt(b) || bySlug || a.seq - b.seq
    : b.requestedAt - a.requestedAt || bySlug || b.seq - a.seq
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function writeCursor(order: QueueFilter['order'], row: QueueRow): string {
  const at = order === 'due' ? dueAt(row) : row.requestedAt
  return `${at}.${row.office.jurisdiction.slug}.${row.seq}`
}

/** Undefined for what no page of ours has written: then the list begins at its beginning. */
export function readQueueCursor(typed: string): QueueCursor | undefined {
  const [, at, slug, seq] = /^(\d{1,16})\.([a-z0-9-]{1,48})\.(\d{1,15})$/.exec(typed) ?? []
  if (at === undefined || slug === undefined || seq === undefined) return undefined
  return { at: Number(at), slug, seq: Number(seq) }
}

/** Everything that waits, in one row. Each count stops at a hundred, and looks no further than an index leads it. */
function waitingIn(db: TenantReader, now: number) {
  const { access } = db
  const readable = (column: string, right: Right = 'read') => permitted(access, right, sql.raw(column))
  const open = sql`custody = 'held' AND status <> 'closed'`
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
      disputes: handoffs('arbitrator', 'appealed'),
      overdue: counted(
        sql`SELECT 1 FROM request WHERE ${open} AND ${due} < ${now} AND ${readable('service_code')}`,
      ),
      triage: counted(
        sql`SELECT 1 FROM request WHERE triage = 1 AND ${open} AND ${readable('service_code')}`,
      ),
      reroutes: counted(sql`SELECT 1 FROM event JOIN request ON request.id = event.request
        WHERE event.type = 'rerouted' AND ${open} AND ${readable('service_code')}`),
      duplicates: counted(sql`SELECT 1 FROM duplicate JOIN request ON request.id = duplicate.request
        WHERE duplicate.state = 'asked' AND ${readable('service_code')}`),
    })
    .from(sql`(SELECT 1)`)
}
