import { and, eq, inArray, sql } from 'drizzle-orm'
import type { TenantDb } from '../../core/database/handles.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { stateGuard } from '../answers.ts'
import { handoff } from '../schema.ts'
import { withdrawSteps } from '../withdraw.ts'

/** Nobody can answer offers to a jurisdiction that has left. Cases of one that has left stay as they are (S17). */
export async function withdrawForLeaving(db: TenantDb, region: Region, at: number): Promise<void> {
  const isGone = hasLeft(region, db.slug, at)
  const open = await db
    .select()
    .from(handoff)
    .where(and(eq(handoff.side, 'sender'), inArray(handoff.state, ['offered', 'appealed'])))
  const pointless = open.filter(
    ({ state, receiver }) => isGone || (state === 'offered' && hasLeft(region, receiver, at)),
  )
  for (const row of pointless) {
    await db.commit([
      stateGuard(row, 'sender', [row.state]),
      ...withdrawSteps(sql`id = ${row.id}`, 'system:leaving', at),
    ])
  }
}
