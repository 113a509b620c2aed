import type { LinearRing, LongLat, MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import type { Lines } from '../quadtree.ts'
import { bandsOf, nearPairs } from './bands.ts'
import { boundsOf } from './bounds.ts'
import { type Edges, inDegrees, NetEdges, netEdges } from './net-edges.ts'
import { isInside, samePosition, withoutRepeats, withWinding } from './rings.ts'
import { isBeside, meetingPoint, positionAt, turn } from './segments-meet.ts'

/** By how many polygons of the first and of the second geometry a place is covered. */
export type Covered = (first: number, second: number) => boolean

/**
 * The ground where `keep` holds. Edges that neighbors share cancel out first, so that only what differs is
 * worked on. Undefined where rounding leaves the outline open; polygons must be free of crossings.
 */
export function overlay(
  first: MultiPolygonRings,
  second: MultiPolygonRings,
  keep: Covered,
): MultiPolygonRings | undefined {
  const edges = splitWhereTheyMeet(netEdges(first, second))
  const rings = linked(outlineOf(edges, keep))
  return rings && polygonsOf(rings.map(inDegrees))
}

function splitWhereTheyMeet(edges: Edges): Edges {
  const { lines, first, second } = edges
  const cuts = new Map<number, LongLat[]>()
  const cut = (edge: number, at: LongLat) => {
    if (samePosition(at, positionAt(lines, edge * 4)) || samePosition(at, positionAt(lines, edge * 4 + 2)))
      return
    const known = cuts.get(edge)
    if (known === undefined) cuts.set(edge, [at])
    else known.push(at)
  }
  nearPairs(lines, (one, other) => meet(lines, one, other, cut))
  if (cuts.size === 0) return edges
  const stops = [...cuts.values()].reduce((sum, { length }) => sum + length, 0)
  const net = new NetEdges(first.length + stops)
  for (let edge = 0; edge < first.length; edge++) {
    const [start, end] = [positionAt(lines, edge * 4), positionAt(lines, edge * 4 + 2)]
    const along = ([long, lat]: LongLat) =>
      (long - start[0]) * (end[0] - start[0]) + (lat - start[1]) * (end[1] - start[1])
    const inOrder = (cuts.get(edge) ?? []).sort((a, b) => along(a) - along(b))
    let from = start
    for (const to of withoutRepeats([...inOrder, end])) {
      net.add(from[0], from[1], to[0], to[1], first[edge] as number, second[edge] as number)
      from = to
    }
  }
  return net.edges()
}

function meet(lines: Lines, edge: number, other: number, cut: (edge: number, at: LongLat) => void): void {
  const [one, two] = edge < other ? [edge * 4, other * 4] : [other * 4, edge * 4]
  const [start, end] = [turn(lines, two, one), turn(lines, two, one + 2)]
  const [otherStart, otherEnd] = [turn(lines, one, two), turn(lines, one, two + 2)]
  if (start * end < 0 && otherStart * otherEnd < 0) {
    const at = meetingPoint(lines, one, two)
    cut(one / 4, at)
    cut(two / 4, at)
    return
  }
  if (start === 0 && isBeside(lines, two, one)) cut(two / 4, positionAt(lines, one))
  if (end === 0 && isBeside(lines, two, one + 2)) cut(two / 4, positionAt(lines, one + 2))
  if (otherStart === 0 && isBeside(lines, one, two)) cut(one / 4, positionAt(lines, two))
  if (otherEnd === 0 && isBeside(lines, one, two + 2)) cut(one / 4, positionAt(lines, two + 2))
}

type Directed = readonly [from: LongLat, to: LongLat]

/** The edges with kept ground on one side only, turned so that it is on their left. */
function outlineOf({ lines, first, second }: Edges, keep: Covered): Directed[] {
  const bands = bandsOf(lines)
  const outline: Directed[] = []
  for (let edge = 0; edge < first.length; edge++) {
    const at = edge * 4
    const [start, end] = [positionAt(lines, at), positionAt(lines, at + 2)]
    const [x, y] = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
    let [one, two] = [0, 0]
    // From far in the east to the edge: each edge on the way takes us from its right to its left.
    for (const other of bands.at(y)) {
      if (other !== edge && passesEast(lines, other * 4, x, y)) {
        one += first[other] as number
        two += second[other] as number
      }
    }
    const [byOne, byTwo] = [first[edge] as number, second[edge] as number]
    // For a level edge, that is its upper side: its left.
    const isLevel = start[1] === end[1]
    const left = isLevel ? keep(one, two) : keep(one + byOne, two + byTwo)
    const right = isLevel ? keep(one - byOne, two - byTwo) : keep(one, two)
    if (left !== right) outline.push(left ? [start, end] : [end, start])
  }
  return outline
}

function passesEast(lines: Lines, at: number, x: number, y: number): boolean {
  const [ax, ay, bx, by] = [
    lines[at] as number,
    lines[at + 1] as number,
    lines[at + 2] as number,
    lines[at + 3] as number,
  ]
  if (!(ay <= y && y < by)) return false
  if (ax > x && bx > x) return true
  if (ax <= x && bx <= x) return false
  return ax + ((y - ay) / (by - ay)) * (bx - ax) > x
}

/** Rings of edges, each at a corner going on where the ground on the left does. Undefined if one stays open. */
function linked(outline: readonly Directed[]): LinearRing[] | undefined {
  const leaving = new Map<number, Map<number, Directed[]>>()
  for (const edge of outline) {
    const [[long, lat]] = edge
    const column = leaving.get(long) ?? new Map<number, Directed[]>()
    leaving.set(long, column)
    const known = column.get(lat)
    if (known === undefined) column.set(lat, [edge])
    else known.push(edge)
  }
  const used = new Set<Directed>()
  const rings: LinearRing[] = []
  for (const first of outline) {
    if (used.has(first)) continue
    const ring: LongLat[] = [first[0]]
    for (let edge: Directed | undefined = first; ; ) {
      used.add(edge)
      ring.push(edge[1])
      edge = nextOf(edge, leaving, other => other === first || !used.has(other))
      if (edge === undefined) return undefined
      if (edge === first) break
    }
    rings.push(ring)
  }
  return rings
}

function nextOf(
  [from, at]: Directed,
  leaving: ReadonlyMap<number, ReadonlyMap<number, readonly Directed[]>>,
  isOpen: (edge: Directed) => boolean,
): Directed | undefined {
  const open = (leaving.get(at[0])?.get(at[1]) ?? []).filter(isOpen)
  if (open.length < 2) return open[0]
  const back = Math.atan2(from[1] - at[1], from[0] - at[0])
  const clockwise = ([, to]: Directed) => {
    const angle = back - Math.atan2(to[1] - at[1], to[0] - at[0])
    return angle <= 0 ? angle + 2 * Math.PI : angle
  }
  return open.reduce((best, edge) => (clockwise(edge) < clockwise(best) ? edge : best))
}

function polygonsOf(rings: readonly LinearRing[]): MultiPolygonRings {
  const turned = rings.map(ring => ({
    ring,
    isOuter: withWinding(ring, true) === ring,
    bounds: boundsOf([[ring]]),
  }))
  const outers = turned
    .filter(({ isOuter }) => isOuter)
    .map(({ ring, bounds }) => ({ bounds, polygon: [ring] as LinearRing[] }))
    .sort((a, b) => sizeOf(a.bounds) - sizeOf(b.bounds))
  for (const { ring, isOuter } of turned) {
    if (isOuter) continue
    const [a = [0, 0], b = [0, 0]] = ring
    const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    const around = outers.find(
      ({ bounds: [west, south, east, north], polygon: [outer = []] }) =>
        west <= x && x <= east && south <= y && y <= north && isInside(x, y, outer),
    )
    around?.polygon.push(ring)
  }
  return outers.map(({ polygon }): PolygonRings => polygon)
}

function sizeOf([west, south, east, north]: readonly [number, number, number, number]): number {
  return (east - west) * (north - south)
}
