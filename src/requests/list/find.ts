import { and, asc, desc, eq, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteSelect } from 'drizzle-orm/sqlite-core'
import { type AccessLogScope, withAccessLog } from '../../audit/access-log.ts'
import { permitted } from '../../core/access.ts'
import type { TenantReader } from '../../core/database/handles.ts'
import { parseTrackingNumber } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { originRequest, type PublicShare, sharesOf } from '../case/case.ts'
import { reportedBy } from '../case/contact-terms.ts'
import { type Holder, holdersOf } from '../case/custody.ts'
import { decryptPerson } from '../case/person.ts'
import { event, heldAndOpen, media, person, request, type Status, share } from '../schema.ts'
import type { Included } from './include.ts'

export type RequestRow = typeof request.$inferSelect
export type EventRow = typeof event.$inferSelect

/** What anyone may see: neither the reporter nor internal notes. */
export interface PublicCase {
  /** At the origin the whole case; elsewhere one share. */
  readonly request: RequestRow
  readonly shares: readonly PublicShare[]
  readonly holders: readonly Holder[]
  readonly timeline: readonly EventRow[]
  readonly photos: readonly string[]
}

export async function publicCase(db: TenantReader, id: string): Promise<PublicCase | undefined> {
  const [found, timeline, photos, others] = await db.together([
    db.select().from(request).where(eq(request.id, id)),
    db
      .select()
      .from(event)
      .where(and(eq(event.request, id), eq(event.public, true)))
      .orderBy(asc(event.at), asc(event.seq)),
    photosOf(db, id),
    sharesElsewhere(db, id),
  ])
  const [row] = found
  if (row === undefined) return undefined
  return {
    request: originRequest(row, others),
    shares: sharesOf(db.slug, row, others),
    holders: holdersOf(db.slug, timeline),
    timeline,
    photos: photos.map(photo => photo.id),
  }
}

/** Contact details and internal notes only with the right to them. `more` is read in the same round trip. */
export async function wholeCase(
  platform: Platform,
  db: TenantReader,
  id: string,
  more: readonly Included[] = [],
) {
  const notes = more.map(each => each.notes(db, id))
  const [found, timeline, photos, others, ...included] = await withAccessLog(
    db,
    wholeCaseAccess(db, id, notes),
  )([...wholeQueries(db, id), ...more.map(({ ask }) => ask(db, id))])
  const whole = await wholeOf(platform, db, [found, timeline, photos, others])
  return whole && { ...whole, included: included as readonly (readonly unknown[])[] }
}

export function wholeCaseAccess(db: TenantReader, id: string, notes: readonly SQL[] = []): AccessLogScope {
  const isRead = and(eq(request.id, id), permitted(db.access, 'read', sql`${request.serviceCode}`))
  const isNoted = sql`EXISTS (SELECT 1 FROM event WHERE request = ${id} AND public = 0)`
  return {
    view: 'request',
    shown: sql`SELECT id FROM ${request} WHERE ${isRead}`,
    contacts: sql`EXISTS (SELECT 1 FROM ${request} JOIN ${person} ON ${contactOf(db)} WHERE ${isRead})`,
    notes: sql`${notesOf(db, id)} AND (${sql.join([isNoted, ...notes], sql` OR `)})`,
  }
}

function contactOf({ access }: TenantReader) {
  return and(eq(person.id, request.person), permitted(access, 'contacts', sql`${request.serviceCode}`))
}

export function wholeQueries(db: TenantReader, id: string) {
  return [
    db
      .select()
      .from(request)
      .leftJoin(person, contactOf(db))
      .where(and(eq(request.id, id), permitted(db.access, 'read', sql`${request.serviceCode}`))),
    db
      .select()
      .from(event)
      .where(and(eq(event.request, id), or(eq(event.public, true), notesOf(db, id))))
      .orderBy(asc(event.at), asc(event.seq)),
    photosOf(db, id),
    sharesElsewhere(db, id),
  ] as const
}

type Found<T> = { [Key in keyof T]: Awaited<T[Key]> }

export async function wholeOf(
  platform: Platform,
  db: TenantReader,
  accessLog: Found<ReturnType<typeof wholeQueries>>,
) {
  const [found, timeline, photos, others] = accessLog
  const [row] = found
  if (row === undefined) return undefined
  return {
    request: row.request,
    contact: await decryptPerson(platform, db, row.person),
    shares: sharesOf(db.slug, row.request, others),
    holders: holdersOf(db.slug, timeline),
    timeline,
    photos: photos.map(photo => photo.id),
  }
}

function notesOf({ access }: TenantReader, id: string): SQL {
  const serviceCode = sql`(SELECT service_code FROM request WHERE id = ${id})`
  return permitted(access, 'notes', serviceCode)
}

function photosOf(db: TenantReader, id: string) {
  return db
    .select({ id: media.id })
    .from(media)
    .where(and(eq(media.request, id), db.access.kind === 'public' ? eq(media.private, false) : undefined))
    .orderBy(asc(media.createdAt), asc(media.id))
}

function sharesElsewhere(db: TenantReader, caseId: string) {
  return db.select().from(share).where(eq(share.caseId, caseId)).orderBy(asc(share.receivedAt))
}

export interface RequestFilter {
  readonly ids?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  readonly statuses?: readonly Status[] | undefined
  readonly requestedFrom?: number | undefined
  readonly requestedTo?: number | undefined
  readonly updatedFrom?: number | undefined
  readonly updatedTo?: number | undefined
  readonly box?: Box | undefined
  /** Prefixes of words; or a tracking number, as people type it. */
  readonly words?: string | undefined
  /** Also by contact details (`termHashes`). Logged as a search, with the right to see contact details only. */
  readonly contact?: readonly string[] | undefined
  readonly onlyPublic: boolean
  readonly onlyOpen?: boolean | undefined
  readonly dueBefore?: number | undefined
  readonly triage?: boolean | undefined
  /** A condition on `request` of another capability. */
  readonly where?: SQL | undefined
  /** `due`: earliest deadline first, requests without one last. `priority`: urgent and unreviewed ones first. */
  readonly order?: 'newest' | 'due' | 'priority' | undefined
  /** Keyset paging: no page costs more than the first. */
  readonly after?: Cursor | undefined
  readonly limit: number
}

export interface Box {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

export interface Cursor {
  readonly requestedAt: number
  readonly seq: number
}

// Sorts requests without a deadline last.
const NO_DAY = 9_007_199_254_740_991

export function dueAt({ expectedAt }: Pick<RequestRow, 'expectedAt'>): number {
  return expectedAt ?? NO_DAY
}

const due = sql<number>`coalesce(${request.expectedAt}, ${sql.raw(String(NO_DAY))})`

// The index `request_priority` is on this expression.
const rank = sql<number>`CASE WHEN ${heldAndOpen}
  THEN (urgent OR instr(triage_reasons, '"answer"') > 0) * 2 + triage + (triage_level > 0) ELSE 0 END`
const RANK = 1e14

/**
 * Urgent requests and those that need review first, then the newest; as one number. An answer that points to danger
 * counts as urgent until somebody has reviewed it.
 */
export function priorityOf(row: RequestRow): number {
  const { custody, status, urgent, triage, triageReasons, triageLevel, requestedAt } = row
  const isOpen = custody === 'held' && status !== 'closed'
  const isUrgent = urgent || triageReasons.includes('answer')
  return (isOpen ? Number(isUrgent) * 2 + Number(triage) + Number(triageLevel > 0) : 0) * RANK + requestedAt
}

export const isOpenHere = sql`${request.custody} = 'held' AND ${request.status} <> 'closed'`

export async function listRequests(db: TenantReader, filter: RequestFilter): Promise<RequestRow[]> {
  const { scope, select } = listRequestsLogged(db, filter)
  const [rows] = await withAccessLog(db, scope)([select])
  return rows
}

/** To combine with other selects in one round trip. */
export function listRequestsLogged(db: TenantReader, filter: RequestFilter) {
  const order = orders[filter.order ?? 'newest']
  const conditions: (SQL | undefined)[] = [
    filter.onlyPublic
      ? eq(request.private, false)
      : permitted(db.access, 'read', sql`${request.serviceCode}`),
    filter.ids && inArray(request.id, [...filter.ids]),
    filter.services && inArray(request.serviceCode, [...filter.services]),
    filter.statuses && inArray(request.status, [...filter.statuses]),
    filter.requestedFrom === undefined ? undefined : gte(request.requestedAt, filter.requestedFrom),
    filter.requestedTo === undefined ? undefined : lte(request.requestedAt, filter.requestedTo),
    filter.updatedFrom === undefined ? undefined : gte(request.updatedAt, filter.updatedFrom),
    filter.updatedTo === undefined ? undefined : lte(request.updatedAt, filter.updatedTo),
    filter.box && inBox(filter.box),
    filter.words ? matching(db, filter.words, filter.contact) : undefined,
    filter.onlyOpen ? isOpenHere : undefined,
    filter.triage ? eq(request.triage, true) : undefined,
    filter.where,
    filter.dueBefore === undefined ? undefined : lt(due, filter.dueBefore),
    filter.after && order.after(filter.after),
  ]
  const page = <T extends SQLiteSelect>(select: T) =>
    select
      .where(and(...conditions))
      .orderBy(...order.by)
      .limit(filter.limit)
  const shown = page(db.select({ id: request.id }).from(request).$dynamic())
  const isByContact = filter.contact && sql`${request.seq} IN (${reportedBy(db, filter.contact)})`
  const scope: AccessLogScope =
    isByContact === undefined
      ? { view: 'list', shown }
      : {
          view: 'search',
          shown,
          contacts: sql`EXISTS (SELECT 1 FROM ${request} WHERE ${and(...conditions, isByContact)})`,
        }
  return { scope, select: page(db.select().from(request).$dynamic()) }
}

interface ListOrder {
  readonly by: readonly SQL[]
  readonly after: (cursor: Cursor) => SQL | undefined
}
const orders: Readonly<Record<'newest' | 'due' | 'priority', ListOrder>> = {
  newest: { by: [desc(request.requestedAt), desc(request.seq)], after: olderThan },
  due: { by: [asc(due), asc(request.seq)], after: dueAfter },
  priority: { by: [desc(rank), desc(request.requestedAt), desc(request.seq)], after: lessUrgentThan },
}

/** `requestedAt` of the cursor is a `priorityOf`. */
function lessUrgentThan({ requestedAt: priority, seq }: Cursor): SQL {
  const [ranked, at] = [Math.floor(priority / RANK), priority % RANK]
  return sql`(${rank}, ${request.requestedAt}, ${request.seq}) < (${ranked}, ${at}, ${seq})`
}

function dueAfter({ requestedAt, seq }: Cursor): SQL {
  return sql`(${due}, ${request.seq}) > (${requestedAt}, ${seq})`
}

function olderThan({ requestedAt, seq }: Cursor): SQL | undefined {
  return or(
    lt(request.requestedAt, requestedAt),
    and(eq(request.requestedAt, requestedAt), lt(request.seq, seq)),
  )
}

// The index stores 32-bit floats rounded outwards, so the exact columns decide.
function inBox({ south, west, north, east }: Box): SQL {
  return sql`${request.seq} IN (SELECT seq FROM request_place WHERE max_lat >= ${south} AND min_lat <= ${north}
    AND max_long >= ${west} AND min_long <= ${east})
    AND ${request.lat} BETWEEN ${south} AND ${north} AND ${request.long} BETWEEN ${west} AND ${east}`
}

function matching(db: TenantReader, words: string, contact: readonly string[] = []): SQL {
  const number = parseTrackingNumber(words)
  if (number !== undefined) return sql`${request.seq} IN (${withNumber(number.id)})`
  const found = [withWords(words), contact.length > 0 && reportedBy(db, contact)].filter(Boolean)
  return sql`${request.seq} IN (${sql.join(found, sql` UNION `)})`
}

/** Of the case or of one of its shares: a jurisdiction also finds what it had, and its origin what others have. */
function withNumber(number: string): SQL {
  return sql`SELECT mine.seq FROM request AS mine WHERE mine.id = ${number} OR mine.case_id = ${number}
    OR mine.id IN (SELECT case_id FROM share WHERE share.request = ${number})`
}

// Quotes every word, so that no input acts as a search operator.
function withWords(words: string): SQL {
  const terms = words.split(/[\s\p{Cc}]+/u).filter(word => /[\p{L}\p{N}]/u.test(word))
  const query = terms.map(term => `"${term.replaceAll('"', '""')}"*`).join(' ')
  if (query === '') return sql`SELECT 0 WHERE false`
  return sql`SELECT rowid FROM request_words WHERE request_words MATCH ${query}`
}
