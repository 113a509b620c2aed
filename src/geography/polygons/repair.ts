import type { LinearRing, LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import { formatPosition, readPosition, roundPosition } from '../positions.ts'
import { isRefusal, NO_AREA, type Refusal } from '../refusal.ts'
import { boundsOf } from './bounds.ts'
import { signedSquareMeters } from './measure.ts'
import { besideOuter, splitAtMeridian, unwrapped } from './meridian.ts'
import { samePosition, withoutRepeats, withoutSpurs, withWinding } from './rings.ts'
import { SPECK_SQUARE_METERS, untangle } from './untangle.ts'

export interface RepairCounts {
  closed: number
  repeated: number
  turned: number
  met: LongLat[]
  specks: number
  holes: number
  split: number
  /** Parts before and after joining those that overlap or share an edge. */
  joined?: { readonly drawn: number; readonly left: number }
}

export function newRepairCounts(): RepairCounts {
  return { closed: 0, repeated: 0, turned: 0, met: [], specks: 0, holes: 0, split: 0 }
}

export function formatRepairs(counts: RepairCounts): string[] {
  const { closed, repeated, turned, met, specks, holes, split, joined } = counts
  const repairs: string[] = []
  if (closed > 0) repairs.push(`Closed ${counted(closed, 'open ring')}`)
  if (repeated > 0) repairs.push(`Left out ${counted(repeated, 'repeated position')}`)
  if (turned > 0) repairs.push(`Turned ${counted(turned, 'ring')} to run as RFC 7946 asks`)
  for (const at of met) repairs.push(`Split a ring that touches itself at ${formatPosition(at)}`)
  if (specks > 0) repairs.push(`Left out ${counted(specks, 'polygon')} of less than a square meter`)
  if (holes > 0) repairs.push(`Left out ${counted(holes, 'hole')} of less than a square meter`)
  if (split > 0) repairs.push(`Split ${counted(split, 'polygon')} at the 180th meridian`)
  if (joined !== undefined) {
    repairs.push(`Joined parts that overlap or share an edge: ${joined.drawn} drawn, ${joined.left} left`)
  }
  return repairs
}

/** Reads and repairs a GeoJSON Polygon: one polygon, several where a ring touches itself, none for a speck. */
export function repairPolygon(coordinates: unknown, counts: RepairCounts): MultiPolygonRings | Refusal {
  if (!Array.isArray(coordinates) || coordinates.length === 0) {
    return { why: 'A polygon has no ring', repair: 'Add an outer ring, or remove it' }
  }
  const drawn: LinearRing[] = []
  for (const raw of coordinates) {
    const ring = readRing(raw, counts)
    if (isRefusal(ring)) return ring
    drawn.push(ring)
  }
  const [outer = [], ...holes] = drawn
  const sizable = holes.filter(hole => !isSpeck(hole))
  if (isSpeck(outer)) {
    if (sizable.length > 0) return NO_AREA
    counts.specks += 1
    return []
  }
  counts.holes += holes.length - sizable.length
  const rings = [outer, ...sizable].map((ring, i) => {
    const placed = besideOuter(ring, outer)
    const turned = withWinding(placed, i === 0)
    if (turned !== placed) counts.turned += 1
    return turned
  })
  const untangled = untangle(rings)
  if (isRefusal(untangled)) return untangled
  if (untangled.polygons.length === 0) counts.specks += 1
  else if (untangled.met !== undefined) counts.met.push(untangled.met)
  const split = splitAtMeridian(untangled.polygons)
  if (split.length > untangled.polygons.length) counts.split += 1
  return tooWide(split) ?? cleanRing(split)
}

// No part of it can cover a square meter, however it crosses itself.
function isSpeck(ring: LinearRing): boolean {
  const [origin] = ring
  if (origin === undefined || ring.length < 4) return true
  let most = 0
  for (const [i, to] of ring.entries()) {
    const from = ring[i - 1]
    if (from !== undefined && most < SPECK_SQUARE_METERS)
      most += Math.abs(signedSquareMeters([origin, from, to, origin]))
  }
  return most < SPECK_SQUARE_METERS
}

// Nothing that governs is as wide as half the Earth: its longitudes were mixed up at the 180th meridian.
function tooWide(polygons: MultiPolygonRings): Refusal | undefined {
  for (const polygon of polygons) {
    const [west, , east] = boundsOf([polygon])
    if (east - west > 180) {
      return {
        why: `It is ${Math.round(east - west)}° wide, more than half the Earth`,
        repair: 'Cut it at the 180th meridian (RFC 7946 § 3.1.9)',
      }
    }
  }
  return undefined
}

/** Rounds to seven decimals, counterclockwise with clockwise holes; drops spurs, and rings that collapse. */
export function cleanRing(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons
    .map(rings =>
      rings
        .map((ring, i) => withWinding(withoutSpurs(ring.map(roundPosition)), i === 0))
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
  if (open) counts.closed += 1
  return unwrapped(open ? [...distinct, first] : distinct)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
