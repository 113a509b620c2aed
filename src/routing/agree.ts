import type { Ground } from './decide.ts'
import { authority, inForce, type Query } from './query.ts'
import { isOpen } from './reach.ts'
import { step } from './trace.ts'
import type { Agreement, Body, TraceStep } from './types.ts'

export interface Performance {
  readonly performer: Body
  /** Ids of the agreements, in the order of the chain. */
  readonly agreements: readonly string[]
}

/**
 * Who does it (design § 5, Agree; S5, S6): from the accountable body along the agreements in force for this service,
 * place, instant and hour, to the last performer. An agreement that would lead back is passed over.
 */
export function performed(
  query: Query,
  accountable: Body,
  ground: Ground,
  urgent: boolean,
  steps: TraceStep[],
): Performance {
  const agreements: string[] = []
  const holders = [accountable]
  let performer = accountable
  for (let next = follow(); next; next = follow()) {
    steps.push(
      step('agree', 'performed-by', {
        performer: next.body.name,
        accountable: performer.name,
        agreement: next.agreement.title,
      }),
    )
    agreements.push(next.agreement.id)
    holders.push(next.body)
    performer = next.body
  }
  return { performer, agreements }

  function follow(): { agreement: Agreement; body: Body } | undefined {
    for (const agreement of query.index.agreements.get(performer.id) ?? []) {
      if (!applies(query, agreement, performer, ground, urgent)) continue
      const body = authority(query, agreement.performer)
      if (body && !holders.includes(body)) return { agreement, body }
      steps.push(
        step('agree', body ? 'agreement-circle' : 'agreement-void', {
          agreement: agreement.title,
          performer: body?.name ?? agreement.performer,
        }),
      )
    }
    return undefined
  }
}

function applies(
  query: Query,
  agreement: Agreement,
  accountable: Body,
  ground: Ground,
  urgent: boolean,
): boolean {
  if (!inForce(agreement, query.inquiry.at)) return false
  if (agreement.services !== null && !agreement.services.has(query.rule.code)) return false
  if (agreement.urgentOnly && !urgent) return false
  if (!holds(agreement, ground)) return false
  return agreement.hours === 'always' || (agreement.hours === 'open') === isOpen(query, accountable)
}

/** Limited to areas, segments, or both: one that fits is enough. */
function holds({ areas, segments }: Agreement, ground: Ground): boolean {
  if (areas === null && segments === null) return true
  if (areas !== null && ground.areas.some(area => areas.has(area))) return true
  const [near] = ground.segments
  return segments !== null && near !== undefined && segments.has(near.segment)
}
