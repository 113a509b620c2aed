import { eq, sql } from 'drizzle-orm'
import type { Step, TenantDb } from '../../core/database/handles.ts'
import { rollUp } from '../../requests/case/case.ts'
import { versionGuard } from '../../requests/case/guards.ts'
import { touch } from '../../requests/case/status.ts'
import { appendEvent, enqueueLogConsumers, rolledUp } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { request, share } from '../../requests/schema.ts'
import { informedElsewhere, type Of } from './effects-receiver.ts'
import type { ShareUpdate } from './messages.ts'

export async function progressEffect(
  db: TenantDb,
  { share: update, events }: Of<'progress'>,
): Promise<Step[]> {
  const [[originCase], shares] = await readOriginCase(db, update.caseId)
  // The database was restored from a backup older than the case.
  if (originCase === undefined) return []
  const earlier = shares.find(
    row => row.jurisdiction === update.jurisdiction && row.request === update.request,
  )
  const isNewer = earlier === undefined || earlier.version < update.version
  const current = isNewer ? [...shares.filter(row => row !== earlier), update] : shares
  const updatedAt = Math.max(originCase.updatedAt, update.updatedAt)
  return [
    versionGuard(originCase),
    ...(isNewer ? [upsert(update)] : []),
    ...informedElsewhere(db.slug, originCase.id, events),
    ...(isNewer && update.held && update.place && originCase.custody === 'passed'
      ? [placeStep(originCase, update.place)]
      : []),
    // Concurrent readers of the shares retry.
    touch(originCase.id, updatedAt),
    ...originSteps(originCase, current, updatedAt),
    ...enqueueLogConsumers(updatedAt),
  ]
}

function placeStep({ id }: RequestRow, place: NonNullable<ShareUpdate['place']>): Step {
  return sql`UPDATE request SET lat = ${place.lat}, long = ${place.long}, accuracy = ${place.accuracy}, address = ${place.address},
    resolution = ${place.resolution} WHERE id = ${id}`
}

export async function ownShareSteps(db: TenantDb, caseId: string): Promise<Step[]> {
  const [[originCase], shares] = await readOriginCase(db, caseId)
  if (originCase === undefined || shares.length === 0) return []
  const steps = originSteps(originCase, shares, originCase.updatedAt)
  return steps.length === 0
    ? []
    : [versionGuard(originCase), ...steps, ...enqueueLogConsumers(originCase.updatedAt)]
}

function readOriginCase(db: TenantDb, caseId: string) {
  return db.together([
    db.select().from(request).where(eq(request.id, caseId)),
    db.select().from(share).where(eq(share.caseId, caseId)),
  ])
}

function upsert(update: ShareUpdate): Step {
  return sql`INSERT INTO share (case_id, jurisdiction, request, status, close_reason, agency, held, received_at, expected_at, updated_at, version)
    VALUES (${update.caseId}, ${update.jurisdiction}, ${update.request}, ${update.status}, ${update.closeReason}, ${update.agency},
      ${update.held ? 1 : 0}, ${update.receivedAt}, ${update.expectedAt}, ${update.updatedAt}, ${update.version})
    ON CONFLICT (jurisdiction, request) DO UPDATE SET status = excluded.status, close_reason = excluded.close_reason,
      agency = excluded.agency, held = excluded.held, received_at = excluded.received_at, expected_at = excluded.expected_at,
      updated_at = excluded.updated_at, version = excluded.version
    WHERE excluded.version > share.version`
}

type Share = Pick<ShareUpdate, 'status' | 'closeReason' | 'held' | 'agency' | 'expectedAt' | 'receivedAt'>

// Once custody is transferred, the most recent holder determines the public status.
function originSteps(originCase: RequestRow, others: readonly Share[], updatedAt: number): Step[] {
  const own: Share = {
    ...originCase,
    held: originCase.custody === 'held',
    agency: originCase.agencyResponsible,
  }
  const rolled = rollUp([own, ...others])
  if (rolled === undefined) return []
  const holders = others.filter(({ held }) => held).sort((a, b) => b.receivedAt - a.receivedAt)
  const speaker = own.held ? own : { ...(holders[0] ?? own), ...rolled }
  const { status, closeReason, agency, expectedAt } = speaker
  const isSame =
    rolled.status === originCase.caseStatus &&
    status === originCase.status &&
    closeReason === originCase.closeReason &&
    agency === originCase.agencyResponsible &&
    expectedAt === originCase.expectedAt
  if (isSame) return []
  const closedAt = status === 'closed' ? (originCase.closedAt ?? updatedAt) : null
  return [
    sql`UPDATE request SET case_status = ${rolled.status}, status = ${status}, close_reason = ${closeReason}, closed_at = ${closedAt},
      agency_responsible = ${agency}, expected_at = ${expectedAt}, version = version + 1 WHERE id = ${originCase.id}`,
    // No other event reports this change to the consumers of the log.
    appendEvent(
      rolledUp,
      { status: rolled.status },
      { request: originCase.id, actor: 'system:courier', at: updatedAt, public: false },
    ),
  ]
}
