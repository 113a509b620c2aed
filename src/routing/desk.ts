import { authority, kindAt, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { Body, TraceStep } from './types.ts'

/** A calendar that fails counts as open, so that the accountable body itself is asked. */
export function isOpen(query: RoutingQuery, body: Body): boolean {
  try {
    return body.isOpen(query.inquiry.at)
  } catch {
    return true
  }
}

/** The body while it is open, else the first open after-hours desk, else the body (S6). */
export function contactDesk(query: RoutingQuery, body: Body | null, steps: TraceStep[]): Body | undefined {
  const intake = query.snapshot.bodies.get(query.snapshot.intake)
  if (!body || kindAt(body, query.inquiry.at) !== 'jurisdiction') {
    const desk = intake?.name ?? query.snapshot.intake
    steps.push(
      body
        ? step('reach', 'desk-partner', { body: body.name, desk })
        : step('reach', 'desk-intake', { desk }),
    )
    return intake
  }
  if (isOpen(query, body)) {
    steps.push(step('reach', body.hoursUnknown ? 'desk-intake' : 'desk-open', { desk: body.name }))
    return body
  }
  const visited = new Set([body])
  for (let next = afterHours(query, body); next && !visited.has(next); next = afterHours(query, next)) {
    visited.add(next)
    if (!isOpen(query, next)) continue
    const code = next.hoursUnknown ? 'desk-after-hours-unknown' : 'desk-after-hours'
    steps.push(step('reach', code, { body: body.name, desk: next.name }))
    return next
  }
  steps.push(step('reach', 'desk-closed', { body: body.name }))
  return body
}

function afterHours(query: RoutingQuery, { afterHoursDesk }: Body): Body | undefined {
  return afterHoursDesk === null ? undefined : authority(query, afterHoursDesk)
}
