import { sql } from 'drizzle-orm'
import type { Step } from '../core/db.ts'
import type { Region } from '../regions/compile.ts'
import { news, record } from '../requests/events.ts'
import { giveLinks } from './link.ts'
import { type Offer, post } from './messages.ts'
import { withdrawOffersOf } from './withdraw.ts'

/** How the log names what is done when a message arrives. */
export const COURIER_ACTOR = 'system:courier'

/**
 * The one place where custody leaves: state, custody, log and message in one batch. Before it the sender holds the
 * request, after it the receiver does, wherever the message is.
 */
export function grantSteps(region: Region, offered: Offer, request: string, at: number): Step[] {
  const { handoff, receiver, content, type } = offered
  const agency = region.jurisdiction(receiver)?.name ?? receiver
  const passing =
    type === 'transfer'
      ? [
          sql`UPDATE request SET custody = 'passed', passed_to = ${receiver}, agency_responsible = ${agency}, updated_at = ${at},
            version = version + 1 WHERE id = ${request}`,
          // What is left on offer of it, to work on it too, is no longer this body's to share.
          ...withdrawOffersOf(request, COURIER_ACTOR, at),
          ...giveLinks(content),
        ]
      : []
  return [
    sql`UPDATE handoff SET state = 'granted', receiver = ${receiver}, answered_at = ${at}, version = version + 1
      WHERE id = ${handoff} AND side = 'sender'`,
    ...passing,
    record(request, COURIER_ACTOR, at, false, { type: 'granted', handoff, receiver }),
    ...post(`${handoff}:grant`, content.caseId, receiver, { kind: 'grant', ...offered }, at),
    ...news(at),
  ]
}
