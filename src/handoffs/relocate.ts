import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import type { TenantDb } from '../core/db.ts'
import type { Place } from '../core/geometry.ts'
import { commitOnce } from '../core/idempotency.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { promisedBy } from '../requests/deadline.ts'
import { news, record } from '../requests/events.ts'
import { inquiryOf, needsTriage, resolutionOf } from '../requests/resolution.ts'
import { resolve } from '../routing/resolve.ts'
import type { Resolution } from '../routing/types.ts'
import { readHeld } from './crossing.ts'
import { holdGuards } from './offers.ts'
import { type Due, dueTo, passOnStep } from './pass-on.ts'
import { MOVED_PIN } from './policy.ts'

export interface Correction {
  readonly request: string
  readonly place: Place
  /** Undefined: the words stay as they are. */
  readonly address: string | null | undefined
  /** As of when routing decides; undefined: as of the incident. */
  readonly at: number | undefined
  /** The version the caller saw. */
  readonly version: number
  /** Only tells what would change. */
  readonly dryRun: boolean
  readonly idempotencyKey?: string | undefined
}

export interface Corrected {
  readonly version: number
  readonly before: Resolution
  readonly after: Resolution
  /** Another body answers for it now. */
  readonly changed: boolean
  /** To whom it is offered for that. */
  readonly due: Due | null
}

/**
 * Moves a request's pin (S9): routing runs again as of the incident, the new place and resolution are stored with one
 * public event, and if another body answers for it now, a job offers it there. The number stays.
 *
 * Throws `not-found`, `changed-meanwhile`, or `wrong-state` when it is closed, passed or already offered.
 */
export async function relocate(
  platform: Platform,
  db: TenantDb,
  region: Region,
  wish: Correction,
): Promise<Corrected> {
  const at = platform.clock.now()
  const { request: row } = await readHeld(db, wish.request)
  const { lat, long, address } = row
  const before = resolutionOf(row)
  const after = resolve(region.routing, { ...inquiryOf(row, wish.at), place: wish.place, accuracy: 0 })
  const changed = after.accountable.id !== before.accountable.id
  const due = (changed && dueTo(region, db.slug, { ...row, ...wish.place, accuracy: 0 }, after, at)) || null
  const guards = holdGuards(row.id, wish.version)
  if (wish.dryRun) {
    await db.commit(guards)
    return { version: row.version, before, after, changed, due }
  }
  const service = region.service(row.serviceCode)
  // What was promised stays promised; where nothing could be promised before, it may be now.
  const expectedAt =
    row.expectedAt ?? (service && promisedBy(region, service, after, row.requestedAt)) ?? null
  const agency = changed && due === null ? after.performer.name : row.agencyResponsible
  const { name: from } = before.accountable
  const { name: to } = after.accountable
  const actor = actorOf(db.access)
  const cause = randomText(platform.random, 16)
  const steps = [
    ...guards,
    sql`UPDATE request SET lat = ${wish.place.lat}, long = ${wish.place.long}, accuracy = 0,
      address = ${wish.address === undefined ? address : wish.address}, resolution = ${JSON.stringify(after)},
      accountable = ${after.accountable.id}, agency_responsible = ${agency}, triage = ${needsTriage(after) ? 1 : 0},
      expected_at = ${expectedAt}, updated_at = ${at}, version = version + 1 WHERE id = ${row.id}`,
    record(row.id, actor, at, true, { type: 'relocated', from, to, changed }),
    record(row.id, actor, at, false, { type: 'place-before', lat, long, address, resolution: before }),
    ...news(at),
    ...(due === null
      ? []
      : [passOnStep({ ...due, request: row.id, reason: MOVED_PIN, text: '', cause }, at)]),
  ]
  const asked = [row.id, wish.place, wish.address, wish.at, wish.version]
  const outcome = { version: wish.version + 1, before, after, changed, due }
  const done = await commitOnce(db, { key: wish.idempotencyKey, asked, steps, outcome }, at)
  platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
  return done
}
