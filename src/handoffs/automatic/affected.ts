import { appendAccessLog } from '../../audit/access-log.ts'
import { openTenant } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Documents, Snapshot } from '../../regions/documents/snapshot.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { compileRouting } from '../../regions/runtime/routing.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import { changesAfter } from '../../routing/changes.ts'
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

/** Now (S7), or on a later day when a boundary begins or ends. Writes the access log under `operator`. */
export async function affectedCases(
  platform: Platform,
  current: Snapshot | undefined,
  next: Documents,
  operator: string,
): Promise<AffectedCase[]> {
  if (current === undefined) return []
  const now = platform.clock.now()
  const before = compileRouting(current)
  const after = compileRouting({ region: current.region, version: current.version + 1, documents: next })
  const instants = [now, ...changesAfter(after, now)]
  const policies = new Map(next.services.map(({ code, onAnnexation }) => [code, onAnnexation]))
  const affected: AffectedCase[] = []
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== current.region) continue
    const db = openTenant(platform, { kind: 'system', reason: 'plan', operator }, name.region, name.slug)
    for await (const rows of openRequests(db)) {
      for (const row of rows) {
        for (const at of instants) {
          const found = routingChange(name.slug, row, { routing: before, at }, { routing: after, at })
          if (found === undefined) continue
          affected.push({
            id: row.id,
            service: row.serviceCode,
            holder: name.slug,
            from: found.from.accountable.name,
            to: found.to.accountable.name,
            day: localDay(at, next.region.timezone),
            policy: policies.get(row.serviceCode) ?? 'finish',
          })
          break
        }
      }
    }
    const shown = affected.filter(({ holder }) => holder === name.slug).map(({ id }) => id)
    await appendAccessLog(db, 'list', shown)
  }
  return affected
}
