import type { Step } from '../core/db.ts'
import { type JobHandler, ring } from '../core/jobs.ts'
import type { Region } from '../regions/compile.ts'
import { rightfulHolder } from '../requests/custody.ts'
import type { RequestRow } from '../requests/find.ts'
import type { Resolution } from '../routing/types.ts'
import { open, passOn, readOpen, termsFor } from './hand-on.ts'
import { canTake } from './receiver.ts'
import { PASS_ON } from './waiting.ts'

/* What goes on because the ground moved under it: a corrected pin (S9), or limits that have changed (S7). */

/** To whom a request is due, and the standing agreement by which that body has accepted it beforehand. */
export interface Due {
  readonly receiver: string
  readonly agreement: string | null
}

/**
 * To whom a request that `holder` holds is due under a new resolution: the accountable body, or whoever performs for it
 * under agreements that accept beforehand; what is a partner's or nobody's, to the intake. Undefined when that is the
 * holder, or nobody who could take it.
 */
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

interface Cause extends Due {
  readonly request: string
  readonly reason: string
  readonly text: string
  /** Names what caused it: one cause makes one offer, however often the job runs. */
  readonly cause: string
}

/** The step that has a request offered to whom it is due, in the batch of what causes that. */
export function passOnStep(cause: Cause, at: number): Step {
  return ring(PASS_ON, at, `${PASS_ON}:${cause.cause}`, cause)
}

/** Makes the offer. There is nothing to do when it was made before, or when the request has closed or gone meanwhile. */
export const passOnJob: JobHandler = {
  kind: PASS_ON,
  async run(platform, database, payload) {
    const { db, region } = await open(platform, database, PASS_ON)
    const row = await readOpen(db, payload)
    if (row === undefined) return undefined
    const { receiver, agreement, reason, text, cause } = payload as Cause
    const terms = { receiver, reason, text, agreement: agreement ?? undefined }
    return passOn(platform, db, region, row, terms, cause)
  },
}
