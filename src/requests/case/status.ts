import { sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import type { CloseReason, Status } from '../schema.ts'
import { withoutTriage } from '../triage/reasons.ts'

export interface NewStatus {
  readonly to: Status
  readonly reason?: CloseReason | null | undefined
  readonly notes: string | null
  /** If closed: `at`, unless it was closed earlier. */
  readonly closedAt?: number | null
}

/** Who begins or ends work has reviewed it. Also of the case, while the origin's own share is its only one; otherwise the courier rolls them up. */
export function setStatus(id: string, status: NewStatus, at: number): Step {
  const { to, reason = null, notes, closedAt = to === 'closed' ? at : null } = status
  const reviewed = to === 'in_progress' || to === 'closed' ? sql`${withoutTriage},` : sql``
  return sql`UPDATE request SET ${reviewed} case_status = CASE WHEN EXISTS (SELECT 1 FROM share WHERE share.case_id = request.case_id AND held)
    THEN case_status ELSE ${to} END, status = ${to}, close_reason = ${reason}, status_notes = ${notes}, closed_at = ${closedAt},
    updated_at = ${at}, version = version + 1 WHERE id = ${id}`
}

/** For an event that changes nothing else. */
export function touch(id: string, at: number): Step {
  return sql`UPDATE request SET updated_at = ${at}, version = version + 1 WHERE id = ${id}`
}
