import type { CloseReason, request, Status, share } from './schema.ts'

type RequestRow = typeof request.$inferSelect
export type ShareRow = typeof share.$inferSelect

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

/** One body's share as anyone may see it. */
export interface PublicShare {
  readonly jurisdiction: string
  readonly agency: string
  readonly status: Status
  readonly closeReason: CloseReason | null
  readonly receivedAt: number
  readonly expectedAt: number | null
}

/** The shares that are held, the origin's own first. None while custody is on its way. */
export function sharesOf(origin: string, own: RequestRow, others: readonly ShareRow[]): PublicShare[] {
  const { agencyResponsible: agency, status, closeReason, receivedAt, expectedAt } = own
  const mine = { jurisdiction: origin, agency, status, closeReason, receivedAt, expectedAt }
  const theirs = others.filter(({ held }) => held)
  return [...(own.custody === 'held' ? [mine] : []), ...theirs]
}

/** The origin's row as the face of its case: how the whole stands, not only the origin's own share of it. */
export function faceOf(own: RequestRow, others: readonly ShareRow[]): RequestRow {
  if (own.id !== own.caseId || others.length === 0) return own
  const status = own.caseStatus
  const isClosed = status === 'closed'
  const rolled = rollUp([{ ...own, held: own.custody === 'held' }, ...others])
  return {
    ...own,
    status,
    closeReason: isClosed ? (rolled?.closeReason ?? own.closeReason) : null,
    closedAt: isClosed ? Math.max(own.closedAt ?? 0, ...others.map(({ updatedAt }) => updatedAt)) : null,
    statusNotes: own.status === status ? own.statusNotes : null,
  }
}
