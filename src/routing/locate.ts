import type { Place } from '../core/geometry.ts'
import { type Ground, stands } from './decide.ts'
import { inForce, type Query } from './query.ts'
import { step } from './trace.ts'
import type { NearSegment, TraceStep } from './types.ts'

/** Metres from a centre line within which a place counts as on that road. */
export const SNAP = 15

/** What is in force at the place: its areas, and the segments within the snap or the location error. */
export function groundAt(query: Query, { lat, long }: Place): Ground {
  const { atlas } = query.snapshot
  return {
    areas: standing(query, atlas.areasAt(lat, long)),
    segments: laid(query, atlas.segmentsWithin(lat, long, Math.max(SNAP, query.accuracy))),
  }
}

export function standing(query: Query, areas: readonly number[]): readonly number[] {
  return areas.every(area => stands(query, area)) ? areas : areas.filter(area => stands(query, area))
}

function laid(query: Query, near: readonly NearSegment[]): readonly NearSegment[] {
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

/** What a resident would want to read first: where this is, and which road is near. */
export function locateSteps(query: Query, ground: Ground, steps: TraceStep[]): void {
  const { areas } = query.snapshot
  const { municipal, countywide, areaBodies, areaSteps, keptSince } = query.index
  let inMunicipality = false
  let county: string | undefined
  let postal: string | undefined
  for (const index of ground.areas) {
    const kind = areas[index]?.kind
    if (kind === 'postal') postal ??= areas[index]?.name
    const said = areaSteps[index]
    if (kind !== 'boundary' || !said) continue
    steps.push(said)
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
  const near = ground.segments[0]
  const road = near && query.snapshot.segments[near.segment]
  if (!road) return
  steps.push(step('locate', 'near-road', { road: road.name, metres: Math.round(near.metres) }))
  const kept = keptSince[near.segment]
  if (kept) steps.push(kept)
}
