import { and, desc, eq, gte, inArray, isNotNull, lt, or, type SQL, sql } from 'drizzle-orm'
import {
  fixedStatement,
  openRegion,
  type RegionReader,
  type TenantReader,
} from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { fromJson } from '../../core/database/json.ts'
import { metersBetween, metersPerDegree, type Place } from '../../core/geometry.ts'
import { originRequest } from '../case/case.ts'
import { publishKind } from '../events.ts'
import { publicRequest } from '../region-schema.ts'
import { request, share } from '../schema.ts'
import type { Box, Cursor } from './find.ts'

// A copy that follows each jurisdiction's log; the jurisdictions' own databases are authoritative.
export const PUBLIC_INDEX = 'public-index'
const BATCH = 200

export type PublicRequest = typeof publicRequest.$inferSelect

/** Repeated and reordered events do no harm. */
export const publishJob = defineJob(publishKind, {
  retryPolicy: RETRY_ALWAYS,
  coalesces: true,
  async tenant(platform, tenant) {
    const region = openRegion(platform, { kind: 'system', reason: publishKind.kind }, tenant.region)
    for (;;) {
      const [changed] = await tenant.rows<Changed>(changedSince)
      if (changed?.newest == null) return undefined
      const originCases = await sharedFaces(tenant, fromJson<string[]>(changed.shared))
      for (const rows of [changed.rows, originCases]) {
        if (rows !== '[]') await region.commit([carryOver(tenant.slug, rows)])
      }
      const moved = fixedStatement(MOVE_CURSOR, [PUBLIC_INDEX, changed.newest])
      // Anything newer has enqueued the job again, and is coalesced with what follows.
      if (changed.count < BATCH) return { steps: [moved] }
      await tenant.commit([moved])
    }
  },
})

const MOVE_CURSOR = `INSERT INTO consumer (name, seq) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`

interface Changed {
  readonly newest: number | null
  readonly count: number
  /** JSON: an array of values for each, in the order of `columns`. */
  readonly rows: string
  readonly shared: string
}

const fields = {
  id: 'id',
  version: 'version',
  serviceCode: 'service_code',
  serviceName: 'service_name',
  status: 'status',
  closeReason: 'close_reason',
  statusNotes: 'status_notes',
  description: 'description',
  address: 'address',
  addressId: 'address_id',
  zipcode: 'zipcode',
  lat: 'lat',
  long: 'long',
  agencyResponsible: 'agency_responsible',
  media: 'media',
  mediaUrl: 'media_url',
  requestedAt: 'requested_at',
  updatedAt: 'updated_at',
  expectedAt: 'expected_at',
  closedAt: 'closed_at',
} as const
const columns = Object.values(fields)

// A case appears once, as its origin has it. Parsing the rows here would cost more than everything else.
const changedSince = sql.raw(`
  WITH news AS (
    SELECT seq, request FROM event WHERE seq > coalesce((SELECT seq FROM consumer WHERE name = '${PUBLIC_INDEX}'), 0)
    ORDER BY seq LIMIT ${BATCH}),
  face AS (
    SELECT *, EXISTS (SELECT 1 FROM share WHERE share.case_id = request.id) AS is_shared FROM request
    WHERE id IN (SELECT request FROM news) AND id = case_id AND private = 0)
  SELECT (SELECT max(seq) FROM news) AS newest, (SELECT count(*) FROM news) AS count,
    (SELECT json_group_array(json_array(${columns.join(', ')})) FROM face WHERE NOT is_shared) AS rows,
    (SELECT json_group_array(id) FROM face WHERE is_shared) AS shared`)

async function sharedFaces(db: TenantReader, ids: readonly string[]): Promise<string> {
  if (ids.length === 0) return '[]'
  const [rows, shares] = await db.together([
    db
      .select()
      .from(request)
      .where(inArray(request.id, [...ids])),
    db
      .select()
      .from(share)
      .where(inArray(share.caseId, [...ids])),
  ])
  const originCases = rows.map(row =>
    originRequest(
      row,
      shares.filter(({ caseId }) => caseId === row.caseId),
    ),
  )
  return JSON.stringify(
    originCases.map(originCase =>
      (Object.keys(fields) as (keyof typeof fields)[]).map(field => originCase[field]),
    ),
  )
}

function carryOver(jurisdiction: string, rows: string): SQL {
  const values = columns.map((_, place) => `value ->> ${place}`).join(', ')
  const updates = columns.map(column => `${column} = excluded.${column}`).join(', ')
  return sql`INSERT INTO public_request (jurisdiction, ${sql.raw(columns.join(', '))})
    SELECT ${jurisdiction}, ${sql.raw(values)} FROM json_each(${rows}) WHERE true
    ON CONFLICT (id) DO UPDATE SET ${sql.raw(updates)} WHERE excluded.version > public_request.version`
}

export interface PublicFilter {
  readonly jurisdiction?: string | undefined
  readonly services?: readonly string[] | undefined
  readonly status?: 'open' | 'closed' | undefined
  readonly box?: Box | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

export function listPublicRequests(db: RegionReader, filter: PublicFilter): Promise<PublicRequest[]> {
  return db
    .select()
    .from(publicRequest)
    .where(matching(filter))
    .orderBy(desc(publicRequest.requestedAt), desc(publicRequest.seq))
    .limit(filter.limit)
}

/** Only what a map needs, of those that have a place: the newest. */
export function listPublicPoints(db: RegionReader, filter: PublicFilter) {
  const { id, status, long, lat } = publicRequest
  return db
    .select({ id, status, long, lat })
    .from(publicRequest)
    .where(and(matching(filter), isNotNull(lat), isNotNull(long)))
    .orderBy(desc(publicRequest.requestedAt), desc(publicRequest.seq))
    .limit(filter.limit)
}

function matching({ jurisdiction, services, status, box, after }: PublicFilter): SQL | undefined {
  return and(
    jurisdiction === undefined ? undefined : eq(publicRequest.jurisdiction, jurisdiction),
    services && inArray(publicRequest.serviceCode, [...services]),
    status === undefined
      ? undefined
      : sql`(${publicRequest.status} = 'closed') = ${status === 'closed' ? 1 : 0}`,
    box && inBox(box),
    after &&
      or(
        lt(publicRequest.requestedAt, after.requestedAt),
        and(eq(publicRequest.requestedAt, after.requestedAt), lt(publicRequest.seq, after.seq)),
      ),
  )
}

const NEARBY_METERS = 100
const NEARBY_DAYS = 60
const NEARBY = 5

/** From any jurisdiction, nearest first (S12). Public fields only, and no duplicates. */
export async function reportsNearby(
  db: RegionReader,
  place: Place,
  services: readonly string[],
  now: number,
  limit = NEARBY,
): Promise<PublicRequest[]> {
  const scale = metersPerDegree(place.lat)
  const box: Box = {
    south: place.lat - NEARBY_METERS / scale.lat,
    north: place.lat + NEARBY_METERS / scale.lat,
    west: place.long - NEARBY_METERS / scale.long,
    east: place.long + NEARBY_METERS / scale.long,
  }
  const found = await db
    .select()
    .from(publicRequest)
    .where(
      and(
        inBox(box),
        inArray(publicRequest.serviceCode, [...services]),
        sql`${publicRequest.closeReason} IS NOT 'duplicate'`,
        or(
          sql`${publicRequest.status} <> 'closed'`,
          gte(publicRequest.updatedAt, now - NEARBY_DAYS * 86_400_000),
        ),
      ),
    )
    .orderBy(desc(publicRequest.requestedAt))
    .limit(50)
  const distance = ({ lat, long }: PublicRequest) =>
    lat === null || long === null ? Infinity : metersBetween(place, { lat, long })
  return found
    .filter(row => distance(row) <= NEARBY_METERS)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, limit)
}

function inBox({ south, west, north, east }: Box): SQL {
  return sql`${publicRequest.seq} IN (SELECT seq FROM public_place WHERE max_lat >= ${south} AND min_lat <= ${north}
    AND max_long >= ${west} AND min_long <= ${east})
    AND ${publicRequest.lat} BETWEEN ${south} AND ${north} AND ${publicRequest.long} BETWEEN ${west} AND ${east}`
}
