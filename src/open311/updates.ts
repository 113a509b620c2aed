import { sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { openTenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import type { CloseReason, Status } from '../requests/schema.ts'
import { datetime } from './dates.ts'
import { readUpdateSpan } from './filter.ts'
import type { Parameters } from './parameters.ts'
import type { Scope } from './scope.ts'
import { type Answer, Container } from './spark.ts'
import { readProgram } from './submit.ts'

const MOST_UPDATES = 1000

interface Update {
  readonly seq: number
  readonly request: string
  readonly at: number
  readonly status: Status
  readonly reason: CloseReason | null
  readonly text: string | null
}

/**
 * GET servicerequestupdates, the extension by which FixMyStreet hears what has become of reports (mySociety, "Extending
 * Open311"): the public words on one jurisdiction's requests between two instants, oldest first. Throws `key-refused`, and
 * `jurisdiction-missing` where the region as one is asked: each jurisdiction keeps its own log.
 */
export async function serviceRequestUpdates(
  c: Context<Door>,
  scope: Scope,
  query: Parameters,
): Promise<Answer> {
  const { region, jurisdiction } = scope
  if (jurisdiction === undefined) throw problem('jurisdiction-missing')
  const zone = jurisdiction.timezone ?? region.documents.region.timezone
  const platform = c.get('platform')
  const now = platform.clock.now()
  const access = await readProgram(c, scope, query)
  const { from, to } = readUpdateSpan(query, zone, now)
  const db = openTenantReader(platform, access, region.slug, jurisdiction.slug)
  const moved = (
    path: string,
  ) => sql`(SELECT payload ->> ${path} FROM event AS moved WHERE moved.request = event.request
    AND moved.seq <= event.seq AND moved.type IN ('status', 'partner') AND payload ->> '$.to' IS NOT NULL ORDER BY seq DESC LIMIT 1)`
  const updates = await db.rows<Update>(
    sql`SELECT event.seq, event.request, event.at, coalesce(${moved('$.to')}, 'submitted') AS status,
        ${moved('$.reason')} AS reason, event.payload ->> '$.text' AS text
      FROM event JOIN request ON request.id = event.request
      WHERE event.public = 1 AND event.at BETWEEN ${from} AND ${to} AND event.type IN ('status', 'note', 'partner')
        AND request.private = 0 AND (request.custody = 'held' OR request.origin = ${db.slug})
      ORDER BY event.at, event.seq LIMIT ${MOST_UPDATES}`,
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

/** FixMyStreet's statuses, which say more than open and closed. */
function extendedStatus(status: Status, reason: CloseReason | null): string {
  if (status !== 'closed') return status === 'in_progress' ? 'IN_PROGRESS' : 'OPEN'
  if (reason === 'completed') return 'FIXED'
  return reason === 'duplicate' ? 'DUPLICATE' : 'NO_FURTHER_ACTION'
}
