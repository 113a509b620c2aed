import { noteSeen } from '../audit/seen.ts'
import { openTenant } from '../core/db.ts'
import { change, openRequests } from '../handoffs/reroute.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { localDay } from '../regions/calendar.ts'
import { listDatabases } from '../regions/migrate.ts'
import { compileRouting } from '../regions/routing.ts'
import type { Documents, Snapshot } from '../regions/snapshot.ts'
import { changesAfter } from '../routing/changes.ts'
import { count } from './configuration.ts'

/** An open case for which another body would become responsible. */
export interface TouchedCase {
  readonly id: string
  readonly service: string
  readonly holder: string
  readonly from: string
  readonly to: string
  /** The first day on which it would. */
  readonly day: string
  readonly policy: 'finish' | 'offer'
}

/**
 * The open cases that the next documents would touch (S7): now, or on a day to come on which one of their boundaries
 * begins or ends. That `operator` was shown them is noted.
 */
export async function touchedCases(
  platform: NodePlatform,
  current: Snapshot | undefined,
  next: Documents,
  operator: string,
): Promise<TouchedCase[]> {
  if (current === undefined) return []
  const now = platform.clock.now()
  const before = compileRouting(current)
  const after = compileRouting({ region: current.region, version: current.version + 1, documents: next })
  const instants = [now, ...changesAfter(after, now)]
  const policies = new Map(next.services.map(({ code, onAnnexation }) => [code, onAnnexation]))
  const touched: TouchedCase[] = []
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== current.region) continue
    const db = openTenant(platform, { kind: 'system', reason: 'plan', operator }, name.region, name.slug)
    for await (const rows of openRequests(db)) {
      for (const row of rows) {
        for (const at of instants) {
          const found = change(name.slug, row, { routing: before, at }, { routing: after, at })
          if (found === undefined) continue
          touched.push({
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
    const shown = touched.filter(({ holder }) => holder === name.slug).map(({ id }) => id)
    await noteSeen(db, 'list', shown)
  }
  return touched
}

/** Beyond which only their number is told; `--json` has them all. */
const NAMED = 12

export function touchedLines(touched: readonly TouchedCase[]): string[] {
  if (touched.length === 0) return []
  const more = touched.length - NAMED
  return [
    `  ! ${count(touched.length, 'open case')} would be another body’s:`,
    ...touched.slice(0, NAMED).map(({ id, service, from, to, day, policy }) => {
      const then = policy === 'offer' ? 'offered over' : 'finished where it is'
      return `    ${id} (${service}): ${from} → ${to} from ${day}, ${then}`
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}
