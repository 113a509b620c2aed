import type { Step } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import { nextOpening, startOfDay } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import type { AgreementDocument } from '../regions/documents.ts'
import { partnerFor, rightfulHolder } from '../requests/custody.ts'
import { forward, HAND_ON } from '../requests/events.ts'
import type { Resolution } from '../routing/types.ts'
import type { Offer } from './messages.ts'
import { HAND_BACK } from './waiting.ts'

/* Standing agreements (S5, S6): what they pass on by themselves, and what they bring back. */

export const RUN_OFF = 'run-off'

export function agreementOf(region: Region, id: string | null): AgreementDocument | undefined {
  return region.documents.agreements.agreements?.find(agreement => agreement.id === id)
}

/** The instant at which an agreement no longer holds, by its accountable body's midnight; Infinity without end. */
export function endOf(region: Region, { accountable, to }: AgreementDocument): number {
  return to === undefined ? Infinity : startOfDay(to, region.calendar(accountable).zone)
}

/** What follows by itself from a body's having received a request: rung in the batch that brings it. */
export function followUps(region: Region, receiver: string, offered: Offer, id: string, at: number): Step[] {
  const { content, agreement: under } = offered
  const steps: Step[] = []
  const resolution = JSON.parse(content.resolution) as Resolution
  const performer = resolution.accountable.id === receiver && rightfulHolder(resolution, receiver)
  if (performer && !content.trail.includes(performer)) {
    steps.push(ring(HAND_ON, at, `${HAND_ON}:${id}`, { request: id }))
  }
  const partner = resolution.accountable.id === receiver ? partnerFor(region, resolution) : undefined
  if (partner !== undefined) steps.push(forward(id, partner, at))
  const agreement = agreementOf(region, under)
  if (agreement?.performer !== receiver) return steps
  if (agreement.hours === 'closed') {
    const opens = nextOpening(region.calendar(agreement.accountable), at)
    steps.push(ring(HAND_BACK, opens, `${HAND_BACK}:${id}`, { request: id }))
  }
  const end = endOf(region, agreement)
  if (end < Infinity) steps.push(ring(RUN_OFF, Math.max(end, at)))
  return steps
}
