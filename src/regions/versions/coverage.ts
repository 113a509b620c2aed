import type { MultiPolygonRings } from '../../core/geometry.ts'
import { coverage } from '../../geography/coverage.ts'
import { difference, union } from '../../geography/polygons/clip.ts'
import { squareMeters } from '../../geography/polygons/measure.ts'
import { type Dated, shareDays } from '../documents/checks/issues.ts'
import type { Documents, Jurisdiction } from '../documents/snapshot.ts'
import { layersOf, mayOffer } from '../runtime/offers.ts'

/** Square meters. Smaller pieces come from how lines were drawn. */
export const SLIVER = 100

export interface TerritoryClaim {
  readonly layer: string
  readonly bodies: readonly [Boundary, Boundary]
  readonly geometry: MultiPolygonRings
  readonly squareMeters: number
}
interface Boundary {
  readonly jurisdiction: Jurisdiction
  readonly feature: number
  readonly geometry: MultiPolygonRings
}

export interface CoverageGap {
  readonly day: string
  readonly services: readonly string[]
  readonly geometry: MultiPolygonRings
  readonly squareMeters: number
}

const found = new WeakMap<Documents, readonly TerritoryClaim[]>()

/** Overlaps at any time. Routing would have to choose by name, so they are refused (S8). */
export function overlappingClaims(documents: Documents): readonly TerritoryClaim[] {
  const claims = found.get(documents) ?? findClaims(documents)
  found.set(documents, claims)
  return claims
}

function findClaims(documents: Documents): TerritoryClaim[] {
  const boundaries = documents.jurisdictions.flatMap(boundariesOf)
  return boundaries.flatMap((one, index) =>
    boundaries.slice(index + 1).flatMap(other => {
      const layer = contestedLayer(documents, one, other)
      if (layer === undefined) return []
      const bodies = [one, other].map(({ jurisdiction, geometry }) => ({ id: jurisdiction.slug, geometry }))
      const { overlaps } = coverage(bodies, null, { sliverSquareMeters: SLIVER })
      return overlaps.map(({ geometry, squareMeters }) => ({
        layer,
        bodies: [one, other] as const,
        geometry,
        squareMeters,
      }))
    }),
  )
}

/** Gaps in the combined territory of all jurisdictions, today and after each coming boundary change. */
export function coverageGaps(documents: Documents, today: string): CoverageGap[] {
  const days = [today, ...changeDays(documents).filter(day => day > today)]
  return days.flatMap((day, index) => {
    const held = heldOn(documents, day)
    const before = index === 0 ? undefined : heldOn(documents, days[index - 1] ?? today)
    const same =
      before?.length === held.length && held.every(({ geometry }, at) => geometry === before[at]?.geometry)
    return same ? [] : gapsOn(documents, held, day)
  })
}

function gapsOn(documents: Documents, held: readonly Boundary[], day: string): CoverageGap[] {
  const territories = documents.areas
    .filter(({ properties }) => properties.kind === 'territory' && holdsOn(properties, day))
    .map(({ coordinates }) => coordinates)
  const byHolders = new Map<string, { services: string[]; covered: Boundary[] }>()
  for (const { code, layers } of documents.services) {
    const covered = held.filter(
      ({ jurisdiction }) =>
        mayOffer(jurisdiction, code) && layersOf(jurisdiction).some(layer => layers.includes(layer)),
    )
    if (covered.length === held.length) continue
    const key = covered.map(boundary => held.indexOf(boundary)).join()
    const known = byHolders.get(key) ?? { services: [], covered }
    byHolders.set(key, known)
    known.services.push(code)
  }
  if (byHolders.size === 0) return []
  const whole = union(...held.map(({ geometry }) => geometry))
  return [...byHolders.values()].flatMap(({ services, covered }) => {
    const open = difference(whole, [...covered.map(({ geometry }) => geometry), ...territories])
    const geometry = open.filter(piece => squareMeters([piece]) >= SLIVER)
    return geometry.length === 0 ? [] : [{ day, services, geometry, squareMeters: squareMeters(geometry) }]
  })
}

// A layer of both that decides some service that both offer, on a common day.
function contestedLayer({ services }: Documents, one: Boundary, other: Boundary): string | undefined {
  const [a, b] = [one.jurisdiction, other.jurisdiction]
  if (a === b || !shareDays(datesOf(one), datesOf(other))) return undefined
  const shared = layersOf(a).filter(layer => layersOf(b).includes(layer))
  return shared.find(layer =>
    services.some(({ code, layers }) => layers.includes(layer) && mayOffer(a, code) && mayOffer(b, code)),
  )
}

function boundariesOf(jurisdiction: Jurisdiction): Boundary[] {
  return jurisdiction.boundary.map(({ coordinates }, feature) => ({
    jurisdiction,
    feature,
    geometry: coordinates,
  }))
}

function heldOn({ jurisdictions }: Documents, day: string): Boundary[] {
  // A jurisdiction that leaves the platform stays responsible.
  const there = jurisdictions.filter(({ from }) => holdsOn({ from }, day))
  return there.flatMap(boundariesOf).filter(boundary => holdsOn(datesOf(boundary), day))
}

function datesOf({ jurisdiction, feature }: Boundary): Dated {
  return jurisdiction.boundary[feature]?.properties ?? {}
}

function holdsOn({ from, to }: Dated, day: string): boolean {
  return (!from || from <= day) && (!to || day < to)
}

function changeDays({ jurisdictions, areas }: Documents): string[] {
  const dated: Dated[] = [
    ...jurisdictions,
    ...jurisdictions.flatMap(({ boundary }) => boundary.map(({ properties }) => properties)),
    ...areas.map(({ properties }) => properties),
  ]
  return [
    ...new Set(dated.flatMap(({ from, to }) => [from, to]).filter(day => typeof day === 'string')),
  ].sort()
}
