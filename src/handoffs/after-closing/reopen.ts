import { type SQL, sql } from 'drizzle-orm'
import { actorOf, type PublicAccess, type ResidentAccess } from '../../core/access.ts'
import {
  guard,
  openPublicRegion,
  openTenant,
  type Step,
  type TenantReader,
} from '../../core/database/handles.ts'
import { commitOnce } from '../../core/database/idempotency.ts'
import type { Platform } from '../../platform/platform.ts'
import { shifted } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { ownDeadline } from '../../requests/case/deadline.ts'
import { setStatus } from '../../requests/case/status.ts'
import { payloadOf } from '../../requests/event-types.ts'
import { appendEvent, enqueueLogConsumers } from '../../requests/events.ts'
import type { EventRow, PublicCase, RequestRow } from '../../requests/list/find.ts'
import { claimPhotos } from '../../requests/media/media.ts'
import { triageSteps } from '../../requests/triage/reasons.ts'
import { reopeningAsked } from '../events.ts'
import { enqueueMessage } from '../messages/messages.ts'
import { type Complaint, complaintSteps, emergenciesOfComplaint, photoSteps, photosOf } from './complaint.ts'

const DEFAULT_PERIOD = '30 days'

/** Undefined while it is open. */
export function closedAt({
  request,
  timeline,
}: Pick<PublicCase, 'request' | 'timeline'>): number | undefined {
  if (request.status !== 'closed') return undefined
  return timeline.findLast(closes)?.at ?? request.closedAt ?? undefined
}

function closes(row: EventRow): boolean {
  return payloadOf(row).to === 'closed'
}

/** Until when a resident may reopen it. Undefined if its service, or a jurisdiction that has left, does not allow it. */
export function reopenableUntil(region: Region, found: PublicCase, now: number): number | undefined {
  const { request } = found
  const closed = closedAt(found)
  const period = region.service(request.serviceCode)?.reopenWithin ?? DEFAULT_PERIOD
  const isOurs = request.id === request.caseId && request.closeReason !== 'duplicate'
  if (closed === undefined || period === 'never' || !isOurs) return undefined
  if ([request.origin, request.passedTo].some(body => body !== null && hasLeft(region, body, now)))
    return undefined
  return shifted(closed, period, region.calendar(request.origin).zone, 1)
}

export interface Reopening {
  readonly text: string
  /** Ids of uploaded photos. */
  readonly media: readonly string[]
  readonly idempotencyKey: string | undefined
}

/**
 * By a resident, once for each closing, at whoever holds the case now: another jurisdiction is told by the
 * courier. Throws `wrong-state` if it is open or was reopened, `invalid-fields` for a photo.
 */
export async function reopen(
  platform: Platform,
  access: PublicAccess | ResidentAccess,
  region: Region,
  { request: row }: PublicCase,
  { text, media, idempotencyKey }: Reopening,
): Promise<void> {
  const at = platform.clock.now()
  const { id, origin, passedTo } = row
  const db = openTenant(platform, access, region.slug, origin)
  const claim = { by: `reopen ${id} ${idempotencyKey ?? at}`, keeper: origin }
  const photos = await claimPhotos(platform, openPublicRegion(platform, region.slug), media, claim, at)
  const actor = actorOf(access)
  const steps =
    passedTo === null
      ? reopenSteps(region, origin, row, { text, photos }, { actor, at })
      : [
          ...photoSteps(id, photosOf(region, { text, photos }), at),
          appendEvent(reopeningAsked, { text, of: passedTo }, { request: id, actor, at, public: false }),
          ...enqueueMessage(
            `${origin}:reopen:${id}:${at}`,
            id,
            passedTo,
            { kind: 'reopen', of: id, text, photos, askedAt: at },
            at,
          ),
          ...enqueueLogConsumers(at),
        ]
  const content = [id, text, media]
  await commitOnce(
    db,
    { key: idempotencyKey, content, steps: [reopenableGuard(row), ...steps], outcome: null },
    at,
  )
}

export function lastClosing(id: string): SQL {
  return sql`SELECT coalesce(max(at), 0) FROM event WHERE request = ${id} AND payload ->> '$.to' = 'closed'`
}

// `case_status` is closed only once every share is.
function reopenableGuard({ id, passedTo }: RequestRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND case_status = 'closed' AND passed_to IS ${passedTo})
      AND NOT EXISTS (SELECT 1 FROM event WHERE request = ${id} AND type = ${reopeningAsked.type} AND at >= (${lastClosing(id)}))`,
    'wrong-state',
    'It is open again.',
  )
}

/** It is new again: nobody has looked at it since, and the time to work on it starts again. */
export function reopenSteps(
  region: Region,
  slug: string,
  row: RequestRow,
  complaint: Complaint,
  { actor, at }: { readonly actor: string; readonly at: number },
): Step[] {
  const agreement = region.documents.agreements.agreements?.findLast(
    ({ id, performer }) => performer === slug && row.resolution.agreements.includes(id),
  )
  const urgent = row.urgent || emergenciesOfComplaint(region, complaint).length > 0
  const expectedAt = ownDeadline(region, slug, { ...row, urgent }, agreement, at) ?? row.expectedAt
  const entry = { request: row.id, actor, at }
  return [
    ...complaintSteps(region, complaint, entry, { from: 'closed', to: 'submitted' }),
    setStatus(row.id, { to: 'submitted', notes: null }, at),
    sql`UPDATE request SET expected_at = ${expectedAt} WHERE id = ${row.id}`,
    ...triageSteps(row.id, 'not-fixed', at),
    ...enqueueLogConsumers(at),
  ]
}

export async function isReopeningAsked(db: TenantReader, id: string, closed: number): Promise<boolean> {
  const found = await db.rows(
    sql`SELECT 1 FROM event WHERE request = ${id} AND type = ${reopeningAsked.type} AND at >= ${closed} LIMIT 1`,
  )
  return found.length > 0
}
