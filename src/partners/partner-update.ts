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
import { type ForwardRow, forward, partnerUpdate } from './schema.ts'

export interface PartnerUpdate {
  /** Applying the same key again changes nothing. */
  readonly key: string
  readonly partnerStatus: PartnerStatus
  readonly reason?: CloseReason | undefined
  readonly text: string
  /** It says only that the request is open, which is news once it was done. */
  readonly isOpen?: boolean
  /** By the partner's clock. */
  readonly saidAt?: number | undefined
}

const TRIES = 6

/**
 * Logs a partner's update and changes the status; `not-ours` returns the request to triage, and what is said of it as
 * open after `done` reopens it. False if the update says nothing new, was applied before or the request is no longer
 * with this partner. Throws `not-found`, `changed-meanwhile`.
 */
export async function applyPartnerUpdate(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { id }: Pick<ForwardRow, 'id'>,
  update: PartnerUpdate,
): Promise<boolean> {
  const at = platform.clock.now()
  for (let tries = 1; ; tries++) {
    const [found] = await db
      .select()
      .from(forward)
      .innerJoin(request, eq(request.id, forward.request))
      .where(eq(forward.id, id))
    if (found === undefined) throw problem('not-found')
    const { forward: row, request: held } = found
    const said = saidBy(row, update)
    if (said === undefined) {
      await db.insert(partnerUpdate).values({ forward: id, key: update.key, at }).onConflictDoNothing()
      return false
    }
    const isNewRound = said === 'reopened' || (said === 'done' && row.state === 'sent')
    try {
      await db.commit([
        ...(isNewRound ? [newRound(id)] : []),
        sql`INSERT INTO partner_update (forward, key, at) VALUES (${id}, ${update.key}, ${at})`,
        guard(
          sql`EXISTS (SELECT 1 FROM forward WHERE id = ${id} AND state = ${row.state})`,
          'changed-meanwhile',
        ),
        versionGuard(held),
        ...updateSteps(db, region, { row, held }, { ...update, partnerStatus: said }, at),
        ...enqueueLogConsumers(at),
      ])
      return true
    } catch (error) {
      if (violates(error, 'partner_update.forward')) return false
      if (asProblem(error).slug !== 'changed-meanwhile' || tries === TRIES) throw error
    }
  }
}

/** Undefined if it says nothing new. What a partner said before it was done does not reopen it. */
function saidBy(
  { state, doneAt }: ForwardRow,
  { partnerStatus, isOpen, text, saidAt }: PartnerUpdate,
): PartnerStatus | undefined {
  if (state !== 'done')
    return state !== 'sent' || partnerStatus === 'reopened' || (partnerStatus === 'note' && text === '')
      ? undefined
      : partnerStatus
  const isLater = saidAt === undefined || doneAt === null || saidAt >= doneAt
  const reopens = isOpen || ['acknowledged', 'in_progress', 'reopened'].includes(partnerStatus)
  if (reopens) return isLater ? 'reopened' : undefined
  return partnerStatus === 'not-ours' || text !== '' ? partnerStatus : undefined
}

// What has no number of its own may be said again after the request was done or reopened.
function newRound(id: string): Step {
  return sql`DELETE FROM partner_update WHERE forward = ${id} AND (key LIKE 'status:%' OR key LIKE 'reply:%')`
}

function updateSteps(
  db: TenantDb,
  region: Region,
  { row, held }: { readonly row: ForwardRow; readonly held: RequestRow },
  { partnerStatus, reason, text, saidAt }: PartnerUpdate,
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
    ...(partnerStatus === 'done'
      ? [sql`UPDATE forward SET state = 'done', done_at = ${saidAt ?? at} WHERE id = ${row.id}`]
      : []),
    ...(partnerStatus === 'reopened' ? reopenSteps(row, held, at) : []),
  ]
}

const statusOf: Partial<Readonly<Record<PartnerStatus, Status>>> = {
  acknowledged: 'acknowledged',
  in_progress: 'in_progress',
  done: 'closed',
}

function statusAfter(held: RequestRow, said: PartnerStatus): Status | undefined {
  if (held.custody === 'held' && held.status === 'closed')
    return said === 'reopened' || said === 'not-ours' ? 'acknowledged' : undefined
  const to = statusOf[said]
  const isChange = to !== undefined && isHeldAndOpen(held)
  return isChange && transitions[held.status].includes(to) ? to : undefined
}

// If staff have sent it to another partner, or closed it for a reason of their own, they decide.
function reopenSteps({ id }: ForwardRow, held: RequestRow, at: number): Step[] {
  const isElsewhere = sql`EXISTS (SELECT 1 FROM forward AS other WHERE other.request = ${held.id}
    AND other.id <> ${id} AND other.state IN ('waiting', 'sent'))`
  const isOurs = held.closeReason !== null && ownReasons.includes(held.closeReason)
  return [
    ...triageSteps(held.id, 'partner-reopened', at, isOurs ? undefined : isElsewhere),
    sql`UPDATE forward SET state = CASE WHEN ${isElsewhere} THEN state ELSE 'sent' END, done_at = NULL WHERE id = ${id}`,
  ]
}

const ownReasons: readonly CloseReason[] = ['duplicate', 'withdrawn', 'invalid']

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
