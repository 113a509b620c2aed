import type { MultiPolygonRings, PolygonRings } from '../../../core/geometry.ts'
import { coverage } from '../../../geography/coverage.ts'
import { type Bounds, boundsOf, meet } from '../../../geography/polygons/bounds.ts'
import { difference, overlapped } from '../../../geography/polygons/clip.ts'
import { meanWidthMeters, squareMeters } from '../../../geography/polygons/measure.ts'
import { type Dated, shareDays } from '../../documents/checks/issues.ts'
import type { Documents, Jurisdiction } from '../../documents/snapshot.ts'
import { layersOf, mayOffer } from '../../runtime/offers.ts'

/** Square meters. Smaller pieces come from how lines were drawn. */
export const SLIVER = 100
/** Meters. A narrower strip is no place to report from: neighbors drew one line twice. */
export const NARROW_METERS = 5

export interface TerritoryClaim {
  readonly layer: string
  readonly bodies: readonly [Boundary, Boundary]
  readonly geometry: MultiPolygonRings
  readonly squareMeters: number
  /** Mean width in meters, where all of it is narrow. */
  readonly narrow: number | null
}
export interface Boundary {
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

/** Overlaps at any time. Routing would have to choose by name, so wide ones are refused (S8). */
export function overlappingClaims(documents: Documents): readonly TerritoryClaim[] {
  const claims = found.get(documents) ?? findClaims(documents)
  found.set(documents, claims)
  return claims
}

function findClaims(documents: Documents): TerritoryClaim[] {
  const boundaries = documents.jurisdictions.flatMap(boundariesOf)
  const placed = boundaries.map(boundary => ({ boundary, bounds: boundsOf(boundary.geometry) }))
  const layers = [...new Set(documents.jurisdictions.flatMap(layersOf))]
  const shared = new Map(layers.map(layer => [layer, sharedIn(boundaries, layer)]))
  return placed.flatMap(({ boundary: one, bounds }, index) =>
    placed.slice(index + 1).flatMap(({ boundary: other, bounds: theirs }) => {
      const window = meet(bounds, theirs)
      const layer = window && contestedLayer(documents, one, other)
      if (window === undefined || layer === undefined) return []
      const isClear = shared.get(layer)?.every(piece => meet(window, piece) === undefined)
      return isClear ? [] : claimsBetween(layer, one, other)
    }),
  )
}

/** Where any two bodies of a layer overlap, at whatever time. */
function sharedIn(boundaries: readonly Boundary[], layer: string): Bounds[] {
  const own = boundaries.filter(({ jurisdiction }) => layersOf(jurisdiction).includes(layer))
  if (new Set(own.map(({ jurisdiction }) => jurisdiction)).size < 2) return []
  const geometry = own.flatMap(boundary => boundary.geometry)
  return overlapped(geometry).map(piece => boundsOf([piece]))
}

function claimsBetween(layer: string, one: Boundary, other: Boundary): TerritoryClaim[] {
  const bodies = [one, other].map(({ jurisdiction, geometry }) => ({ id: jurisdiction.slug, geometry }))
  return coverage(bodies, null).overlaps.flatMap(({ geometry }) => {
    const wide = geometry.filter(piece => isWide(piece))
    const kept = wide.length > 0 ? wide : geometry
    const ground = squareMeters(kept)
    if (ground < SLIVER) return []
    const narrow = wide.length > 0 ? null : Math.max(...kept.map(meanWidthMeters))
    return [{ layer, bodies: [one, other] as const, geometry: kept, squareMeters: ground, narrow }]
  })
}

/** Wide enough to report from. */
export function isWide(piece: PolygonRings): boolean {
  return squareMeters([piece]) >= SLIVER && meanWidthMeters(piece) >= NARROW_METERS
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
  return [...byHolders.values()].flatMap(({ services, covered }) => {
    const others = held.filter(boundary => !covered.includes(boundary)).flatMap(({ geometry }) => geometry)
    const open = difference(others, [...covered.map(({ geometry }) => geometry), ...territories])
    const geometry = open.filter(isWide)
    return geometry.length === 0 ? [] : [{ day, services, geometry, squareMeters: squareMeters(geometry) }]
  })
}

/** A layer of both that decides some service that both offer, on a common day. */
export function contestedLayer({ services }: Documents, one: Boundary, other: Boundary): string | undefined {
  const [a, b] = [one.jurisdiction, other.jurisdiction]
  if (a === b || !shareDays(datesOf(one), datesOf(other))) return undefined
  const shared = layersOf(a).filter(layer => layersOf(b).includes(layer))
  return shared.find(layer =>
    services.some(({ code, layers }) => layers.includes(layer) && mayOffer(a, code) && mayOffer(b, code)),
  )
}

export function boundariesOf(jurisdiction: Jurisdiction): Boundary[] {
  return jurisdiction.boundary.map(({ coordinates }, feature) => ({
    jurisdiction,
    feature,
    geometry: coordinates,
  }))
}

export function heldOn({ jurisdictions }: Documents, day: string): Boundary[] {
  // A jurisdiction that leaves the platform stays responsible.
  const there = jurisdictions.filter(({ from }) => holdsOn({ from }, day))
  return there.flatMap(boundariesOf).filter(boundary => holdsOn(datesOf(boundary), day))
}

export function datesOf({ jurisdiction, feature }: Boundary): Dated {
  return jurisdiction.boundary[feature]?.properties ?? {}
}

export function holdsOn({ from, to }: Dated, day: string): boolean {
  return (!from || from <= day) && (!to || day < to)
}

export function changeDays({ jurisdictions, areas }: Documents): string[] {
  const dated: Dated[] = [
    ...jurisdictions,
    ...jurisdictions.flatMap(({ boundary }) => boundary.map(({ properties }) => properties)),
    ...areas.map(({ properties }) => properties),
  ]
  return [
    ...new Set(dated.flatMap(({ from, to }) => [from, to]).filter(day => typeof day === 'string')),
  ].sort()
}
