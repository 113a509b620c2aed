import { desc, eq, sql } from 'drizzle-orm'
import { withAccessLog } from '../audit/access-log.ts'
import { guard, type TenantDb, type TenantReader } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import { problem } from '../core/problem.ts'
import { holdGuards } from '../handoffs/offers.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { existsGuard } from '../requests/case/guards.ts'
import { forwardKind } from '../requests/events.ts'
import { request } from '../requests/schema.ts'
import { takesForwards } from './forward.ts'
import { type ForwardRow, forward } from './schema.ts'

export interface ToPartner {
  readonly request: string
  readonly partner: string
  readonly version: number
  readonly idempotencyKey?: string | undefined
}

/** Throws `invalid-fields`, `not-found`, `changed-meanwhile`, `wrong-state`. */
export async function passToPartner(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { request: id, partner, version, idempotencyKey }: ToPartner,
): Promise<{ id: string; partner: string }> {
  const at = platform.clock.now()
  refusePartner(region, partner)
  const steps = [
    existsGuard(id),
    ...holdGuards(id, version),
    guard(
      sql`NOT EXISTS (SELECT 1 FROM forward WHERE request = ${id} AND state IN ('waiting', 'sent'))`,
      'wrong-state',
      'It is with a partner already, or on its way there.',
    ),
    sql`UPDATE forward SET state = 'waiting', last_error = NULL
      WHERE request = ${id} AND partner = ${partner} AND state = 'failed'`,
    enqueueJob(forwardKind, at, { request: id, partner }),
  ]
  const content = { forward: id, partner, version }
  return commitOnce(db, { key: idempotencyKey, content, steps, outcome: { id, partner } }, at)
}

function refusePartner(region: Region, id: string): void {
  const partner = region.partner(id)
  if (partner !== undefined && takesForwards(partner)) return
  const detail =
    partner === undefined
      ? 'There is no such partner here.'
      : `Nothing is passed on to ${partner.name} by this platform.`
  throw problem('invalid-fields', { fields: [{ field: 'partner', code: 'not-an-option' }], detail })
}

/** SQL condition on `request`: the partner that it was last sent to has not got it. */
export const isUndelivered = sql`EXISTS (SELECT 1 FROM forward WHERE forward.request = request.id AND forward.state = 'failed')
  AND NOT EXISTS (SELECT 1 FROM forward WHERE forward.request = request.id AND forward.state IN ('waiting', 'sent'))`

/** Not logged: only for a response that logs its request, or through `forwardsLogged`. */
export function forwardsOf(db: TenantReader, id: string) {
  return db.select().from(forward).where(eq(forward.request, id)).orderBy(desc(forward.createdAt))
}

/** Throws `not-found` for an unknown request. */
export async function forwardsLogged(db: TenantReader, id: string): Promise<ForwardRow[]> {
  const shown = db.select({ request: forward.request }).from(forward).where(eq(forward.request, id))
  const found = db.select({ id: request.id }).from(request).where(eq(request.id, id))
  const [requests, rows] = await withAccessLog(db, { view: 'list', shown })([found, forwardsOf(db, id)])
  if (requests.length === 0) throw problem('not-found')
  return rows
}
