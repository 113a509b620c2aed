import type { Decision } from './decide.ts'
import { authority, inForce, nameOf, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { BoundaryStreetAgreement, NearSegment, Segment, TraceStep } from './types.ts'

// Meters that a point from a map or an address may be off the center line without meaning a side.
const POINT_ERROR = 1

/** The lead on a shared street (S4): by agreement, else by the side of the place, else by default. */
export function decideBoundaryStreet(
  query: RoutingQuery,
  near: NearSegment,
  segment: Segment,
  sides: NonNullable<Segment['sides']>,
  steps: TraceStep[],
): Decision | undefined {
  const leadBy = (
    id: string,
    code: 'boundary-street-side' | 'boundary-street-lead',
  ): Decision | undefined => {
    const body = authority(query, id)
    if (!body) return undefined
    const neighbors = othersOf(sides, id)
    steps.push(step('decide', code, { road: segment.name, lead: body.name, other: names(query, neighbors) }))
    return { body, basis: 'boundary-street', neighbors }
  }

  for (const agreement of query.index.boundaryStreets.get(near.segment) ?? []) {
    if (!streetAgreementApplies(query, agreement)) continue
    const body = authority(query, leadAlong(agreement, near.along) ?? '')
    if (!body) continue
    const neighbors = othersOf(sides, body.id)
    steps.push(
      step('decide', 'boundary-street-agreement', {
        road: segment.name,
        lead: body.name,
        other: names(query, neighbors),
        agreement: agreement.title,
      }),
    )
    return { body, basis: 'boundary-street', neighbors, agreement: agreement.id }
  }

  const error = Math.max(POINT_ERROR, query.accuracy)
  const beside = near.side !== 'on' && near.meters > error ? sides[near.side] : undefined
  return (
    (beside === undefined ? undefined : leadBy(beside, 'boundary-street-side')) ??
    leadBy(sides.lead, 'boundary-street-lead')
  )
}

export function streetAgreementApplies(
  { inquiry, rule }: RoutingQuery,
  agreement: BoundaryStreetAgreement,
): boolean {
  const { services } = agreement
  return inForce(agreement, inquiry.at) && (services === null || services.has(rule.code))
}

function leadAlong(agreement: BoundaryStreetAgreement, along: number): string | undefined {
  return (agreement.parts.find(part => along < part.upTo) ?? agreement.parts.at(-1))?.lead
}

function othersOf(sides: NonNullable<Segment['sides']>, lead: string): readonly string[] {
  return [...new Set([sides.left, sides.right])].filter(id => id !== lead)
}

function names(query: RoutingQuery, ids: readonly string[]): string {
  return ids.map(id => nameOf(query, id)).join(', ')
}
