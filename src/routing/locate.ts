import type { Place } from '../core/geometry.ts'
import { isInForce, type Location } from './decide.ts'
import { inForce, type RoutingQuery } from './query.ts'
import { step } from './trace.ts'
import type { NearSegment, TraceStep } from './types.ts'

/** Meters from a center line within which a place counts as on that road. */
export const SNAP = 15

export function locate(query: RoutingQuery, { lat, long }: Place): Location {
  const { atlas } = query.snapshot
  return {
    areas: areasInForce(query, atlas.areasAt(lat, long)),
    segments: laid(query, atlas.segmentsWithin(lat, long, Math.max(SNAP, query.accuracy))),
  }
}

export function areasInForce(query: RoutingQuery, areas: readonly number[]): readonly number[] {
  return areas.every(area => isInForce(query, area)) ? areas : areas.filter(area => isInForce(query, area))
}

function laid(query: RoutingQuery, near: readonly NearSegment[]): readonly NearSegment[] {
  const { segments } = query.snapshot
  const { at } = query.inquiry
  return near.filter(({ segment }) => {
    const found = segments[segment]
    return found !== undefined && inForce(found, at)
  })
}

export function isPlace({ lat, long }: Place): boolean {
  return Math.abs(lat) <= 90 && Math.abs(long) <= 180
}

export function locateSteps(query: RoutingQuery, location: Location, steps: TraceStep[]): void {
  const { areas } = query.snapshot
  const { municipal, countywide, areaBodies, areaSteps, maintainedSince } = query.index
  let inMunicipality = false
  let county: string | undefined
  let postal: string | undefined
  for (const index of location.areas) {
    const kind = areas[index]?.kind
    if (kind === 'postal') postal ??= areas[index]?.name
    const areaStep = areaSteps[index]
    if (kind !== 'boundary' || !areaStep) continue
    steps.push(areaStep)
    inMunicipality ||= municipal[index] === true
    if (countywide[index]) county ??= areaBodies[index]?.name
  }
  if (county !== undefined && !inMunicipality) {
    steps.push(
      postal === undefined
        ? step('locate', 'unincorporated', { county })
        : step('locate', 'unincorporated-postal', { county, postal }),
    )
  } else if (postal !== undefined) {
    steps.push(step('locate', 'postal', { postal }))
  }
  const near = location.segments[0]
  const road = near && query.snapshot.segments[near.segment]
  if (!road) return
  steps.push(step('locate', 'near-road', { road: road.name, metres: Math.round(near.meters) }))
  const since = maintainedSince[near.segment]
  if (since) steps.push(since)
}
