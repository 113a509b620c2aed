import { desc, eq, sql } from 'drizzle-orm'
import { seeing } from '../audit/seen.ts'
import { guard, type TenantDb, type TenantReader } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { problem } from '../core/problem.ts'
import { holdGuards } from '../handoffs/offers.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { forward as forwardStep } from '../requests/events.ts'
import { takesForwards } from './forward.ts'
import { type ForwardRow, forward } from './schema.ts'

export interface ToPartner {
  readonly request: string
  readonly partner: string
  /** The request's version that the caller saw. */
  readonly version: number
  readonly idempotencyKey?: string | undefined
}

/**
 * Has a request passed on to a partner, by their Open311 endpoint or by e-mail. Throws `invalid-fields` for a body that
 * takes none, `not-found`, `changed-meanwhile`, or `wrong-state` when it is closed, passed, offered or with one already.
 */
export async function passToPartner(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { request: id, partner, version, idempotencyKey }: ToPartner,
): Promise<{ id: string; partner: string }> {
  const at = platform.clock.now()
  refusePartner(region, partner)
  const steps = [
    guard(sql`EXISTS (SELECT 1 FROM request WHERE id = ${id})`, 'not-found'),
    ...holdGuards(id, version),
    guard(
      sql`NOT EXISTS (SELECT 1 FROM forward WHERE request = ${id} AND state IN ('waiting', 'sent'))`,
      'wrong-state',
      'It is with a partner already, or on its way there.',
    ),
    forwardStep(id, partner, at),
  ]
  const asked = { forward: id, partner, version }
  const done = await commitOnce(db, { key: idempotencyKey, asked, steps, outcome: { id, partner } }, at)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return done
}

/** Throws `invalid-fields` for a body to whom nothing can be passed on, saying why. */
function refusePartner(region: Region, id: string): void {
  const partner = region.partner(id)
  if (partner !== undefined && takesForwards(partner)) return
  const detail =
    partner === undefined
      ? 'There is no such partner here.'
      : `Nothing is passed on to ${partner.name} by this platform.`
  throw problem('invalid-fields', { fields: [{ field: 'partner', code: 'not-an-option' }], detail })
}

/** What of a request was passed on to partners, the newest first. A part of its request's answer, or noted by `seeForwards`. */
export function forwardsOf(db: TenantReader, request: string) {
  return db.select().from(forward).where(eq(forward.request, request)).orderBy(desc(forward.createdAt))
}

/** The same, noted. */
export async function seeForwards(db: TenantReader, request: string): Promise<ForwardRow[]> {
  const shown = db.select({ request: forward.request }).from(forward).where(eq(forward.request, request))
  const [rows] = await seeing(db, { view: 'list', shown })([forwardsOf(db, request)])
  return rows
}
