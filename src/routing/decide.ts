import { decideBoundaryStreet } from './boundary-street.ts'
import { authority, inForce, type Layer, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { Body, NearSegment, TraceStep } from './types.ts'

export interface Location {
  readonly areas: readonly number[]
  readonly segments: readonly NearSegment[]
}

export interface Outcome {
  readonly body: Body | null
  readonly basis: string
  readonly location: Location
  readonly neighbors: readonly string[]
  readonly agreement: string | null
  readonly steps: readonly TraceStep[]
}

export type Decision = Pick<Outcome, 'body' | 'basis'> & Partial<Pick<Outcome, 'neighbors' | 'agreement'>>

/** Design § 5, Decide: the first layer with an authority wins. Partners' territory precedes boundaries. */
export function decide(query: RoutingQuery, location: Location): Outcome {
  const steps: TraceStep[] = []
  const found = firstAuthority(query, location, steps)
  if (found === undefined) {
    const desk = query.snapshot.bodies.get(query.snapshot.intake)?.name ?? query.snapshot.intake
    steps.push(step('decide', 'nobody', { desk }))
  }
  return {
    body: found?.body ?? null,
    basis: found?.basis ?? 'none',
    location,
    neighbors: found?.neighbors ?? [],
    agreement: found?.agreement ?? null,
    steps,
  }
}

function firstAuthority(query: RoutingQuery, location: Location, steps: TraceStep[]): Decision | undefined {
  let territories = false
  for (const layer of query.plan.layers) {
    if (layer.asset === null && !territories) {
      territories = true
      const found = byTerritory(query, location, steps)
      if (found) return found
    }
    const found =
      layer.asset === null
        ? byBoundary(query, location, layer, steps)
        : byAsset(query, location, layer, layer.asset, steps)
    if (found) return found
  }
  return territories ? undefined : byTerritory(query, location, steps)
}

function byAsset(
  query: RoutingQuery,
  location: Location,
  layer: Layer,
  asset: string,
  steps: TraceStep[],
): Decision | undefined {
  const { segments } = query.snapshot
  const near = location.segments.find(found => segments[found.segment]?.kind === asset)
  const segment = near && segments[near.segment]
  if (!segment) {
    steps.push(step('decide', 'asset-none', { asset }))
    return undefined
  }
  const road = segment.name
  if (segment.owner !== null) {
    const body = authority(query, segment.owner)
    if (!body) {
      steps.push(step('decide', 'owner-unknown', { road }))
      return undefined
    }
    steps.push(step('decide', 'asset-owner', { owner: body.name, road }))
    return { body, basis: layer.name }
  }
  const shared = segment.sides && decideBoundaryStreet(query, near, segment, segment.sides, steps)
  if (shared) return shared
  steps.push(step('decide', 'asset-local', { road }))
  return undefined
}

function byTerritory(query: RoutingQuery, location: Location, steps: TraceStep[]): Decision | undefined {
  for (const index of location.areas) {
    const area = query.snapshot.areas[index]
    const body = query.index.areaBodies[index]
    if (area?.kind !== 'territory' || !body) continue
    steps.push(step('decide', 'territory', { area: area.name, body: body.name }))
    return { body, basis: 'territory' }
  }
  return undefined
}

function byBoundary(
  query: RoutingQuery,
  location: Location,
  layer: Layer,
  steps: TraceStep[],
): Decision | undefined {
  let holder: Body | undefined
  let area = ''
  let other: Body | undefined
  let empty = true
  for (const index of location.areas) {
    const body = boundaryBody(query, index)
    if (!body?.layers.includes(layer.name)) continue
    empty = false
    if (body.offers !== null && !body.offers.has(query.rule.code)) {
      steps.push(step('decide', 'not-offered', { body: body.name }))
    } else if (holder === undefined) {
      holder = body
      area = query.snapshot.areas[index]?.name ?? body.name
    } else if (body !== holder) {
      other ??= body
    }
  }
  if (empty) steps.push(step('decide', 'layer-empty', { layer: layer.name.replaceAll('-', ' ') }))
  if (!holder) return undefined
  if (other) steps.push(step('decide', 'several', { body: holder.name, other: other.name }))
  steps.push(step('decide', 'layer', { area, body: holder.name }))
  return { body: holder, basis: layer.name }
}

export function boundaryBody(query: RoutingQuery, index: number): Body | undefined {
  return query.snapshot.areas[index]?.kind === 'boundary' ? query.index.areaBodies[index] : undefined
}

/** In force at the inquiry's instant, together with its body if it has one. */
export function isInForce(query: RoutingQuery, index: number): boolean {
  const area = query.snapshot.areas[index]
  if (!area || !inForce(area, query.inquiry.at)) return false
  if (area.kind === 'postal' || area.kind === 'agreement') return true
  const body = query.index.areaBodies[index]
  return body !== undefined && inForce(body, query.inquiry.at)
}
