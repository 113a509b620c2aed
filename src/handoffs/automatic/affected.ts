import { appendAccessLog } from '../../audit/access-log.ts'
import { openTenant, type TenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Documents, Snapshot } from '../../regions/documents/snapshot.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { compileRouting } from '../../regions/runtime/routing.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import { changesAfter } from '../../routing/changes.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import { openRequests, routingChange } from './reroute.ts'

export interface AffectedCase {
  readonly id: string
  readonly service: string
  readonly holder: string
  readonly from: string
  readonly to: string
  readonly day: string
  readonly policy: 'finish' | 'offer'
}

/** What open requests are compared by. */
export interface Affecting {
  readonly before: RoutingSnapshot
  readonly after: RoutingSnapshot
  /** Now, and when a boundary begins or ends (S7). */
  readonly instants: readonly number[]
  readonly policies: ReadonlyMap<string, AffectedCase['policy']>
  readonly zone: string
}

export function affecting(current: Snapshot, next: Documents, now: number): Affecting {
  const after = compileRouting({ region: current.region, version: current.version + 1, documents: next })
  return {
    before: compileRouting(current),
    after,
    instants: [now, ...changesAfter(after, now)],
    policies: new Map(next.services.map(({ code, onAnnexation = 'finish' }) => [code, onAnnexation])),
    zone: next.region.timezone,
  }
}

/** The open requests that this jurisdiction holds. Who shows them writes the access log. */
export async function affectedIn(db: TenantReader, by: Affecting): Promise<AffectedCase[]> {
  const affected: AffectedCase[] = []
  for await (const rows of openRequests(db)) {
    for (const row of rows) {
      for (const at of by.instants) {
        const found = routingChange(db.slug, row, { routing: by.before, at }, { routing: by.after, at })
        if (found === undefined) continue
        affected.push({
          id: row.id,
          service: row.serviceCode,
          holder: db.slug,
          from: found.from.accountable.name,
          to: found.to.accountable.name,
          day: localDay(at, by.zone),
          policy: by.policies.get(row.serviceCode) ?? 'finish',
        })
        break
      }
    }
  }
  return affected
}

/** In all jurisdictions. Writes the access log under `operator`. */
export async function affectedCases(
  platform: Platform,
  current: Snapshot | undefined,
  next: Documents,
  operator: string,
): Promise<AffectedCase[]> {
  if (current === undefined) return []
  const by = affecting(current, next, platform.clock.now())
  const affected: AffectedCase[] = []
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== current.region) continue
    const db = openTenant(platform, { kind: 'system', reason: 'plan', operator }, name.region, name.slug)
    const own = await affectedIn(db, by)
    affected.push(...own)
    await appendAccessLog(
      db,
      'list',
      own.map(({ id }) => id),
    )
  }
  return affected
}
