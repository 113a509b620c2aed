import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { rightfulHolder } from '../../requests/case/custody.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import type { Resolution } from '../../routing/types.ts'
import { canTake } from '../receiver.ts'
import { readOpen, termsFor, transferTo } from './auto-transfer.ts'
import { transferAfterRerouteKind } from './pending.ts'

export interface Due {
  readonly receiver: string
  readonly agreement: string | null
}

/** The intake for what belongs to a partner or to nobody. Undefined if that is the holder, or cannot take it. */
export function dueTo(
  region: Region,
  holder: string,
  row: RequestRow,
  resolution: Resolution,
  at: number,
): Due | undefined {
  const due = rightful(region, holder, resolution)
  if (due === undefined || due.receiver === holder) return undefined
  const taker = { field: 'receiver', body: due.receiver, byAgreement: due.agreement !== null } as const
  return canTake(region, holder, row, taker, at) ? due : undefined
}

function rightful(region: Region, holder: string, resolution: Resolution): Due | undefined {
  const { accountable, performer } = resolution
  if (performer.id === holder) return undefined
  if (accountable.kind !== 'jurisdiction')
    return { receiver: region.documents.region.intake, agreement: null }
  const { agreement } = termsFor(region, resolution, performer.id)
  if (agreement !== undefined && performer.kind === 'jurisdiction')
    return { receiver: performer.id, agreement }
  const receiver = rightfulHolder(resolution, holder)
  return receiver === undefined ? undefined : { receiver, agreement: null }
}

/** Does nothing if the offer was made before, or the request has been closed or transferred meanwhile. */
export const transferAfterRerouteJob = defineJob(transferAfterRerouteKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db, { request: id, receiver, agreement, reason, text, cause }) {
    const region = await currentRegion(platform, db.region)
    const row = await readOpen(db, id)
    if (row === undefined) return undefined
    const terms = { receiver, reason, text, agreement: agreement ?? undefined }
    return transferTo(platform, db, region, row, { ...terms, cause })
  },
})
