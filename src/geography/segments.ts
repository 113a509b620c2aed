import { type LongLat, metersBetween, metersPerDegree } from '../core/geometry.ts'
import { distanceTo, nearestFraction } from './nearness.ts'
import { withoutRepeats } from './polygons/rings.ts'
import { type Lines, makeQuadtree } from './quadtree.ts'

export interface IndexedSegment {
  readonly segment: number
  readonly meters: number
  /** Side of the drawn direction; `on` within 0.5 m of the line, or straight beyond its end. */
  readonly side: 'left' | 'right' | 'on'
  /** Fraction of the segment's length at the nearest point, 0–1. */
  readonly along: number
}

interface Pieces {
  readonly lines: Lines
  readonly segmentOf: Int32Array
  /** Fraction of its segment's length at which a piece starts and ends. */
  readonly starts: Float64Array
  readonly ends: Float64Array
}

interface Nearest {
  readonly piece: number
  readonly fraction: number
  readonly meters: number
}

const ON_THE_LINE_METERS = 0.5

export function prepareSegments(segments: readonly (readonly LongLat[])[]) {
  const pieces = piecesOf(segments)
  const { lines, segmentOf } = pieces
  const tree = makeQuadtree(lines, () => null)

  function segmentsWithin(lat: number, long: number, meters: number): readonly IndexedSegment[] {
    const scale = metersPerDegree(lat)
    const [reachX, reachY] = [meters / scale.long, meters / scale.lat]
    const found = new Map<number, Nearest>()
    tree.visit(long - reachX, lat - reachY, long + reachX, lat + reachY, leaf => {
      for (let i = tree.start(leaf); i < tree.end(leaf); i++) {
        const piece = tree.members()[i] as number
        const fraction = nearestFraction(lines, piece * 4, long, lat, scale.long, scale.lat)
        const distance = distanceTo(lines, piece * 4, fraction, long, lat, scale.long, scale.lat)
        if (!(distance <= meters)) continue
        const segment = segmentOf[piece] as number
        const best = found.get(segment)
        const closer = best === undefined || distance < best.meters
        if (closer || (distance === best.meters && piece < best.piece)) {
          found.set(segment, { piece, fraction, meters: distance })
        }
      }
    })
    return Array.from(found, ([segment, nearest]) => ({
      segment,
      meters: nearest.meters,
      side: sideOf(pieces, nearest, lat, long),
      along: alongOf(pieces, nearest),
    })).sort((a, b) => a.meters - b.meters || a.segment - b.segment)
  }

  return { segmentsWithin }
}

function alongOf({ starts, ends }: Pieces, { piece, fraction }: Nearest): number {
  const start = starts[piece] as number
  return Math.min(1, start + ((ends[piece] as number) - start) * fraction)
}

function sideOf(pieces: Pieces, nearest: Nearest, lat: number, long: number): IndexedSegment['side'] {
  if (nearest.meters <= ON_THE_LINE_METERS) return 'on'
  const { lines } = pieces
  const scale = metersPerDegree(lat)
  const at = nearest.piece * 4 + (nearest.fraction === 1 ? 2 : 0)
  const px = (long - (lines[at] as number)) * scale.long
  const py = (lat - (lines[at + 1] as number)) * scale.lat
  const [east, north] = heading(pieces, nearest, scale)
  const turn = east * py - north * px
  return turn > 0 ? 'left' : turn < 0 ? 'right' : 'on'
}

// Direction at the nearest point; at a bend, the mean of both pieces, which separates the sides.
function heading(
  { lines, segmentOf }: Pieces,
  { piece, fraction }: Nearest,
  scale: { lat: number; long: number },
): readonly [number, number] {
  function direction(of: number): readonly [number, number] {
    const east = ((lines[of * 4 + 2] as number) - (lines[of * 4] as number)) * scale.long
    const north = ((lines[of * 4 + 3] as number) - (lines[of * 4 + 1] as number)) * scale.lat
    const length = Math.hypot(east, north) || 1
    return [east / length, north / length]
  }
  const [east, north] = direction(piece)
  const neighbor = fraction === 1 ? piece + 1 : fraction === 0 ? piece - 1 : piece
  if (neighbor === piece || segmentOf[neighbor] !== segmentOf[piece]) return [east, north]
  const [eastThere, northThere] = direction(neighbor)
  return [east + eastThere, north + northThere]
}

function piecesOf(segments: readonly (readonly LongLat[])[]): Pieces {
  const lines: number[] = []
  const segmentOf: number[] = []
  const starts: number[] = []
  const ends: number[] = []
  for (const [segment, positions] of segments.entries()) {
    const drawn = withoutRepeats(positions)
    const total = drawn.reduce((sum, position, i) => sum + lengthOf(drawn[i - 1] ?? position, position), 0)
    let meters = 0
    for (const [i, to] of drawn.entries()) {
      const from = drawn[i - 1] ?? to
      if (i === 0 && drawn.length > 1) continue
      lines.push(from[0], from[1], to[0], to[1])
      segmentOf.push(segment)
      starts.push(total === 0 ? 0 : meters / total)
      meters += lengthOf(from, to)
      ends.push(total === 0 ? 0 : meters / total)
    }
  }
  return {
    lines: Float64Array.from(lines),
    segmentOf: Int32Array.from(segmentOf),
    starts: Float64Array.from(starts),
    ends: Float64Array.from(ends),
  }
}

function lengthOf(a: LongLat, b: LongLat): number {
  return metersBetween({ lat: a[1], long: a[0] }, { lat: b[1], long: b[0] })
}
