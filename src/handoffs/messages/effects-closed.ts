import type { Step, TenantDb } from '../../core/database/handles.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { versionGuard } from '../../requests/case/guards.ts'
import { rateStep } from '../../requests/case/rating.ts'
import { touch } from '../../requests/case/status.ts'
import { enqueueLogConsumers } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { complaintSteps } from '../after-closing/complaint.ts'
import { reopenSteps } from '../after-closing/reopen.ts'
import { shareOf } from '../duplicates/link.ts'
import { COURIER_ACTOR } from '../grant.ts'
import { asHeld } from './effects-duplicates.ts'
import type { Of } from './effects-receiver.ts'
import { enqueueMessage } from './messages.ts'

/** At a jurisdiction that has passed the case on, it is forwarded. If it is open by now, what was said is kept. */
export async function reopenEffect(
  region: Region,
  db: TenantDb,
  message: Of<'reopen'>,
  at: number,
): Promise<Step[]> {
  const { of, text, photos, askedAt } = message
  const row = await shareOf(db, of)
  if (row === undefined) return []
  if (row.passedTo !== null) return [asHeld(row), ...forwardSteps(db.slug, row, row.passedTo, message, at)]
  const isClosed = row.status === 'closed' && (row.closedAt ?? 0) <= askedAt
  if (isClosed)
    return [
      versionGuard(row),
      ...reopenSteps(region, db.slug, row, { text, photos }, { actor: COURIER_ACTOR, at }),
    ]
  return [
    versionGuard(row),
    ...complaintSteps(region, { text, photos }, { request: row.id, actor: COURIER_ACTOR, at }),
    touch(row.id, at),
    ...enqueueLogConsumers(at),
  ]
}

/** Forwarded as a reopening is. */
export async function ratingEffect(db: TenantDb, message: Of<'rating'>, at: number): Promise<Step[]> {
  const { of, score, ratedAt } = message
  const row = await shareOf(db, of)
  if (row === undefined) return []
  if (row.passedTo !== null) return [asHeld(row), ...forwardSteps(db.slug, row, row.passedTo, message, at)]
  return [asHeld(row), rateStep(of, score, ratedAt)]
}

function forwardSteps(
  slug: string,
  row: RequestRow,
  to: string,
  message: Of<'reopen' | 'rating'>,
  at: number,
): Step[] {
  const instant = message.kind === 'reopen' ? message.askedAt : message.ratedAt
  const id = `${slug}:${message.kind}:${message.of}:${instant}:${row.version}`
  return enqueueMessage(id, row.caseId, to, message, at)
}
