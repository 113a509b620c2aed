import type { CloseReason, Status } from './schema.ts'

/** One body's share of a case, as far as its status goes. */
export interface ShareStatus {
  readonly status: Status
  readonly closeReason: CloseReason | null
  /** False once its custody has passed on: whoever holds it now speaks for it. */
  readonly held: boolean
}

/**
 * The public status of a case from the shares that are held; docs/handoffs.md has its table. The case is as far along as
 * its furthest open share, and closed only when every share is (S10). Undefined while no share is held here or anywhere
 * known, as when custody is on its way: then the status stays what it was.
 */
export function rollUp(
  shares: readonly ShareStatus[],
): { status: Status; closeReason: CloseReason | null } | undefined {
  const held = shares.filter(share => share.held)
  if (held.length === 0) return undefined
  const open = held.filter(({ status }) => status !== 'closed')
  if (open.length > 0) {
    const furthest = (['in_progress', 'acknowledged', 'submitted'] as const).find(candidate =>
      open.some(({ status }) => status === candidate),
    )
    return { status: furthest ?? 'submitted', closeReason: null }
  }
  const reasons = new Set(held.map(({ closeReason }) => closeReason))
  const [only = null] = reasons
  // Where the bodies closed for different reasons, whatever was done for the resident is what counts.
  return {
    status: 'closed',
    closeReason: reasons.size === 1 ? only : reasons.has('completed') ? 'completed' : 'no-action',
  }
}
