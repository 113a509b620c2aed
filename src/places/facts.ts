import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { explain } from '../routing/explain.ts'
import { resolve } from '../routing/resolve.ts'
import type { BodyRef, Resolution, TraceStep } from '../routing/types.ts'
import { type DistrictInquiry, districtsAt, type SetAt } from './districts/at.ts'
import { type NearbyPlace, nearbyPlaces } from './nearby.ts'
import { type Neighbor, outsidePlace } from './outside.ts'

export interface PlaceFacts {
  /** False: no jurisdiction of the region has the place in its boundary. */
  readonly isInside: boolean
  /** Of a place outside: who is there, as far as it is known. */
  readonly county: Neighbor | null
  readonly jurisdictions: readonly BodyAt[]
  /** Partners in whose territory it lies: a reservation, a neighboring county. */
  readonly partners: readonly BodyAt[]
  /** Empty where it lies outside. */
  readonly responsible: readonly Responsible[]
  readonly districts: readonly SetAt[]
  readonly nearby: readonly NearbyPlace[]
}

export interface BodyAt {
  readonly id: string
  readonly name: string
  /** False within the accuracy of its boundary: it may also lie beside it. */
  readonly isCertain: boolean
}

/** Services with the same answer for the same reason. */
export interface Responsible extends Pick<Resolution, 'accountable' | 'performer' | 'confidence'> {
  /** Who it may be, where the place is too near to a boundary or a road to tell. */
  readonly candidates: readonly BodyRef[]
  readonly services: readonly string[]
  readonly reason: Pick<TraceStep, 'code' | 'params'>
}

/** In meters: on a border, both sides are named. */
const BORDER = 1

/** Who serves and represents a place at an instant, and what is known of it. */
export async function factsAt(
  platform: Platform,
  region: Region,
  inquiry: DistrictInquiry,
): Promise<PlaceFacts> {
  const { jurisdictions, partners } = bodiesAt(region, inquiry)
  const { place, accuracy, at } = inquiry
  const outside = await outsidePlace(platform, region, { place, accuracy: Math.max(accuracy, BORDER), at })
  if (outside !== undefined) {
    const county = outside.county ?? null
    return { isInside: false, county, jurisdictions, partners, responsible: [], districts: [], nearby: [] }
  }
  const districts = await districtsAt(platform, region, inquiry)
  const nearby = await nearbyPlaces(platform, region, place)
  return {
    isInside: true,
    county: null,
    jurisdictions,
    partners,
    responsible: responsibleAt(region, inquiry),
    districts,
    nearby,
  }
}

function bodiesAt({ routing }: Region, { place: { lat, long }, accuracy, at }: DistrictInquiry) {
  const sets = routing.atlas.areaSetsWithin(lat, long, Math.max(accuracy, BORDER)).map(indices =>
    indices.flatMap(index => {
      const area = routing.areas[index]
      return area !== undefined && area.from <= at && at < area.to ? [area] : []
    }),
  )
  const named = (kind: 'boundary' | 'territory'): BodyAt[] => {
    const found = sets.flat().filter(area => area.kind === kind)
    const ids = new Set(found.flatMap(({ body }) => body ?? []))
    return [...ids].map(id => ({
      id,
      name: routing.bodies.get(id)?.name ?? id,
      isCertain: sets.every(areas => areas.some(area => area.kind === kind && area.body === id)),
    }))
  }
  return { jurisdictions: named('boundary'), partners: named('territory') }
}

function responsibleAt({ routing, documents }: Region, { place, accuracy, at }: DistrictInquiry) {
  const groups = new Map<string, Responsible & { services: string[] }>()
  for (const { code } of documents.services) {
    const resolution = resolve(routing, { service: code, place, accuracy, at, answers: {}, urgent: false })
    const { accountable, performer, confidence } = resolution
    const candidates = resolution.candidates.map(({ kind, id, name }) => ({ kind, id, name }))
    const { code: why, params } = explain(resolution)
    const reason = { code: why, params }
    const key = JSON.stringify([accountable.id, performer.id, confidence, candidates, reason])
    const group = groups.get(key) ?? { accountable, performer, confidence, candidates, reason, services: [] }
    group.services.push(code)
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.services.length - a.services.length)
}
