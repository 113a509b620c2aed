import { type SQL, sql } from 'drizzle-orm'
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
