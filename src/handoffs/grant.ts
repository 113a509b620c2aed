import { sql } from 'drizzle-orm'
import type { Step } from '../core/database/handles.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { appendEvent, enqueueLogConsumers } from '../requests/events.ts'
import { transferLinks } from './duplicates/link.ts'
import { handoffGranted } from './events.ts'
import { enqueueMessage, type Offer } from './messages/messages.ts'
import { withdrawOffersOf } from './withdraw.ts'

export const COURIER_ACTOR = 'system:courier'

/** The only place where custody leaves: before this batch the sender holds the request, after it the receiver. */
export function grantSteps(region: Region, offered: Offer, request: string, at: number): Step[] {
  const { handoff, receiver, content, type } = offered
  const agency = region.jurisdiction(receiver)?.name ?? receiver
  const passing =
    type === 'transfer'
      ? [
          sql`UPDATE request SET custody = 'passed', passed_to = ${receiver}, agency_responsible = ${agency}, updated_at = ${at},
            version = version + 1 WHERE id = ${request}`,
          // Remaining offers to share the work are no longer this jurisdiction's to make.
          ...withdrawOffersOf(request, COURIER_ACTOR, at),
          ...transferLinks(content),
        ]
      : []
  return [
    sql`UPDATE handoff SET state = 'granted', receiver = ${receiver}, answered_at = ${at}, version = version + 1
      WHERE id = ${handoff} AND side = 'sender'`,
    ...passing,
    appendEvent(
      handoffGranted,
      { handoff, kind: type, receiver },
      { request, actor: COURIER_ACTOR, at, public: false },
    ),
    ...enqueueMessage(`${handoff}:grant`, content.caseId, receiver, { kind: 'grant', ...offered }, at),
    ...enqueueLogConsumers(at),
  ]
}
