import { eq, sql } from 'drizzle-orm'
import { actorOf } from '../../core/access.ts'
import type { Step, TenantDb } from '../../core/database/handles.ts'
import { commitOnce } from '../../core/database/idempotency.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { promisedBy } from '../case/deadline.ts'
import { existsGuard, heldGuard, openGuard, versionGuard } from '../case/guards.ts'
import { appendEvent, enqueueLogConsumers, requestReviewed } from '../events.ts'
import type { RequestRow } from '../list/find.ts'
import { request } from '../schema.ts'
import { triageSteps, withoutTriage } from './reasons.ts'

export interface Review {
  /** Undefined: as it is. */
  readonly urgent: boolean | undefined
  /** Whether somebody else has to review it. */
  readonly review: boolean
  readonly text: string
  readonly version: number
  readonly idempotencyKey?: string | undefined
}

/**
 * A person decides how urgent a request is, and whether it still needs review. Returns the new version. Throws
 * `not-found`, `changed-meanwhile`, `wrong-state`.
 */
export async function reviewRequest(
  db: TenantDb,
  region: Region,
  id: string,
  { urgent: decided, review, text, version, idempotencyKey }: Review,
  at: number,
): Promise<number> {
  const [row] = await db.select().from(request).where(eq(request.id, id))
  const urgent = decided ?? row?.urgent ?? false
  const marks: Step[] = review
    ? triageSteps(id, 'staff', at)
    : [sql`UPDATE request SET ${withoutTriage} WHERE id = ${id}`]
  const steps = [
    existsGuard(id),
    heldGuard(id),
    openGuard(id),
    versionGuard({ id, version }),
    ...marks,
    sql`UPDATE request SET urgent = ${urgent ? 1 : 0}, expected_at = ${expectedAfter(region, row, urgent)},
      updated_at = ${at}, version = version + 1 WHERE id = ${id}`,
    appendEvent(
      requestReviewed,
      { urgent, review, text },
      { request: id, actor: actorOf(db.access), at, public: false },
    ),
    ...enqueueLogConsumers(at),
  ]
  const content = [id, decided ?? null, review, text, version]
  return commitOnce(db, { key: idempotencyKey, content, steps, outcome: version + 1 }, at)
}

/** What becomes urgent may be due earlier. A date that was promised is never put off. */
function expectedAfter(region: Region, row: RequestRow | undefined, urgent: boolean): number | null {
  if (row === undefined) return null
  const service = region.service(row.serviceCode)
  if (!urgent || service === undefined || row.expectedAt === null) return row.expectedAt
  const promised = promisedBy(region, service, { ...row.resolution, urgent }, row.requestedAt)
  return Math.min(row.expectedAt, promised ?? row.expectedAt)
}
