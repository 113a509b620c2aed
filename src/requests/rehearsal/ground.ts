import { sql } from 'drizzle-orm'
import { openTenant } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { type GroundChange, type GroundRequests, placesOnChanged } from '../../regions/versions/ground.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'

const PAGE = 1000

/** How many requests, held by whoever, fell on the lost and the gained ground of each change. Shows none of them. */
export async function requestsOnGround(
  platform: Platform,
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
