import type { MultiPolygonRings } from '../../../core/geometry.ts'
import { intersection } from '../../../geography/polygons/clip.ts'
import type { Documents } from '../../documents/snapshot.ts'
import { mayOffer } from '../../runtime/offers.ts'
import { type CoverageGap, coverageGaps, overlappingClaims, type TerritoryClaim } from './coverage.ts'
import { type Ground, groundOf, NO_GROUND } from './ground.ts'

// What of a gap or an overlap is not there in the version in force.

/** A gap opened here for at least one of its services. */
export type OpenedGap = CoverageGap & { readonly opened: Ground }
/** Both bodies may offer these services where they overlap. */
export type OpenedClaim = TerritoryClaim & { readonly opened: Ground; readonly services: readonly string[] }

export function openedGaps(
  current: Documents | undefined,
  next: Documents,
  today: string,
): readonly OpenedGap[] {
  const days = new Map<string, readonly CoverageGap[]>()
  return coverageGaps(next, today).map(gap => {
    if (current === undefined) return { ...gap, opened: gap }
    const known = days.get(gap.day) ?? coverageGaps(current, gap.day).filter(({ day }) => day === gap.day)
    days.set(gap.day, known)
    return { ...gap, opened: openedGround(gap.geometry, openForAll(known, gap.services)) }
  })
}

// Where each of the services has no agency already.
function openForAll(gaps: readonly CoverageGap[], services: readonly string[]): MultiPolygonRings {
  const groups = new Set(services.map(code => gaps.find(gap => gap.services.includes(code))))
  const [first, ...others] = [...groups].map(gap => gap?.geometry ?? [])
  return others.reduce<MultiPolygonRings>((shared, geometry) => intersection(shared, geometry), first ?? [])
}

export function openedClaims(current: Documents | undefined, next: Documents): readonly OpenedClaim[] {
  const before = current === undefined ? [] : overlappingClaims(current)
  return overlappingClaims(next).map(claim => {
    const pair = pairOf(claim)
    const same = before.filter(other => pairOf(other) === pair).flatMap(({ geometry }) => geometry)
    const services = next.services.filter(
      ({ code, layers }) =>
        layers.includes(claim.layer) &&
        claim.bodies.every(({ jurisdiction }) => mayOffer(jurisdiction, code)),
    )
    return {
      ...claim,
      services: services.map(({ code }) => code),
      opened: current === undefined ? claim : openedGround(claim.geometry, same),
    }
  })
}

function pairOf({ bodies }: TerritoryClaim): string {
  return bodies
    .map(({ jurisdiction }) => jurisdiction.slug)
    .sort()
    .join(' ')
}

function openedGround(geometry: MultiPolygonRings, before: MultiPolygonRings): Ground {
  return geometry.length === 0 ? NO_GROUND : groundOf(geometry, before)
}

/** For people: how much of an area of this size is new. */
export function openedShare(opened: Ground, squareMeters: number): 'none' | 'some' | 'all' {
  if (opened.squareMeters === 0) return 'none'
  return opened.squareMeters >= squareMeters * 0.99 ? 'all' : 'some'
}
