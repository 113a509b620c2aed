import { type SQL, sql } from 'drizzle-orm'
import { ring } from '../core/jobs.ts'
import type { CloseReason, Status } from './schema.ts'

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
    }
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
  /** Public: custody has come here. */
  | { readonly type: 'received'; readonly from: string; readonly reason: string; readonly agency: string }

/** Who follows the log: each has a job of this kind and a cursor of its own. */
export const PUBLISH = 'publish'
export const TELL_ORIGIN = 'tell-origin'

/** The steps that wake whoever follows the log, in the batch that wrote to it. */
export function news(at: number): SQL[] {
  return [ring(PUBLISH, at), ring(TELL_ORIGIN, at)]
}

/** The step that writes an event in the batch of the change that it tells of. */
export function record(
  request: string,
  actor: string,
  at: number,
  isPublic: boolean,
  { type, ...payload }: RequestEvent,
): SQL {
  return sql`INSERT INTO event (request, type, actor, at, public, payload)
    VALUES (${request}, ${type}, ${actor}, ${at}, ${isPublic ? 1 : 0}, ${JSON.stringify(payload)})`
}
