import { type SQL, sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import type { CrossingContent, EndedContent } from './messages.ts'

// An offer lends its content to the receiver and the arbitrator; those without custody keep only the case,
// service, parties, reason, times and outcome.

export const ended = sql`json_object('caseId', case_id, 'serviceCode', content ->> '$.serviceCode', 'serviceName', content ->> '$.serviceName',
  'erased', json('true'))`

// The arbitrator's `text` also contains all attempts.
const attempts = sql`(SELECT json_group_array(json_remove(value, '$.text')) FROM json_each(handoff.text, '$.tried'))`
const endedText = sql`CASE side WHEN 'arbitrator' THEN json_object('text', '', 'tried', json(${attempts})) ELSE '' END`

/** In the batch in which these handoffs end. */
export function eraseOfferContent(which: SQL): Step {
  return sql`UPDATE handoff SET content = ${ended}, text = ${endedText} WHERE side <> 'sender' AND ${which}`
}

export function endedContent({
  caseId,
  serviceCode,
  serviceName,
}: EndedContent | CrossingContent): EndedContent {
  return { caseId, serviceCode, serviceName, erased: true }
}

export function isErased(content: CrossingContent | EndedContent): content is EndedContent {
  return 'erased' in content
}
