import type { Step } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import type { AgreementDocument } from '../../regions/documents/schemas/agreements.ts'
import { nextOpening, startOfDay } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { partnerFor, rightfulHolder } from '../../requests/case/custody.ts'
import { autoTransferKind, forwardKind } from '../../requests/events.ts'
import type { Offer } from '../messages/messages.ts'
import { crossedResolution } from '../messages/messages.ts'
import { returnTransferKind } from './pending.ts'

export const agreementEndKind = jobKind('agreement-end')

export function agreementOf(region: Region, id: string | null): AgreementDocument | undefined {
  return region.documents.agreements.agreements?.find(agreement => agreement.id === id)
}

/** At midnight in the accountable jurisdiction's time zone; Infinity if the agreement has no end. */
export function endOf(region: Region, { accountable, to }: AgreementDocument): number {
  return to === undefined ? Infinity : startOfDay(to, region.calendar(accountable).zone)
}

/** Jobs that follow from receiving a request; enqueue them in the batch that receives it. */
export function followUps(region: Region, receiver: string, offered: Offer, id: string, at: number): Step[] {
  const { content, agreement: under } = offered
  const steps: Step[] = []
  const resolution = crossedResolution(content)
  const performer = resolution.accountable.id === receiver && rightfulHolder(resolution, receiver)
  if (performer && !content.trail.includes(performer)) {
    steps.push(enqueueJob(autoTransferKind, at, { request: id }))
  }
  const partner = resolution.accountable.id === receiver ? partnerFor(region, resolution) : undefined
  if (partner !== undefined) steps.push(enqueueJob(forwardKind, at, { request: id, partner }))
  const agreement = agreementOf(region, under)
  if (agreement?.performer !== receiver) return steps
  if (agreement.hours === 'closed') {
    const opens = nextOpening(region.calendar(agreement.accountable), at)
    steps.push(enqueueJob(returnTransferKind, opens, { request: id }))
  }
  const end = endOf(region, agreement)
  if (end < Infinity) steps.push(enqueueJob(agreementEndKind, Math.max(end, at)))
  return steps
}
