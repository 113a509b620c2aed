import { boundaryBody, type Outcome } from './decide.ts'
import { authority, type Layer, type Query } from './query.ts'
import { step } from './trace.ts'
import type { Body, TraceStep } from './types.ts'

/**
 * Who else is told (design § 5, Tell): those who share the boundary street, then whoever has authority here in the
 * service's inform layers. Never the accountable body or the performer, who know.
 */
export function told(query: Query, outcome: Outcome, performer: Body, steps: TraceStep[]): readonly Body[] {
  const bodies: Body[] = []
  const tell = (body: Body | undefined) => {
    if (!body || body === outcome.body || body === performer || bodies.includes(body)) return
    bodies.push(body)
    steps.push(step('tell', 'told', { body: body.name }))
  }
  for (const id of outcome.neighbors) tell(authority(query, id))
  for (const layer of query.plan.inform) {
    if (layer.asset !== null) tell(ownerHere(query, outcome, layer.asset))
    else tellHolders(query, outcome, layer, tell)
  }
  return bodies
}

function ownerHere(query: Query, { ground }: Outcome, asset: string): Body | undefined {
  const { segments } = query.snapshot
  const near = ground.segments.find(({ segment }) => segments[segment]?.kind === asset)
  const owner = near && segments[near.segment]?.owner
  return owner ? authority(query, owner) : undefined
}

function tellHolders(query: Query, { ground }: Outcome, layer: Layer, tell: (body: Body) => void): void {
  for (const area of ground.areas) {
    const body = boundaryBody(query, area)
    if (body?.layers.includes(layer.name)) tell(body)
  }
}
