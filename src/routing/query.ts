import { step } from './trace.ts'
import type {
  Agreement,
  Body,
  BodyRef,
  BoundaryStreetAgreement,
  Inquiry,
  Instant,
  RoutingSnapshot,
  ServiceRule,
  TraceStep,
  Validity,
} from './types.ts'

const MUNICIPALITY = 'municipality'
const COUNTY = 'county'

export interface RoutingQuery {
  readonly snapshot: RoutingSnapshot
  readonly index: SnapshotIndex
  readonly rule: ServiceRule
  readonly plan: ServicePlan
  readonly inquiry: Inquiry
  /** Radius of the location error in meters, never negative or NaN. */
  readonly accuracy: number
}

export interface ServicePlan {
  readonly layers: readonly Layer[]
  readonly inform: readonly Layer[]
  readonly followsAsset: boolean
}

export interface Layer {
  readonly name: string
  readonly asset: string | null
}

export interface SnapshotIndex {
  readonly areaBodies: readonly (Body | undefined)[]
  readonly municipal: readonly boolean[]
  readonly countywide: readonly boolean[]
  readonly agreements: ReadonlyMap<string, readonly Agreement[]>
  readonly boundaryStreets: ReadonlyMap<number, readonly BoundaryStreetAgreement[]>
  readonly plans: ReadonlyMap<string, ServicePlan>
  readonly areaSteps: readonly TraceStep[]
  /** `kept-since` steps, by segment index; undefined where the start is unknown. */
  readonly maintainedSince: readonly (TraceStep | undefined)[]
}

export const NOBODY: BodyRef = { kind: 'none', id: 'none', name: 'No public body' }

const indexes = new WeakMap<RoutingSnapshot, SnapshotIndex>()

/** Cached by snapshot, which never changes. */
export function indexOf(snapshot: RoutingSnapshot): SnapshotIndex {
  const known = indexes.get(snapshot)
  if (known) return known
  const made = makeIndex(snapshot)
  indexes.set(snapshot, made)
  return made
}

export function inForce(validity: Validity, at: Instant): boolean {
  return validity.from <= at && at < validity.to
}

export function authority(query: RoutingQuery, id: string): Body | undefined {
  const body = query.snapshot.bodies.get(id)
  return body && inForce(body, query.inquiry.at) ? body : undefined
}

export function refTo({ at }: Inquiry, body: Body | null | undefined): BodyRef {
  return body ? { kind: kindAt(body, at), id: body.id, name: body.name } : NOBODY
}

/** A jurisdiction that has left counts as a partner (S17). */
export function kindAt({ kind, leaves }: Body, at: Instant): Body['kind'] {
  return leaves !== undefined && leaves <= at ? 'partner' : kind
}

export function nameOf(query: RoutingQuery, id: string): string {
  return query.snapshot.bodies.get(id)?.name ?? id
}

/** The answer to a single-answer question: forms and links send it as a list of one. */
export function onlyAnswer({ answers }: Inquiry, question: string): string | undefined {
  const [only, ...more] = [answers[question] ?? []].flat()
  return more.length === 0 ? only : undefined
}

function makeIndex(snapshot: RoutingSnapshot): SnapshotIndex {
  const { bodies, areas, segments, agreements, boundaryStreets, services } = snapshot
  const areaBodies = areas.map(area => (area.body === null ? undefined : bodies.get(area.body)))
  const inLayer = (layer: string) => areaBodies.map(body => body?.layers.includes(layer) ?? false)
  return {
    areaBodies,
    municipal: inLayer(MUNICIPALITY),
    countywide: inLayer(COUNTY),
    agreements: Map.groupBy(agreements, agreement => agreement.accountable),
    boundaryStreets: Map.groupBy(boundaryStreets, agreement => agreement.segment),
    plans: new Map(Array.from(services.values(), rule => [rule.code, planOf(rule)])),
    areaSteps: areas.map(({ name, from }) => {
      const since = dayOf(from)
      return since === null
        ? step('locate', 'in-area', { area: name })
        : step('locate', 'in-area-since', { area: name, since })
    }),
    maintainedSince: segments.map(({ name, owner, from }) => {
      const since = dayOf(from)
      const body = owner === null ? undefined : bodies.get(owner)
      return body && since !== null
        ? step('locate', 'kept-since', { owner: body.name, road: name, since })
        : undefined
    }),
  }
}

function planOf(rule: ServiceRule): ServicePlan {
  const layers = rule.layers.map(layerOf)
  return {
    layers,
    inform: rule.inform.map(layerOf),
    followsAsset: layers.some(layer => layer.asset !== null),
  }
}

function layerOf(name: string): Layer {
  return { name, asset: name.startsWith('asset:') ? name.slice('asset:'.length) : null }
}

const HALF_A_DAY = 12 * 3_600_000
const LAST_INSTANT = 8.64e15

// The calendar day that begins at a local midnight: at local noon UTC has the same date, for zones to ±12 h.
function dayOf(midnight: Instant): string | null {
  const noon = midnight + HALF_A_DAY
  return Math.abs(noon) <= LAST_INSTANT ? new Date(noon).toISOString().slice(0, 10) : null
}
