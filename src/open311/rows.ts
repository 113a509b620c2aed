import { type SQL, sql } from 'drizzle-orm'
import type { Reader, RegionReader, TenantReader } from '../core/database/handles.ts'
import { fromJson } from '../core/database/json.ts'
import type { GivenAnswer } from '../requests/draft.ts'
import type { CloseReason, Status } from '../requests/schema.ts'
import type { Resolution } from '../routing/types.ts'
import type { GeoReportFilter } from './filter.ts'
import type { Span } from './format/dates.ts'

/** Few columns, because a list may have a thousand rows. */
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
  /** Only when asked for by id: reading a thousand of them would take longer than everything else. */
  readonly resolution?: Resolution
  readonly channel?: string
  readonly answers?: readonly GivenAnswer[]
  readonly timeline?: readonly TimelineEntry[]
  readonly photos?: readonly string[]
}

export interface TimelineEntry {
  readonly type: string
  readonly at: number
  readonly payload: { readonly from?: Status; readonly to?: Status; readonly text?: string }
}

type Columns = Readonly<Partial<Record<keyof FoundRequest, string>>>

/** SQLite writes 15 digits of a number into JSON; a double needs 17 to survive the round trip. */
const exact = (column: string) => `iif(${column} IS NULL, NULL, json(printf('%!.17g', ${column})))`
const itself = (...names: (keyof FoundRequest)[]): Columns =>
  Object.fromEntries(names.map(name => [name, name]))

const columns: Columns = {
  ...itself('id', 'status', 'close_reason', 'status_notes', 'service_code', 'service_name', 'description'),
  ...itself('agency_responsible', 'address', 'address_id', 'zipcode', 'media', 'media_url'),
  ...itself('requested_at', 'updated_at', 'closed_at', 'expected_at'),
  lat: exact('lat'),
  long: exact('long'),
}
// libSQL over HTTP knows no ORDER BY within an aggregate; the order of the subquery is that of the array.
const extensionColumns: Columns = {
  channel: 'channel',
  answers: 'json(answers)',
  timeline: `(SELECT json_group_array(json_object('type', type, 'at', at, 'payload', json(payload))) FROM
    (SELECT type, at, payload FROM event WHERE event.request = found.id AND public = 1 ORDER BY at, seq))`,
  photos: `(SELECT json_group_array(id) FROM
    (SELECT id FROM media WHERE media.request = found.id AND media.private = 0 ORDER BY created_at, id))`,
}

/** As the region shows a case as a whole, the origin's own status notes are omitted. */
const caseColumns: Columns = {
  status: 'case_status',
  status_notes: 'iif(case_status = status, status_notes, NULL)',
  close_reason: "iif(case_status = 'closed', close_reason, NULL)",
  closed_at: "iif(case_status = 'closed', closed_at, NULL)",
}

/**
 * A jurisdiction's public requests, newest first, ties by `seq`: those it holds and those that originated
 * there. `asCases`: with the state of the whole case, for the region. One round trip.
 */
export async function requestsOf(
  db: TenantReader,
  filter: GeoReportFilter,
  { extensions, asCases }: { readonly extensions: boolean; readonly asCases: boolean },
): Promise<FoundRequest[]> {
  const all = {
    ...columns,
    ...(asCases && caseColumns),
    ...(filter.ids !== undefined && { resolution: 'json(resolution)' }),
    ...(extensions && extensionColumns),
  }
  // Former holders know no more about a request than its present one; it is still found by its number.
  const shown = filter.ids === undefined ? sql` AND (custody = 'held' OR origin = ${db.slug})` : sql``
  const rows = await select(db, all, sql`request WHERE private = 0${shown}${matching(filter)}`)
  return rows.map(row => ({ ...row, jurisdiction: db.slug }))
}

export function requestsOfRegion(db: RegionReader, filter: GeoReportFilter): Promise<FoundRequest[]> {
  const all = { ...columns, jurisdiction: 'jurisdiction' }
  return select(db, all, sql`public_request WHERE true${matching(filter)}`)
}

/** All rows as one JSON value: drivers take several times as long to build rows from cells. */
async function select(db: Reader, columns: Columns, from: SQL): Promise<FoundRequest[]> {
  const pairs = Object.entries(columns).map(([name, column]) => `'${name}', ${column}`)
  const [answer] = await db.rows<{ found: string }>(
    sql`SELECT json_group_array(json_object(${sql.raw(pairs.join(', '))})) AS found FROM (SELECT * FROM ${from}) AS found`,
  )
  return fromJson<FoundRequest[]>(answer?.found ?? '[]')
}

function matching({ ids, services, status, requested, updated, limit, offset }: GeoReportFilter): SQL {
  const conditions: SQL[] = []
  // Equality with one value lets the index provide the order too.
  const oneOf = (column: SQL, values: readonly string[]) =>
    values.length === 1
      ? sql`${column} = ${values[0]}`
      : sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
  const within = (column: SQL, { from, to }: Span) =>
    to === Infinity ? sql`${column} >= ${from}` : sql`${column} BETWEEN ${from} AND ${to}`
  if (ids !== undefined) conditions.push(oneOf(sql`id`, ids))
  if (services !== undefined) conditions.push(oneOf(sql`service_code`, services))
  if (status !== undefined)
    conditions.push(status === 'closed' ? sql`status = 'closed'` : sql`status <> 'closed'`)
  if (requested !== undefined) conditions.push(within(sql`requested_at`, requested))
  // The first condition uses the index; a closed request may have been updated since it was closed.
  if (updated !== undefined)
    conditions.push(sql`updated_at >= ${updated.from}`, within(sql`coalesce(closed_at, updated_at)`, updated))
  // The unary plus makes SQLite find recent updates by that index; it would otherwise scan the other for its
  // order.
  const newest = sql.raw(updated !== undefined && requested === undefined ? '+requested_at' : 'requested_at')
  return sql`${sql.join(conditions.map(condition => sql` AND ${condition}`))}
    ORDER BY ${newest} DESC, seq DESC LIMIT ${limit} OFFSET ${offset}`
}
