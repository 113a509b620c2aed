import { and, desc, eq, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { openRegion, openTenant, type RegionReader } from '../core/db.ts'
import { metresBetween, metresPerDegree, type Place } from '../core/geometry.ts'
import type { JobHandler } from '../core/jobs.ts'
import { consumer } from '../core/schema.ts'
import { faceOf } from './case.ts'
import { PUBLISH } from './events.ts'
import type { Box, Cursor } from './find.ts'
import { publicRequest } from './region-schema.ts'
import { event, request, share } from './schema.ts'

/**
 * The region's index of public requests: what the shared map and list show, and what was already reported nearby in
 * any jurisdiction. A copy that follows each jurisdiction's log; the jurisdiction's own database is the truth.
 */
const CONSUMER = 'public-index'
const BATCH = 200

export type PublicRequest = typeof publicRequest.$inferSelect

/** Carries what changed since its cursor to the region. The same event twice, or out of order, changes nothing. */
export const publishJob: JobHandler = {
  kind: PUBLISH,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const access = { kind: 'system', reason: PUBLISH } as const
    const tenant = openTenant(platform, access, database.region, database.slug)
    const region = openRegion(platform, access, database.region)
    for (;;) {
      const [last] = await tenant
        .select({ seq: consumer.seq })
        .from(consumer)
        .where(eq(consumer.name, CONSUMER))
      const events = await tenant
        .select({ seq: event.seq, request: event.request })
        .from(event)
        .where(sql`${event.seq} > ${last?.seq ?? 0}`)
        .orderBy(event.seq)
        .limit(BATCH)
      const newest = events.at(-1)
      if (newest === undefined) return undefined
      const ids = [...new Set(events.map(row => row.request))]
      const [rows, shares] = await tenant.together([
        tenant.select().from(request).where(inArray(request.id, ids)),
        tenant.select().from(share).where(inArray(share.caseId, ids)),
      ])
      // A case shows once: as its origin has it.
      const published = rows
        .filter(row => !row.private && row.origin === database.slug)
        .map(row =>
          faceOf(
            row,
            shares.filter(({ caseId }) => caseId === row.caseId),
          ),
        )
      if (published.length > 0) await region.commit(published.map(row => upsert(database.slug, row)))
      await tenant.commit([
        sql`INSERT INTO consumer (name, seq) VALUES (${CONSUMER}, ${newest.seq})
          ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
      ])
    }
  },
}

function upsert(jurisdiction: string, row: typeof request.$inferSelect): SQL {
  return sql`INSERT INTO public_request (jurisdiction, id, version, service_code, service_name, status, close_reason, status_notes,
      description, address, address_id, zipcode, lat, long, agency_responsible, media, media_url, requested_at, updated_at,
      expected_at, closed_at)
    VALUES (${jurisdiction}, ${row.id}, ${row.version}, ${row.serviceCode}, ${row.serviceName}, ${row.status}, ${row.closeReason},
      ${row.statusNotes}, ${row.description}, ${row.address}, ${row.addressId}, ${row.zipcode}, ${row.lat}, ${row.long},
      ${row.agencyResponsible}, ${row.media}, ${row.mediaUrl}, ${row.requestedAt}, ${row.updatedAt}, ${row.expectedAt}, ${row.closedAt})
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, service_code = excluded.service_code, service_name = excluded.service_name,
      status = excluded.status, close_reason = excluded.close_reason, status_notes = excluded.status_notes,
      description = excluded.description, address = excluded.address, address_id = excluded.address_id, zipcode = excluded.zipcode,
      lat = excluded.lat, long = excluded.long, agency_responsible = excluded.agency_responsible, media = excluded.media,
      media_url = excluded.media_url, updated_at = excluded.updated_at, expected_at = excluded.expected_at, closed_at = excluded.closed_at
    WHERE excluded.version > version`
}

export interface PublicFilter {
  readonly jurisdiction?: string | undefined
  readonly services?: readonly string[] | undefined
  /** `open`: everything but closed. */
  readonly status?: 'open' | 'closed' | undefined
  readonly box?: Box | undefined
  readonly after?: Cursor | undefined
  readonly limit: number
}

/** The region's public requests, newest first. One round trip. */
export function listPublicRequests(db: RegionReader, filter: PublicFilter): Promise<PublicRequest[]> {
  const { after, box, status } = filter
  return db
    .select()
    .from(publicRequest)
    .where(
      and(
        filter.jurisdiction === undefined ? undefined : eq(publicRequest.jurisdiction, filter.jurisdiction),
        filter.services && inArray(publicRequest.serviceCode, [...filter.services]),
        status === undefined
          ? undefined
          : sql`(${publicRequest.status} = 'closed') = ${status === 'closed' ? 1 : 0}`,
        box && inBox(box),
        after &&
          or(
            lt(publicRequest.requestedAt, after.requestedAt),
            and(eq(publicRequest.requestedAt, after.requestedAt), lt(publicRequest.seq, after.seq)),
          ),
      ),
    )
    .orderBy(desc(publicRequest.requestedAt), desc(publicRequest.seq))
    .limit(filter.limit)
}

const NEARBY_METRES = 100
const NEARBY_DAYS = 60
const NEARBY = 5

/**
 * Reports of these services near a place that are open or were closed in the last two months, nearest first, from any
 * jurisdiction (S12): public fields only. Of duplicates, the one that goes on.
 */
export async function reportsNearby(
  db: RegionReader,
  place: Place,
  services: readonly string[],
  now: number,
  limit = NEARBY,
): Promise<PublicRequest[]> {
  const scale = metresPerDegree(place.lat)
  const box: Box = {
    south: place.lat - NEARBY_METRES / scale.lat,
    north: place.lat + NEARBY_METRES / scale.lat,
    west: place.long - NEARBY_METRES / scale.long,
    east: place.long + NEARBY_METRES / scale.long,
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
    lat === null || long === null ? Infinity : metresBetween(place, { lat, long })
  return found
    .filter(row => distance(row) <= NEARBY_METRES)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, limit)
}

function inBox({ south, west, north, east }: Box): SQL {
  return sql`${publicRequest.seq} IN (SELECT seq FROM public_place WHERE max_lat >= ${south} AND min_lat <= ${north}
    AND max_long >= ${west} AND min_long <= ${east})
    AND ${publicRequest.lat} BETWEEN ${south} AND ${north} AND ${publicRequest.long} BETWEEN ${west} AND ${east}`
}
