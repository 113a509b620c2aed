import { type SQL, sql } from 'drizzle-orm'
import { openRegion, openTenantReader, type RegionReader, type TenantReader } from '../core/db.ts'
import { groupBy } from '../core/group.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { CloseReason, Status } from '../requests/schema.ts'
import type { Span } from './dates.ts'
import type { Filter } from './filter.ts'
import type { Scope } from './scope.ts'

/** A public request as GeoReport needs it: a few columns, because a list may have a thousand rows. */
export interface FoundRequest {
  readonly jurisdiction: string
  readonly id: string
  readonly status: Status
  readonly close_reason: CloseReason | null
  readonly status_notes: string | null
  readonly service_code: string
  readonly service_name: string
  readonly description: string
  readonly agency_responsible: string
  readonly address: string | null
  readonly address_id: string | null
  readonly zipcode: string | null
  readonly lat: number | null
  readonly long: number | null
  readonly media: string | null
  readonly media_url: string | null
  readonly requested_at: number
  readonly updated_at: number
  readonly closed_at: number | null
  readonly expected_at: number | null
  /** JSON: the resolution of the day. Only of requests asked for by id. */
  readonly resolution?: string
  /** Only with extensions, and only from a jurisdiction's own database. */
  readonly channel?: string
  /** JSON: `Answer[]`. */
  readonly answers?: string
  /** JSON: `{type, at, payload}[]`, oldest first. */
  readonly timeline?: string
  /** JSON: ids. */
  readonly photos?: string
}

const columns = sql.raw(
  `id, status, close_reason, status_notes, service_code, service_name, description, agency_responsible, address, address_id,
   zipcode, lat, long, media, media_url, requested_at, updated_at, closed_at, expected_at`,
)
const extensionColumns = sql.raw(`, channel, answers,
  (SELECT json_group_array(json_object('type', type, 'at', at, 'payload', json(payload)) ORDER BY seq) FROM event
    WHERE event.request = request.id AND event.public = 1) AS timeline,
  (SELECT json_group_array(id ORDER BY created_at, id) FROM media WHERE media.request = request.id) AS photos`)

/** GET requests, newest first. Of a region without dates: each request from the database of whoever keeps it. */
export async function findRequests(
  platform: Platform,
  scope: Scope,
  filter: Filter,
  extensions: boolean,
): Promise<FoundRequest[]> {
  const { region, jurisdiction } = scope
  const access = { kind: 'public', region: region.slug } as const
  const read = (slug: string, wanted: Filter) =>
    requestsOf(openTenantReader(platform, access, region.slug, slug), wanted, extensions)
  if (jurisdiction !== undefined && filter.ids === undefined) return read(jurisdiction.slug, filter)
  if (filter.ids === undefined) return requestsOfRegion(openRegion(platform, access, region.slug), filter)
  const numbers = filter.ids.flatMap(id => parseTrackingNumber(id) ?? [])
  const byKeeper = groupBy(numbers, ({ code }) => keeperOf(scope, code)?.slug)
  const found = await Promise.all(
    Array.from(byKeeper, ([slug, own]) =>
      slug === undefined ? [] : read(slug, { ...filter, ids: own.map(({ id }) => id) }),
    ),
  )
  return found.flat().sort((a, b) => b.requested_at - a.requested_at)
}

/** GET requests/{id}, however old, in any typing of its number. Throws `not-found`. */
export async function findRequest(
  platform: Platform,
  scope: Scope,
  id: string,
  extensions: boolean,
): Promise<FoundRequest> {
  const [row] = await findRequests(platform, scope, { ids: [id], limit: 1, offset: 0 }, extensions)
  if (row === undefined)
    throw problem('not-found', { detail: `There is no request "${id.slice(0, 100)}" here.` })
  return row
}

/** Whose numbers begin with this code, among those the call is about. */
function keeperOf({ region, jurisdiction }: Scope, code: string) {
  const keeper = region.documents.jurisdictions.find(candidate => candidate.code === code)
  return jurisdiction === undefined || jurisdiction === keeper ? keeper : undefined
}

/** A jurisdiction's public requests, newest first, ties by row. One round trip. */
function requestsOf(db: TenantReader, filter: Filter, extensions: boolean): Promise<FoundRequest[]> {
  const wanted = [columns]
  if (filter.ids !== undefined) wanted.push(sql.raw(', resolution'))
  if (extensions) wanted.push(extensionColumns)
  return db.rows<FoundRequest>(
    sql`SELECT ${db.slug} AS jurisdiction, ${sql.join(wanted)} FROM request WHERE private = 0${matching(filter)}`,
  )
}

/** The same of every jurisdiction of the region, from its public index. */
function requestsOfRegion(db: RegionReader, filter: Filter): Promise<FoundRequest[]> {
  return db.rows<FoundRequest>(
    sql`SELECT jurisdiction, ${columns} FROM public_request WHERE true${matching(filter)}`,
  )
}

function matching({ ids, services, status, requested, updated, limit, offset }: Filter): SQL {
  const conditions: SQL[] = []
  const oneOf = (column: SQL, values: readonly string[]) =>
    sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
  const within = (column: SQL, { from, to }: Span) =>
    to === Infinity ? sql`${column} >= ${from}` : sql`${column} BETWEEN ${from} AND ${to}`
  if (ids !== undefined) conditions.push(oneOf(sql`id`, ids))
  if (services !== undefined) conditions.push(oneOf(sql`service_code`, services))
  if (status !== undefined)
    conditions.push(status === 'closed' ? sql`status = 'closed'` : sql`status <> 'closed'`)
  if (requested !== undefined) conditions.push(within(sql`requested_at`, requested))
  // The first condition is the index's; a closed request may have been touched since it was closed.
  if (updated !== undefined)
    conditions.push(sql`updated_at >= ${updated.from}`, within(sql`coalesce(closed_at, updated_at)`, updated))
  return sql`${sql.join(conditions.map(condition => sql` AND ${condition}`))}
    ORDER BY requested_at DESC, seq DESC LIMIT ${limit} OFFSET ${offset}`
}
