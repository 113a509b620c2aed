import { streetAgreementApplies } from './boundary-street.ts'
import { boundaryBody, isInForce, type Outcome } from './decide.ts'
import { authority, inForce, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { Body } from './types.ts'

/** For a place described in words. Without partners' territories, which need a place on the map. */
export function anywhere(query: RoutingQuery): readonly Outcome[] {
  const found = new Map<string, Outcome>()
  const add = (body: Body | undefined, basis: string) => {
    if (!body || found.has(body.id)) return
    found.set(body.id, {
      body,
      basis,
      location: { areas: [], segments: [] },
      neighbors: [],
      agreement: null,
      steps: [step('decide', 'everywhere-one-body', { body: body.name })],
    })
  }
  for (const { name, asset } of query.plan.layers) {
    if (asset === null) addHolders(query, name, body => add(body, name))
    else addOwners(query, asset, (id, basis) => add(authority(query, id), basis ?? name))
  }
  return [...found.values()]
}

function addHolders(query: RoutingQuery, layer: string, add: (body: Body) => void): void {
  for (const index of query.snapshot.areas.keys()) {
    const body = boundaryBody(query, index)
    if (!body?.layers.includes(layer) || !isInForce(query, index)) continue
    if (body.offers === null || body.offers.has(query.rule.code)) add(body)
  }
}

function addOwners(query: RoutingQuery, asset: string, add: (id: string, basis?: string) => void): void {
  for (const segment of query.snapshot.segments) {
    if (segment.kind !== asset || !inForce(segment, query.inquiry.at)) continue
    if (segment.owner !== null) add(segment.owner)
    else if (segment.sides) {
      for (const side of new Set(Object.values(segment.sides))) add(side, 'boundary-street')
    }
  }
  for (const agreement of query.snapshot.boundaryStreets) {
    if (!streetAgreementApplies(query, agreement)) continue
    for (const { lead } of agreement.parts) add(lead, 'boundary-street')
  }
}
