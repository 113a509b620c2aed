import { eq, sql } from 'drizzle-orm'
import { guard, openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { isHeldAndOpen, versionGuard } from '../../requests/case/guards.ts'
import { appendEvent, enqueueLogConsumers } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { request } from '../../requests/schema.ts'
import { triageSteps } from '../../requests/triage/reasons.ts'
import { receiveLink } from '../duplicates/link.ts'
import { messageUndelivered } from '../events.ts'
import type { HandoffRow } from '../find.ts'
import { find, unchanged } from '../messages/effects-receiver.ts'
import { type CrossingContent, courierKind, readMessage } from '../messages/messages.ts'
import { eraseOfferContent } from '../messages/offer-content.ts'
import type { Settlement } from '../schema.ts'
import { applyOnce, retryOnConflict } from './inbox.ts'
import type { MessageRow } from './outbox.ts'

// The decision is written to the outbox; the courier carries it out, even if interrupted. First the
// receiver's inbox records that the message will never be applied; if it has been, nothing is taken back.
// Only then does the sender hold the request again, so there is one holder at any instant.

/** Returns false if no parked message fits. */
export async function decideSettlement(
  db: TenantDb,
  seq: number,
  settlement: Settlement,
  by: string,
  at: number,
): Promise<boolean> {
  // Skipping a grant would leave the case without a holder.
  const isFit = settlement === 'return' ? sql`kind = 'grant'` : sql`kind <> 'grant'`
  const [decided] = await db.commit([
    sql`UPDATE message SET settlement = ${settlement}, settled_by = ${by}, attempts = 0, due_at = ${at}
      WHERE seq = ${seq} AND delivered_at IS NULL AND parked_at IS NOT NULL AND ${isFit}`,
    enqueueJob(courierKind, at),
  ])
  return (decided?.rowsAffected ?? 0) > 0
}

/** Throws `database-unavailable` if the receiver is unavailable; nothing is taken back until then. */
export async function carryOutSettlement(
  platform: Platform,
  region: Region,
  db: TenantDb,
  row: MessageRow,
): Promise<void> {
  const at = platform.clock.now()
  const there = openTenant(platform, { kind: 'system', reason: courierKind.kind }, region.slug, row.receiver)
  const result = await applyOnce(
    there,
    { sender: db.slug, id: row.id },
    'settled',
    endedSteps(db.slug, row),
    at,
  )
  const wasApplied = result === 'applied'
  await retryOnConflict(async () =>
    db.commit(wasApplied ? receivedSteps(row, at) : await settledSteps(region, db, row, at)),
  )
}

function handoffOf({ kind, id }: Pick<MessageRow, 'kind' | 'id'>): string | undefined {
  return ['offer', 'withdraw', 'grant', 'appeal'].includes(kind) ? id.split(':', 1)[0] : undefined
}

function endedSteps(sender: string, row: MessageRow): Step[] {
  const handoff = handoffOf(row)
  if (handoff === undefined) return []
  const open = sql`id = ${handoff} AND side <> 'sender' AND sender = ${sender} AND state IN ('offered', 'accepted', 'appealed')`
  return [
    eraseOfferContent(open),
    sql`UPDATE handoff SET state = 'withdrawn', version = version + 1 WHERE ${open}`,
  ]
}

// It had been applied; only the confirmation was lost.
function receivedSteps({ seq }: MessageRow, at: number): Step[] {
  return [
    sql`UPDATE message SET delivered_at = ${at}, settlement = NULL, settled_by = NULL WHERE seq = ${seq} AND delivered_at IS NULL`,
  ]
}

async function settledSteps(region: Region, db: TenantDb, row: MessageRow, at: number): Promise<Step[]> {
  const { seq, settledBy, settlement, caseId, kind, receiver } = row
  const by = settledBy ?? `system:${courierKind.kind}`
  const [own] = await db.select().from(request).where(eq(request.caseId, caseId))
  const handoff = await find(db, handoffOf(row) ?? '', 'sender')
  const isGiven = settlement === 'return' && handoff?.state === 'granted'
  return [
    guard(
      sql`EXISTS (SELECT 1 FROM message WHERE seq = ${seq} AND settlement = ${settlement} AND delivered_at IS NULL)`,
      'changed-meanwhile',
    ),
    sql`UPDATE message SET delivered_at = ${at} WHERE seq = ${seq}`,
    appendEvent(
      messageUndelivered,
      { message: kind, receiver, settled: settlement ?? 'skip' },
      { request: own?.id ?? caseId, actor: by, at, public: false },
    ),
    ...(isGiven ? returnSteps(region, db.slug, row, { handoff, own }, at) : []),
    ...enqueueLogConsumers(at),
    enqueueJob(courierKind, at),
  ]
}

// Undoes the grant: the sender holds the request again with its earlier status, marked for triage.
function returnSteps(
  region: Region,
  slug: string,
  row: MessageRow,
  { handoff, own }: { readonly handoff: HandoffRow; readonly own: RequestRow | undefined },
  at: number,
): Step[] {
  const steps: Step[] = [
    unchanged(handoff),
    sql`UPDATE handoff SET state = 'withdrawn', version = version + 1 WHERE id = ${handoff.id} AND side = 'sender'`,
  ]
  if (handoff.kind === 'share' || own === undefined) return steps
  const content = contentOf(row)
  const agency = region.jurisdiction(slug)?.name ?? slug
  // It may hold another share of the case meanwhile: a jurisdiction has one request per case.
  const isWorking = isHeldAndOpen(own)
  const status = isWorking ? own.status : (content?.status ?? own.status)
  return [
    ...steps,
    versionGuard(own),
    sql`UPDATE request SET custody = 'held', passed_to = NULL, status = ${status}, case_status = ${status}, close_reason = NULL,
      closed_at = NULL, holders = ${JSON.stringify(content?.trail ?? own.holders)}, agency_responsible = ${agency},
      updated_at = ${at}, version = version + 1 WHERE id = ${own.id}`,
    ...triageSteps(own.id, 'undelivered', at),
    ...(content?.links ?? []).map(link => receiveLink(own.caseId, own.id, link)),
    // Messages forwarded after the grant go to the holder, which is this jurisdiction again.
    sql`UPDATE message SET receiver = ${slug}, parked_at = NULL, attempts = 0, due_at = ${at}
      WHERE case_id = ${row.caseId} AND receiver = ${row.receiver} AND seq > ${row.seq} AND delivered_at IS NULL
        AND (kind LIKE 'duplicate-%' OR kind IN ('reopen', 'rating'))`,
  ]
}

function contentOf({ kind, body }: MessageRow): CrossingContent | undefined {
  try {
    const message = readMessage(kind, body)
    return message.kind === 'grant' ? message.content : undefined
  } catch {
    return undefined
  }
}
