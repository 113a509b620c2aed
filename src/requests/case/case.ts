import type { CloseReason, request, Status, share } from '../schema.ts'

type RequestRow = typeof request.$inferSelect
export type ShareRow = typeof share.$inferSelect

export interface ShareStatus {
  readonly status: Status
  readonly closeReason: CloseReason | null
  /** False once custody has been transferred: the new holder's share counts instead. */
  readonly held: boolean
}

/** S10, docs/handoffs.md. Undefined while no share is held: then the status stays as it was. */
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
  // If the reasons differ, what was done for the resident prevails.
  return {
    status: 'closed',
    closeReason: reasons.size === 1 ? only : reasons.has('completed') ? 'completed' : 'no-action',
  }
}

export interface PublicShare {
  readonly jurisdiction: string
  /** Its own tracking number. */
  readonly request: string
  readonly agency: string
  readonly status: Status
  readonly closeReason: CloseReason | null
  readonly receivedAt: number
  readonly expectedAt: number | null
}

export function sharesOf(origin: string, own: RequestRow, others: readonly ShareRow[]): PublicShare[] {
  const { id: request, agencyResponsible: agency, status, closeReason, receivedAt, expectedAt } = own
  const ownShare = { jurisdiction: origin, request, agency, status, closeReason, receivedAt, expectedAt }
  const theirs = others.filter(({ held }) => held)
  return [...(own.custody === 'held' ? [ownShare] : []), ...theirs]
}

/** The status becomes that of the whole case rather than of the origin's own share. */
export function originRequest(own: RequestRow, others: readonly ShareRow[]): RequestRow {
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
