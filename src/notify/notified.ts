import { type SQL, sql } from 'drizzle-orm'
import type { EventTypes } from '../requests/event-types.ts'
import { caseReceived, reportSubmitted } from '../requests/events.ts'

// A corrected location is reported as such, not again as the transfer that it caused (S9).
const isPinMoved = sql`(event.type = ${caseReceived.type} AND event.payload ->> 'kind' = 'transfer' AND event.payload ->> 'reason' = 'moved-pin')`

/** In place of an event number: the email that asks to confirm a subscription. */
export const CONFIRMATION = 0

// The confirmation email that the reporter answered already acknowledged the report.
const isKnown = sql`(event.type = ${reportSubmitted.type} AND EXISTS (
  SELECT 1 FROM notice AS asked WHERE asked.event = ${CONFIRMATION} AND asked.follower = follower.id))`

/** SQL condition on `event` and `follower`: the follower gets an email about the event. */
export function isNotified(eventTypes: EventTypes): SQL {
  return sql`event.public = 1 AND NOT ${isKnown} AND NOT ${isPinMoved} AND event.type IN ${eventTypes.emailed()}`
}
