import { problem } from '../core/problem.ts'
import { deadline } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { reasonsOf } from '../regions/runtime/reasons.ts'

/** Reasons of the platform, outside the region's list. */
export const MOVED_PIN = 'moved-pin'
export const ANNEXATION = 'annexation'

const ANSWER_WITHIN = '2 business days'

/** Throws `invalid-fields`. */
export function checkReason(region: Region, reason: string): void {
  if (reasonsOf(region).includes(reason)) return
  const detail = `Choose a reason from: ${reasonsOf(region).join(', ')}.`
  throw problem('invalid-fields', { fields: [{ field: 'reason', code: 'not-an-option' }], detail })
}

export function arbitratorOf(region: Region): string {
  return region.documents.region.handoffs?.arbitrator ?? region.documents.region.intake
}

/** By the business hours of the answering jurisdiction. */
export function answerDeadline(region: Region, body: string, at: number): number {
  const within = region.documents.region.handoffs?.answerWithin ?? ANSWER_WITHIN
  return deadline(region.calendar(body), at, within, { urgent: false })
}
