import { sql } from 'drizzle-orm'
import { openTenant } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import type { Plan, PlanRequests } from '../../regions/versions/plan/plan.ts'
import { type PlanArea, placesInPlan } from '../../regions/versions/plan/plan-areas.ts'
import { lastYear } from './own.ts'

const PAGE = 1000

interface Row {
  readonly seq: number
  readonly service: string
  readonly lat: number
  readonly long: number
  readonly at: number
  readonly open: number
}

/**
 * How many requests, held by whoever, fell on the ground that each jurisdiction loses or gains, of any age; and on the
 * gaps and overlaps that the plan opens, of the last year and in their services. Shows none of them.
 */
export async function planRequests(platform: Platform, region: string, plan: Plan): Promise<PlanRequests> {
  const found = {
    ground: plan.ground.map(() => ({ lost: { total: 0, open: 0 }, gained: { total: 0, open: 0 } })),
    gaps: plan.gaps.map(() => 0),
    overlaps: plan.overlaps.map(() => 0),
  }
  // A new region has no requests yet, and maybe no databases.
  const areasAt = plan.from === null ? undefined : placesInPlan(plan)
  if (areasAt === undefined) return found
  const { since } = lastYear(platform.clock.now())
  const count = (row: Row, { kind, index, services }: PlanArea) => {
    const ground = found.ground[index]
    if (kind === 'lost' || kind === 'gained') {
      if (ground === undefined) return
      ground[kind].total += 1
      ground[kind].open += row.open
    } else if (row.at >= since && services?.has(row.service)) {
      const counts = kind === 'gap' ? found.gaps : found.overlaps
      counts[index] = (counts[index] ?? 0) + 1
    }
  }
  for (const name of await listDatabases(platform)) {
    if (name.kind !== 'tenant' || name.region !== region) continue
    const db = openTenant(platform, { kind: 'system', reason: 'plan' }, name.region, name.slug)
    for (let last = 0; ; ) {
      const rows = await db.rows<Row>(
        sql`SELECT seq, service_code AS service, lat, long, requested_at AS at, status <> 'closed' AS open
          FROM request WHERE custody = 'held' AND lat IS NOT NULL AND seq > ${last} ORDER BY seq LIMIT ${PAGE}`,
      )
      for (const row of rows) for (const area of areasAt(row)) count(row, area)
      if (rows.length < PAGE) break
      last = rows.at(-1)?.seq ?? last
    }
  }
  return found
}
