import { eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb, violates } from '../core/database/handles.ts'
import { asProblem, problem } from '../core/problem.ts'
import { withdrawOffersOf } from '../handoffs/withdraw.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { isHeldAndOpen, versionGuard } from '../requests/case/guards.ts'
import { setStatus, touch } from '../requests/case/status.ts'
import { transitions } from '../requests/change.ts'
import { appendEvent, enqueueLogConsumers } from '../requests/events.ts'
import type { RequestRow } from '../requests/list/find.ts'
import { type CloseReason, request, type Status } from '../requests/schema.ts'
import { triageSteps } from '../requests/triage/reasons.ts'
import { type PartnerStatus, partnerUpdated } from './events.ts'
import type { ForwardRow } from './schema.ts'

export interface PartnerUpdate {
  /** Applying the same key again changes nothing. */
  readonly key: string
  readonly partnerStatus: PartnerStatus
  readonly reason?: CloseReason | undefined
  readonly text: string
}

const TRIES = 6

/**
 * Logs a partner's update and changes the status; `not-ours` returns the request to triage. False if the
 * update was applied before or the request is no longer with this partner. Throws `not-found`,
 * `changed-meanwhile`.
 */
export async function applyPartnerUpdate(
  platform: Platform,
  db: TenantDb,
  region: Region,
  row: ForwardRow,
  update: PartnerUpdate,
): Promise<boolean> {
  const at = platform.clock.now()
  for (let tries = 1; ; tries++) {
    const [held] = await db.select().from(request).where(eq(request.id, row.request))
    if (held === undefined) throw problem('not-found')
    try {
      await db.commit([
        sql`INSERT INTO partner_update (forward, key, at) VALUES (${row.id}, ${update.key}, ${at})`,
        guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${row.id} AND state = 'sent')`, 'wrong-state'),
        versionGuard(held),
        ...updateSteps(db, region, { row, held }, update, at),
        ...enqueueLogConsumers(at),
      ])
      return true
    } catch (error) {
      const { slug } = asProblem(error)
      if (slug === 'wrong-state' || violates(error, 'partner_update.forward')) return false
      if (slug !== 'changed-meanwhile' || tries === TRIES) throw error
    }
  }
}

function updateSteps(
  db: TenantDb,
  region: Region,
  { row, held }: { readonly row: ForwardRow; readonly held: RequestRow },
  { partnerStatus, reason, text }: PartnerUpdate,
  at: number,
): Step[] {
  const to = statusAfter(held, partnerStatus)
  const closeReason = to === 'closed' ? (reason ?? 'completed') : undefined
  const moved = to === undefined ? {} : { from: held.status, to, reason: closeReason }
  const update = { partner: row.partner, name: row.name, said: partnerStatus, text, ...moved }
  return [
    appendEvent(partnerUpdated, update, {
      request: held.id,
      actor: `partner:${row.partner}`,
      at,
      public: true,
    }),
    to === undefined
      ? touch(held.id, at)
      : setStatus(held.id, { to, reason: closeReason, notes: text || null }, at),
    ...(to === 'closed' ? withdrawOffersOf(held.id, `partner:${row.partner}`, at) : []),
    ...(partnerStatus === 'not-ours' ? returnSteps(db, region, { row, held }, at) : []),
    ...(partnerStatus === 'done' ? [sql`UPDATE forward SET state = 'done' WHERE id = ${row.id}`] : []),
  ]
}

function statusAfter(held: RequestRow, partnerStatus: PartnerStatus): Status | undefined {
  const to =
    partnerStatus === 'done'
      ? 'closed'
      : partnerStatus === 'not-ours' || partnerStatus === 'note'
        ? undefined
        : partnerStatus
  const isChange = to !== undefined && isHeldAndOpen(held)
  return isChange && transitions[held.status].includes(to) ? to : undefined
}

function returnSteps(
  db: TenantDb,
  region: Region,
  { row, held }: { readonly row: ForwardRow; readonly held: RequestRow },
  at: number,
): Step[] {
  const name = region.jurisdiction(db.slug)?.name ?? db.slug
  return [
    sql`UPDATE forward SET state = 'returned' WHERE id = ${row.id}`,
    sql`UPDATE request SET accountable = ${db.slug}, agency_responsible = ${name}, status_notes = NULL
      WHERE id = ${held.id} AND custody = 'held'`,
    ...triageSteps(held.id, 'returned', at),
  ]
}
