import { sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { type Cancelled, cancelApply } from '../../regions/versions/cancel.ts'
import type { Pending } from '../../regions/versions/pending.ts'
import type { Doing } from '../drafts/drafts.ts'
import { logStep } from '../log.ts'
import { draft as draftTable } from '../region-schema.ts'

/**
 * Cancels what is being applied, and opens the draft again that it came of, if it came of one. Throws `wrong-state` as
 * `cancelApply` does. `hash`: of the documents that are meant; absent: whatever is being applied.
 */
export function cancelAndReopen(
  platform: Platform,
  region: string,
  { hash, ...doing }: Doing & { readonly hash?: string },
): Promise<Cancelled> {
  const isMeant = (pending: Pending) => hash === undefined || pending.hash === hash
  return cancelApply(platform, region, isMeant, pending => reopenSteps(pending, doing))
}

function reopenSteps({ hash, requestedAt }: Pending, { by, at }: Doing): Step[] {
  // Not an earlier draft that led to the same documents.
  const its = sql`id = (SELECT id FROM ${draftTable} WHERE state = 'applied' AND hash = ${hash}
    AND changed_at >= ${requestedAt} ORDER BY changed_at DESC LIMIT 1)`
  return [
    sql`UPDATE ${draftTable} SET state = 'open', hash = NULL, changed_by = ${by}, changed_at = ${at} WHERE ${its}`,
    logStep({ at, by, action: 'apply-cancelled' }),
  ]
}
