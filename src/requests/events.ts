import type { SQL } from 'drizzle-orm'
import { insertOne, type Step } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import type { BodyRef, Resolution, TraceStep } from '../routing/types.ts'
import { type CloseReason, event, type LinkState, type Status } from './schema.ts'

/** What can stand in a jurisdiction's log about a request. */
export type RequestEvent =
  | {
      readonly type: 'submitted'
      readonly channel: string
      readonly accountable: string
      readonly basis: string
    }
  | {
      readonly type: 'status'
      readonly from: Status
      readonly to: Status
      readonly reason?: CloseReason | undefined
      readonly text: string
      /** The case that it is a duplicate of, or, opened again, is none of after all. */
      readonly of?: string | undefined
    }
  /** Public: how the case stands that this one goes on in. */
  | {
      readonly type: 'followed'
      readonly of: string
      readonly status: Status
      readonly reason: CloseReason | null
    }
  /** A case that goes on in this one is told of it from now on, or no longer. */
  | { readonly type: 'follower'; readonly number: string; readonly ends: boolean }
  /** What has been said about this case and another being one. */
  | { readonly type: 'duplicate'; readonly of: string; readonly state: LinkState; readonly text: string }
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'offered'
      readonly handoff: string
      readonly receiver: string
      readonly reason: string
      readonly text: string
    }
  | {
      readonly type: 'answered'
      readonly handoff: string
      readonly accepted: boolean
      readonly reason: string | null
      readonly text: string
    }
  | { readonly type: 'withdrawn' | 'timed-out'; readonly handoff: string }
  | { readonly type: 'decided'; readonly handoff: string; readonly holder: string; readonly text: string }
  | { readonly type: 'granted'; readonly handoff: string; readonly receiver: string }
  /** At the origin: what the shares of the case come to now. */
  | { readonly type: 'rolled-up'; readonly status: Status }
  /** Public: its place was put right, and that may have changed who answers for it. */
  | { readonly type: 'relocated'; readonly from: string; readonly to: string; readonly changed: boolean }
  /** What the place and its resolution were before they were put right. */
  | {
      readonly type: 'place-before'
      readonly lat: number | null
      readonly long: number | null
      readonly address: string | null
      readonly resolution: Resolution
    }
  /** Another body has become responsible for it while it was open (S7). `receiver`: to whom it is offered for that. */
  | {
      readonly type: 'rerouted'
      readonly from: BodyRef
      readonly to: BodyRef
      readonly because: Pick<TraceStep, 'code' | 'params'>
      readonly receiver: string | null
      readonly snapshot: string
    }
  /** Public: custody has come here, or a share of the case. */
  | {
      readonly type: 'received'
      readonly kind: 'transfer' | 'share'
      readonly from: string
      readonly reason: string
      readonly agency: string
    }
  /** Public: passed on to a partner, with what they gave as a receipt. */
  | {
      readonly type: 'forwarded'
      readonly partner: string
      readonly name: string
      readonly method: ForwardMethod
      readonly receipt: string
    }
  /** Public: a partner's word on it. `from` and `to` where it moved the status. */
  | {
      readonly type: 'partner'
      readonly partner: string
      readonly name: string
      readonly said: PartnerSaid
      readonly from?: Status | undefined
      readonly to?: Status | undefined
      readonly reason?: CloseReason | undefined
      readonly text: string
    }
  /** Public: those who follow it are asked whether it is solved. */
  | { readonly type: 'check-back'; readonly name: string }
  | { readonly type: 'check-back-answer'; readonly solved: boolean }
  /** A resident has shown that it is theirs, by the address on it. */
  | { readonly type: 'claimed' }
  /** Who reported it is no longer on file: because they asked, or the time to keep it is over. */
  | { readonly type: 'contacts-erased'; readonly why: 'asked' | 'retention' }

export type ForwardMethod = 'open311' | 'email'
export type PartnerSaid = 'acknowledged' | 'in_progress' | 'done' | 'not-ours' | 'note'

/** Who follows the log: each has a job of this kind and a cursor of its own. */
export const PUBLISH = 'publish'
export const TELL_ORIGIN = 'tell-origin'
export const NOTIFY = 'notify'

/** The job that passes a request on to a partner. */
export const FORWARD = 'forward'

/** The step that asks for it. Once a request and partner, however often it is asked. */
export function forward(request: string, partner: string, at: number): SQL {
  return ring(FORWARD, at, `${FORWARD}:${request}:${partner}`, { request, partner })
}

/** Work on a report that is not its keeper's to do: rung in the batch that files or brings it. */
export const HAND_ON = 'hand-on'

/** The steps that wake whoever follows the log, in the batch that wrote to it. */
export function news(at: number): SQL[] {
  return [ring(PUBLISH, at), ring(TELL_ORIGIN, at), ring(NOTIFY, at)]
}

/** The step that writes an event in the batch of the change that it tells of. */
export function record(
  request: string,
  actor: string,
  at: number,
  isPublic: boolean,
  { type, ...payload }: RequestEvent,
): Step {
  return insertOne(event, { request, type, actor, at, public: isPublic, payload: JSON.stringify(payload) })
}
