import { openTenant, type Step } from '../core/db.ts'
import { type JobHandler, ring } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import type { RequestRow } from '../requests/find.ts'
import { keeperOf } from '../requests/submit.ts'
import type { Resolution } from '../routing/types.ts'
import { readHeld } from './crossing.ts'
import { offer } from './offers.ts'
import { canTake } from './receiver.ts'

export const PASS_ON = 'pass-on'

/** To whom a request is due, and the standing agreement by which that body has accepted it beforehand. */
export interface Due {
  readonly receiver: string
  readonly agreement: string | null
}

/**
 * To whom a request that `holder` holds is due under a new resolution: the accountable body, or who performs for it
 * under an agreement that accepts beforehand. Undefined when that is the holder, or nobody who could take it.
 */
export function dueTo(
  region: Region,
  holder: string,
  row: RequestRow,
  resolution: Resolution,
  at: number,
): Due | undefined {
  const { performer, agreements } = resolution
  if (performer.id === holder) return undefined
  const last = region.documents.agreements.agreements?.find(({ id }) => id === agreements.at(-1))
  const accepted = performer.kind === 'jurisdiction' && last?.preAccepted === true
  const due = accepted
    ? { receiver: performer.id, agreement: last.id }
    : { receiver: keeperOf(region, resolution), agreement: null }
  const taker = { field: 'receiver', body: due.receiver, byAgreement: accepted } as const
  return canTake(region, holder, row, taker, at) ? due : undefined
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

/** Makes the offer. There is nothing to do when it has been made, or when the request has closed or gone meanwhile. */
export const passOnJob: JobHandler = {
  kind: PASS_ON,
  async run(platform, database, payload) {
    if (database.kind !== 'tenant') return undefined
    const { request, receiver, agreement, reason, text, cause } = payload as Cause
    const db = openTenant(platform, { kind: 'system', reason: PASS_ON }, database.region, database.slug)
    const region = await currentRegion(platform, database.region)
    const { request: row } = await readHeld(db, request)
    const wish = { request, version: row.version, receiver, kind: 'transfer', reason, text } as const
    try {
      await offer(platform, db, region, {
        ...wish,
        agreement: agreement ?? undefined,
        idempotencyKey: `${PASS_ON}:${cause}`,
      })
    } catch (error) {
      const { slug } = asProblem(error)
      const isSettled = slug === 'key-reused' || slug === 'wrong-state' || slug === 'invalid-fields'
      if (!isSettled) throw error
      platform.log('info', 'pass-on-settled', { request, problem: slug })
    }
    return undefined
  },
}
