import { boundaryBody, type Outcome } from './decide.ts'
import { authority, type Layer, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { Body, TraceStep } from './types.ts'

/** Design § 5, Tell: sharers of the boundary street, then inform layers. Never accountable or performer. */
export function informedBodies(
  query: RoutingQuery,
  outcome: Outcome,
  performer: Body,
  steps: TraceStep[],
): readonly Body[] {
  const bodies: Body[] = []
  const tell = (body: Body | undefined) => {
    if (!body || body === outcome.body || body === performer || bodies.includes(body)) return
    bodies.push(body)
    steps.push(step('tell', 'told', { body: body.name }))
  }
  for (const id of outcome.neighbors) tell(authority(query, id))
  for (const layer of query.plan.inform) {
    if (layer.asset !== null) tell(ownerHere(query, outcome, layer.asset))
    else informHolders(query, outcome, layer, tell)
  }
  return bodies
}

function ownerHere(query: RoutingQuery, { location }: Outcome, asset: string): Body | undefined {
  const { segments } = query.snapshot
  const near = location.segments.find(({ segment }) => segments[segment]?.kind === asset)
  const owner = near && segments[near.segment]?.owner
  return owner ? authority(query, owner) : undefined
}

function informHolders(
  query: RoutingQuery,
  { location }: Outcome,
  layer: Layer,
  tell: (body: Body) => void,
): void {
  for (const area of location.areas) {
    const body = boundaryBody(query, area)
    if (body?.layers.includes(layer.name)) tell(body)
  }
}
