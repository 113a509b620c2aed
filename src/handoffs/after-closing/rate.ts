import { sql } from 'drizzle-orm'
import type { PublicAccess, ResidentAccess } from '../../core/access.ts'
import { guard, openTenant, type TenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { rateStep } from '../../requests/case/rating.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { enqueueMessage } from '../messages/messages.ts'
import { lastClosing } from './reopen.ts'

/** By a resident, once for each closing; its holder is told by the courier. Throws `wrong-state`. */
export async function rate(
  platform: Platform,
  access: PublicAccess | ResidentAccess,
  { id, origin, passedTo }: RequestRow,
  score: number,
): Promise<void> {
  const at = platform.clock.now()
  const db = openTenant(platform, access, access.region, origin)
  const rated = { kind: 'rating', of: id, score, ratedAt: at } as const
  await db.commit([
    guard(
      sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND case_status = 'closed' AND passed_to IS ${passedTo})
        AND NOT EXISTS (SELECT 1 FROM rating WHERE case_id = ${id} AND at >= (${lastClosing(id)}))`,
      'wrong-state',
    ),
    rateStep(id, score, at),
    ...(passedTo === null ? [] : enqueueMessage(`${origin}:rating:${id}:${at}`, id, passedTo, rated, at)),
  ])
}

export async function isRated(db: TenantReader, caseId: string, closed: number): Promise<boolean> {
  const found = await db.rows(sql`SELECT 1 FROM rating WHERE case_id = ${caseId} AND at >= ${closed}`)
  return found.length > 0
}
