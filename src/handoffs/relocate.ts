import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import type { TenantDb } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { enqueueJob } from '../core/database/jobs.ts'
import type { Place } from '../core/geometry.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { agencyFor } from '../requests/case/custody.ts'
import { promisedBy } from '../requests/case/deadline.ts'
import { inquiryOf } from '../requests/case/resolution.ts'
import { appendEvent, enqueueLogConsumers } from '../requests/events.ts'
import { escalateTriageKind, reasonsAtPlace } from '../requests/triage/reasons.ts'
import { resolve } from '../routing/resolve.ts'
import type { Resolution } from '../routing/types.ts'
import { transferAfterRerouteKind } from './automatic/pending.ts'
import { type Due, dueTo } from './automatic/transfer-after-reroute.ts'
import { previousPlace, requestRelocated } from './events.ts'
import { readHeldRequest } from './messages/crossing.ts'
import { holdGuards } from './offers.ts'
import { MOVED_PIN } from './policy.ts'

export interface Correction {
  readonly request: string
  readonly place: Place
  readonly address: string | null | undefined
  readonly at: number | undefined
  readonly version: number
  readonly dryRun: boolean
  readonly idempotencyKey?: string | undefined
}

export interface Corrected {
  readonly version: number
  readonly before: Resolution
  readonly after: Resolution
  readonly changed: boolean
  readonly due: Due | null
}

/** As of the incident (S9). Throws `not-found`, `changed-meanwhile`, `wrong-state`. */
export async function relocate(
  platform: Platform,
  db: TenantDb,
  region: Region,
  input: Correction,
): Promise<Corrected> {
  const at = platform.clock.now()
  const { request: row } = await readHeldRequest(db, input.request)
  const { lat, long, address } = row
  const before = row.resolution
  const after = resolve(region.routing, { ...inquiryOf(row, input.at), place: input.place, accuracy: 0 })
  const changed = after.accountable.id !== before.accountable.id
  const due = (changed && dueTo(region, db.slug, { ...row, ...input.place, accuracy: 0 }, after, at)) || null
  const guards = holdGuards(row.id, input.version)
  if (input.dryRun) {
    await db.commit(guards)
    return { version: row.version, before, after, changed, due }
  }
  const service = region.service(row.serviceCode)
  // An existing deadline is kept; a request without one may get it now.
  const expectedAt =
    row.expectedAt ?? (service && promisedBy(region, service, after, row.requestedAt)) ?? null
  const agency = changed && due === null ? agencyFor(after) : row.agencyResponsible
  const { name: from } = before.accountable
  const { name: to } = after.accountable
  const actor = actorOf(db.access)
  const cause = randomText(platform.random, 16)
  const reasons = reasonsAtPlace(after, row.triageReasons)
  const steps = [
    ...guards,
    sql`UPDATE request SET lat = ${input.place.lat}, long = ${input.place.long}, accuracy = 0,
      address = ${input.address === undefined ? address : input.address}, resolution = ${JSON.stringify(after)},
      accountable = ${after.accountable.id}, agency_responsible = ${agency}, triage = ${reasons.length > 0 ? 1 : 0},
      triage_reasons = ${JSON.stringify(reasons)}, triage_since = ${reasons.length > 0 ? (row.triageSince ?? at) : null},
            expected_at = ${expectedAt}, updated_at = ${at}, version = version + 1 WHERE id = ${row.id}`,
    appendEvent(requestRelocated, { from, to, changed }, { request: row.id, actor, at, public: true }),
    appendEvent(
      previousPlace,
      { lat, long, address, resolution: before },
      { request: row.id, actor, at, public: false },
    ),
    ...enqueueLogConsumers(at),
    ...(reasons.length > 0 ? [enqueueJob(escalateTriageKind, at)] : []),
    ...(due === null
      ? []
      : [
          enqueueJob(transferAfterRerouteKind, at, {
            ...due,
            request: row.id,
            reason: MOVED_PIN,
            text: '',
            cause,
          }),
        ]),
  ]
  const content = [row.id, input.place, input.address, input.at, input.version]
  const outcome = { version: input.version + 1, before, after, changed, due }
  return commitOnce(db, { key: input.idempotencyKey, content, steps, outcome }, at)
}
