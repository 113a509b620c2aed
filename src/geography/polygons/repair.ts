import type { LinearRing, LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import { formatPosition, readPosition, roundPosition } from '../positions.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { samePosition, withoutRepeats, withWinding } from './rings.ts'
import { untangle } from './untangle.ts'

export interface RepairCounts {
  closed: number
  repeated: number
  turned: number
  met: LongLat[]
  specks: number
  /** Parts before and after joining those that overlap or share an edge. */
  joined?: { readonly drawn: number; readonly left: number }
}

export function newRepairCounts(): RepairCounts {
  return { closed: 0, repeated: 0, turned: 0, met: [], specks: 0 }
}

export function formatRepairs({ closed, repeated, turned, met, specks, joined }: RepairCounts): string[] {
  const repairs: string[] = []
  if (closed > 0) repairs.push(`Closed ${counted(closed, 'open ring')}`)
  if (repeated > 0) repairs.push(`Left out ${counted(repeated, 'repeated position')}`)
  if (turned > 0) repairs.push(`Turned ${counted(turned, 'ring')} to run as RFC 7946 asks`)
  for (const at of met) repairs.push(`Split a ring that touches itself at ${formatPosition(at)}`)
  if (specks > 0) repairs.push(`Left out ${counted(specks, 'polygon')} of less than a square meter`)
  if (joined !== undefined) {
    repairs.push(`Joined parts that overlap or share an edge: ${joined.drawn} drawn, ${joined.left} left`)
  }
  return repairs
}

/** Reads and repairs a GeoJSON Polygon: one polygon, or several where a ring touches itself. */
export function repairPolygon(coordinates: unknown, counts: RepairCounts): MultiPolygonRings | Refusal {
  if (!Array.isArray(coordinates) || coordinates.length === 0) {
    return { why: 'A polygon has no ring', repair: 'Add an outer ring, or remove it' }
  }
  const rings: LinearRing[] = []
  for (const raw of coordinates) {
    const ring = readRing(raw, counts)
    if (isRefusal(ring)) return ring
    const turned = withWinding(ring, rings.length === 0)
    if (turned !== ring) counts.turned += 1
    rings.push(turned)
  }
  const untangled = untangle(rings)
  if (isRefusal(untangled)) return untangled
  if (untangled.polygons.length === 0) counts.specks += 1
  else if (untangled.met !== undefined) counts.met.push(untangled.met)
  return cleanRing(untangled.polygons)
}

/** Rounds to seven decimals, counterclockwise with clockwise holes; drops rings that collapse. */
export function cleanRing(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons
    .map(rings =>
      rings
        .map((ring, i) => withWinding(withoutRepeats(ring.map(roundPosition)), i === 0))
        .filter(ring => ring.length >= 4),
    )
    .filter(rings => rings.length > 0)
}

function readRing(raw: unknown, counts: RepairCounts): LinearRing | Refusal {
  if (!Array.isArray(raw)) return { why: 'A ring is not a list of positions', repair: 'Use a list' }
  const positions: LongLat[] = []
  for (const [i, value] of raw.entries()) {
    const position = readPosition(value)
    if (isRefusal(position)) return position
    if (i > 0 && String(value) === String(raw[i - 1])) counts.repeated += 1
    positions.push(position)
  }
  const distinct = withoutRepeats(positions)
  const [first, last] = [distinct[0], distinct.at(-1)]
  const open = first !== undefined && !samePosition(first, last)
  const ring = open ? [...distinct, first] : distinct
  if (ring.length < 4) {
    return {
      why: `A ring has only ${new Set(ring.map(String)).size} different positions`,
      repair: 'Give it at least three corners, or leave it out',
    }
  }
  if (open) counts.closed += 1
  return ring
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
