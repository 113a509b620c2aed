import { sql } from 'drizzle-orm'
import { appendAccessLog } from '../audit/access-log.ts'
import { openTenant } from '../core/database/handles.ts'
import { openRequests, routingChange } from '../handoffs/automatic/reroute.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import type { Documents, Snapshot } from '../regions/documents/snapshot.ts'
import { localDay } from '../regions/runtime/calendar.ts'
import { compileRouting } from '../regions/runtime/routing.ts'
import { type GroundChange, type GroundRequests, placesOnChanged } from '../regions/versions/ground.ts'
import { listDatabases } from '../regions/versions/migrate.ts'
import { changesAfter } from '../routing/changes.ts'
import { count } from './configuration.ts'

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
  platform: NodePlatform,
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

/** The text lists this many; `--json` has them all. */
const NAMED = 12

export function affectedLines(affected: readonly AffectedCase[]): string[] {
  if (affected.length === 0) return []
  const more = affected.length - NAMED
  return [
    `  ! ${count(affected.length, 'open request')} would have another responsible agency:`,
    ...affected.slice(0, NAMED).map(({ id, service, from, to, day, policy }) => {
      const then = policy === 'offer' ? 'transfer is sent' : 'stays where it is'
      return `    ${id} (${service}): ${from} → ${to} from ${day}, ${then}`
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}

const PAGE = 1000

/** How many requests, held by whoever, fell on the lost and the gained ground of each change. Shows none of them. */
export async function requestsOnGround(
  platform: NodePlatform,
  region: string,
  changes: readonly GroundChange[],
): Promise<GroundRequests[]> {
  const found = changes.map(() => ({ lost: { total: 0, open: 0 }, gained: { total: 0, open: 0 } }))
  if (changes.length === 0) return found
  const changesAt = placesOnChanged(changes)
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== region) continue
    const db = openTenant(platform, { kind: 'system', reason: 'plan' }, name.region, name.slug)
    for (let last = 0; ; ) {
      const rows = await db.rows<{ seq: number; lat: number; long: number; open: number }>(
        sql`SELECT seq, lat, long, status <> 'closed' AS open FROM request
          WHERE custody = 'held' AND lat IS NOT NULL AND seq > ${last} ORDER BY seq LIMIT ${PAGE}`,
      )
      for (const row of rows) {
        for (const { change, isLost } of changesAt(row)) {
          const count = found[change]?.[isLost ? 'lost' : 'gained']
          if (count === undefined) continue
          count.total += 1
          count.open += row.open
        }
      }
      if (rows.length < PAGE) break
      last = rows.at(-1)?.seq ?? last
    }
  }
  return found
}
