import { and, asc, desc, eq, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/db.ts'
import { event, media, person, request, type Status } from './schema.ts'

export type RequestRow = typeof request.$inferSelect
export type EventRow = typeof event.$inferSelect

/** What may be shown of a request to anyone: everything but who reported it and what staff wrote privately. */
export interface PublicCase {
  readonly request: RequestRow
  /** Oldest first. */
  readonly timeline: readonly EventRow[]
  readonly photos: readonly string[]
}

/** A case by its tracking number, with its public timeline, in one round trip. Undefined when there is none. */
export async function publicCase(db: TenantReader, id: string): Promise<PublicCase | undefined> {
  const [found, timeline, photos] = await db.together([
    db.select().from(request).where(eq(request.id, id)),
    db
      .select()
      .from(event)
      .where(and(eq(event.request, id), eq(event.public, true)))
      .orderBy(asc(event.seq)),
    db
      .select({ id: media.id })
      .from(media)
      .where(eq(media.request, id))
      .orderBy(asc(media.createdAt), asc(media.id)),
  ])
  if (found[0] === undefined) return undefined
  return { request: found[0], timeline, photos: photos.map(photo => photo.id) }
}

/** For the jurisdiction's own staff and programs: with contact details and private notes. */
export async function wholeCase(db: TenantReader, id: string) {
  const [found, timeline, photos] = await db.together([
    db.select().from(request).leftJoin(person, eq(person.id, request.person)).where(eq(request.id, id)),
    db.select().from(event).where(eq(event.request, id)).orderBy(asc(event.seq)),
    db
      .select({ id: media.id })
      .from(media)
      .where(eq(media.request, id))
      .orderBy(asc(media.createdAt), asc(media.id)),
  ])
  const [row] = found
  return row && { request: row.request, contact: row.person, timeline, photos: photos.map(photo => photo.id) }
}

export interface RequestFilter {
  readonly ids?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  readonly statuses?: readonly Status[] | undefined
  /** Both ends inclusive, on the time of the report. */
  readonly requestedFrom?: number | undefined
  readonly requestedTo?: number | undefined
  readonly updatedFrom?: number | undefined
  readonly updatedTo?: number | undefined
  readonly box?: Box | undefined
  /** Words of the number, service, description or address; the beginning of each is enough. */
  readonly words?: string | undefined
  readonly onlyPublic: boolean
  /** Continue after this row (keyset paging: no page costs more than the first). */
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

/** Newest first, ties by row. One round trip. */
export function listRequests(db: TenantReader, filter: RequestFilter): Promise<RequestRow[]> {
  const conditions: (SQL | undefined)[] = [
    filter.onlyPublic ? eq(request.private, false) : undefined,
    filter.ids && inArray(request.id, [...filter.ids]),
    filter.services && inArray(request.serviceCode, [...filter.services]),
    filter.statuses && inArray(request.status, [...filter.statuses]),
    filter.requestedFrom === undefined ? undefined : gte(request.requestedAt, filter.requestedFrom),
    filter.requestedTo === undefined ? undefined : lte(request.requestedAt, filter.requestedTo),
    filter.updatedFrom === undefined ? undefined : gte(request.updatedAt, filter.updatedFrom),
    filter.updatedTo === undefined ? undefined : lte(request.updatedAt, filter.updatedTo),
    filter.box && inBox(filter.box),
    filter.words ? matchingWords(filter.words) : undefined,
    filter.after && olderThan(filter.after),
  ]
  return db
    .select()
    .from(request)
    .where(and(...conditions))
    .orderBy(desc(request.requestedAt), desc(request.seq))
    .limit(filter.limit)
}

function olderThan({ requestedAt, seq }: Cursor): SQL | undefined {
  return or(
    lt(request.requestedAt, requestedAt),
    and(eq(request.requestedAt, requestedAt), lt(request.seq, seq)),
  )
}

/** The index keeps 32-bit floats, rounded outwards, so the exact columns decide. */
function inBox({ south, west, north, east }: Box): SQL {
  return sql`${request.seq} IN (SELECT seq FROM request_place WHERE max_lat >= ${south} AND min_lat <= ${north}
    AND max_long >= ${west} AND min_long <= ${east})
    AND ${request.lat} BETWEEN ${south} AND ${north} AND ${request.long} BETWEEN ${west} AND ${east}`
}

/** Every word quoted, so that nothing a person types is an operator of the search language. */
function matchingWords(words: string): SQL {
  const terms = words.split(/[\s\p{Cc}]+/u).filter(word => /[\p{L}\p{N}]/u.test(word))
  const query = terms.map(term => `"${term.replaceAll('"', '""')}"*`).join(' ')
  if (query === '') return sql`0`
  return sql`${request.seq} IN (SELECT rowid FROM request_words WHERE request_words MATCH ${query})`
}
