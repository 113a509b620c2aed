import { problem } from '../core/problem.ts'
import { deadline } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import { reasonsOf } from '../regions/reasons.ts'

/** Reasons that the platform itself gives, whatever the region lets people choose. */
export const MOVED_PIN = 'moved-pin'
export const ANNEXATION = 'annexation'

const ANSWER_WITHIN = '2 business days'

/** Throws `invalid-fields` for a reason that is not on the region's list. */
export function checkReason(region: Region, reason: string): void {
  if (reasonsOf(region).includes(reason)) return
  const detail = `Choose a reason from: ${reasonsOf(region).join(', ')}.`
  throw problem('invalid-fields', { fields: [{ field: 'reason', code: 'not-an-option' }], detail })
}

/** Who decides when two jurisdictions do not agree. */
export function arbitratorOf(region: Region): string {
  return region.documents.region.handoffs?.arbitrator ?? region.documents.region.intake
}

/** By when an answer is due, on the answering body's own hours. */
export function answerDeadline(region: Region, body: string, at: number): number {
  const within = region.documents.region.handoffs?.answerWithin ?? ANSWER_WITHIN
  return deadline(region.calendar(body), at, within, { urgent: false })
}
