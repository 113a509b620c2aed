import type { MultiPolygonRings, Position, Ring } from '../core/geometry.ts'
import { readPosition, rounded, spoken } from './positions.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { samePosition, withoutRepeats, wound } from './rings.ts'
import { untangle } from './untangle.ts'

/** What was mended on the way, counted. */
export interface Tally {
  closed: number
  repeated: number
  turned: number
  met: Position[]
  /** Polygons that enclose no ground to speak of. */
  specks: number
  /** Parts before and after those that overlap or share an edge were joined. */
  joined?: { readonly drawn: number; readonly left: number }
}

export function newTally(): Tally {
  return { closed: 0, repeated: 0, turned: 0, met: [], specks: 0 }
}

/** What was mended, one sentence a kind. */
export function mendsTold({ closed, repeated, turned, met, specks, joined }: Tally): string[] {
  const told: string[] = []
  if (closed > 0) told.push(`Closed ${counted(closed, 'open ring')}`)
  if (repeated > 0) told.push(`Left out ${counted(repeated, 'repeated position')}`)
  if (turned > 0) told.push(`Turned ${counted(turned, 'ring')} to run as RFC 7946 asks`)
  for (const at of met) told.push(`Took apart a ring that meets itself at ${spoken(at)}`)
  if (specks > 0) told.push(`Left out ${counted(specks, 'polygon')} of less than a square meter`)
  if (joined !== undefined) {
    told.push(`Joined parts that overlap or share an edge: ${joined.drawn} drawn, ${joined.left} left`)
  }
  return told
}

/** The coordinates of a GeoJSON Polygon, read and mended: one polygon, or several where a ring touches itself. */
export function mendPolygon(coordinates: unknown, tally: Tally): MultiPolygonRings | Refusal {
  if (!Array.isArray(coordinates) || coordinates.length === 0) {
    return { why: 'A polygon has no ring', mend: 'Give it an outer ring, or leave it out' }
  }
  const rings: Ring[] = []
  for (const raw of coordinates) {
    const ring = readRing(raw, tally)
    if (isRefusal(ring)) return ring
    const turned = wound(ring, rings.length === 0)
    if (turned !== ring) tally.turned += 1
    rings.push(turned)
  }
  const untangled = untangle(rings)
  if (isRefusal(untangled)) return untangled
  if (untangled.polygons.length === 0) tally.specks += 1
  else if (untangled.met !== undefined) tally.met.push(untangled.met)
  return tidy(untangled.polygons)
}

/** Clipped polygons to seven decimals, counterclockwise with clockwise holes; rings that shrink to nothing are left out. */
export function tidy(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons
    .map(rings =>
      rings
        .map((ring, i) => wound(withoutRepeats(ring.map(rounded)), i === 0))
        .filter(ring => ring.length >= 4),
    )
    .filter(rings => rings.length > 0)
}

function readRing(raw: unknown, tally: Tally): Ring | Refusal {
  if (!Array.isArray(raw)) return { why: 'A ring is no list of positions', mend: 'Write it as a list' }
  const positions: Position[] = []
  for (const [i, value] of raw.entries()) {
    const position = readPosition(value)
    if (isRefusal(position)) return position
    if (i > 0 && String(value) === String(raw[i - 1])) tally.repeated += 1
    positions.push(position)
  }
  const distinct = withoutRepeats(positions)
  const [first, last] = [distinct[0], distinct.at(-1)]
  const open = first !== undefined && !samePosition(first, last)
  const ring = open ? [...distinct, first] : distinct
  if (ring.length < 4) {
    return {
      why: `A ring has only ${new Set(ring.map(String)).size} different positions`,
      mend: 'Give it at least three corners, or leave it out',
    }
  }
  if (open) tally.closed += 1
  return ring
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
