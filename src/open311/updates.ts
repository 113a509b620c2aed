import { sql } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'
import type { EventTypes } from '../requests/event-types.ts'
import type { CloseReason, Status } from '../requests/schema.ts'
import type { Span } from './format/dates.ts'
import { datetime } from './format/dates.ts'
import { Container, type GeoReportAnswer } from './format/serialize.ts'

const MAX_UPDATES = 1000

interface Update {
  readonly seq: number
  readonly request: string
  readonly at: number
  readonly status: Status
  readonly reason: CloseReason | null
  readonly text: string | null
}

/**
 * GET servicerequestupdates, which FixMyStreet polls for updates (mySociety, "Extending Open311"): public
 * updates of one jurisdiction's requests between two instants, oldest first.
 */
export async function serviceRequestUpdates(
  db: TenantReader,
  eventTypes: EventTypes,
  { from, to }: Span,
): Promise<GeoReportAnswer> {
  const types = eventTypes.geoReportUpdates()
  const moved = (
    path: string,
  ) => sql`(SELECT payload ->> ${path} FROM event AS moved WHERE moved.request = event.request
    AND moved.seq <= event.seq AND moved.type IN ${types} AND payload ->> '$.to' IS NOT NULL ORDER BY seq DESC LIMIT 1)`
  const updates = await db.rows<Update>(
    sql`SELECT event.seq, event.request, event.at, coalesce(${moved('$.to')}, 'submitted') AS status,
        ${moved('$.reason')} AS reason, event.payload ->> '$.text' AS text
      FROM event JOIN request ON request.id = event.request
      WHERE event.public = 1 AND event.at BETWEEN ${from} AND ${to} AND event.type IN ${types}
        AND request.private = 0 AND (request.custody = 'held' OR request.origin = ${db.slug})
      ORDER BY event.at, event.seq LIMIT ${MAX_UPDATES}`,
  )
  const items = updates.map(({ seq, request, at, status, reason, text }) => ({
    update_id: `${db.slug}-${seq}`,
    service_request_id: request,
    status: extendedStatus(status, reason),
    updated_datetime: datetime(at),
    description: text || null,
    media_url: null,
  }))
  return { root: 'service_request_updates', value: new Container('request_update', items) }
}

/** FixMyStreet's statuses, which are finer than open and closed. */
function extendedStatus(status: Status, reason: CloseReason | null): string {
  if (status !== 'closed') return status === 'in_progress' ? 'IN_PROGRESS' : 'OPEN'
  if (reason === 'completed') return 'FIXED'
  return reason === 'duplicate' ? 'DUPLICATE' : 'NO_FURTHER_ACTION'
}
