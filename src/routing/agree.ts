import type { Location } from './decide.ts'
import { isOpen } from './desk.ts'
import { authority, inForce, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { Agreement, Body, TraceStep } from './types.ts'

export interface Performance {
  readonly performer: Body
  readonly agreements: readonly string[]
}

/** Along the agreements in force (S5, S6). An agreement that would close a cycle is skipped. */
export function performerBy(
  query: RoutingQuery,
  accountable: Body,
  location: Location,
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
      if (!applies(query, agreement, performer, location, urgent)) continue
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
  query: RoutingQuery,
  agreement: Agreement,
  accountable: Body,
  location: Location,
  urgent: boolean,
): boolean {
  if (!inForce(agreement, query.inquiry.at)) return false
  if (agreement.services !== null && !agreement.services.has(query.rule.code)) return false
  if (agreement.urgentOnly && !urgent) return false
  if (!holds(agreement, location)) return false
  return agreement.hours === 'always' || (agreement.hours === 'open') === isOpen(query, accountable)
}

// Areas and segments are alternatives: one match is enough.
function holds({ areas, segments }: Agreement, location: Location): boolean {
  if (areas === null && segments === null) return true
  if (areas !== null && location.areas.some(area => areas.has(area))) return true
  const [near] = location.segments
  return segments !== null && near !== undefined && segments.has(near.segment)
}
