import { and, eq, sql } from 'drizzle-orm'
import type { TenantDb } from '../core/db.ts'
import type { Region } from '../regions/compile.ts'
import { hasLeft } from '../regions/leaving.ts'
import { stateGuard } from './answers.ts'
import { handoff } from './schema.ts'
import { withdrawSteps } from './withdraw.ts'

/** Takes back what is offered to jurisdictions that have left: nobody there can answer any more (S17). */
export async function withdrawFromLeft(db: TenantDb, region: Region, at: number): Promise<void> {
  const offered = await db
    .select()
    .from(handoff)
    .where(and(eq(handoff.side, 'sender'), eq(handoff.state, 'offered')))
  for (const row of offered.filter(({ receiver }) => hasLeft(region, receiver, at))) {
    await db.commit([
      stateGuard(row, 'sender', ['offered']),
      ...withdrawSteps(sql`id = ${row.id}`, 'system:leaving', at),
    ])
  }
}
