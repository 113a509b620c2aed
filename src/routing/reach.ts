import { authority, kindAt, type Query } from './query.ts'
import { step } from './trace.ts'
import type { Body, TraceStep } from './types.ts'

/** By its own calendar; a calendar that fails counts as open, so that the accountable body itself is asked. */
export function isOpen(query: Query, body: Body): boolean {
  try {
    return body.isOpen(query.inquiry.at)
  } catch {
    return true
  }
}

/**
 * Who takes the contact now (design § 5, Reach; S6): the body itself while it is open, else the first open one along
 * its after-hours desks, else itself when it opens. What is a partner's or nobody's stays with the region's intake.
 */
export function deskFor(query: Query, body: Body | null, steps: TraceStep[]): Body | undefined {
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
    steps.push(step('reach', 'desk-open', { desk: body.name }))
    return body
  }
  const asked = new Set([body])
  for (let next = afterHours(query, body); next && !asked.has(next); next = afterHours(query, next)) {
    asked.add(next)
    if (!isOpen(query, next)) continue
    steps.push(step('reach', 'desk-after-hours', { body: body.name, desk: next.name }))
    return next
  }
  steps.push(step('reach', 'desk-closed', { body: body.name }))
  return body
}

function afterHours(query: Query, { afterHoursDesk }: Body): Body | undefined {
  return afterHoursDesk === null ? undefined : authority(query, afterHoursDesk)
}
