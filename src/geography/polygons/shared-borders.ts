import type { LongLat, PolygonRings } from '../../core/geometry.ts'
import { buildQuadtree, type Lines } from '../quadtree.ts'

export interface SharedBorders {
  crossing?: LongLat
  /** A ring touches itself, or runs back along itself. */
  touch?: LongLat
  meeting?: LongLat
}

export function sharedBorders(rings: PolygonRings): SharedBorders {
  const { lines, ringOf, nextOf } = edgesInOrder(rings)
  const { tree } = buildQuadtree(lines, () => null)
  const found: SharedBorders = {}
  for (let leaf = 0; leaf + 1 < tree.starts.length; leaf++) {
    const members = tree.members.subarray(tree.starts[leaf], tree.starts[leaf + 1])
    for (const [i, one] of members.entries()) {
      for (const two of members.subarray(i + 1)) {
        if (nextOf[one] === two) foldBack(lines, one * 4, two * 4, found)
        else if (nextOf[two] === one) foldBack(lines, two * 4, one * 4, found)
        else compare(lines, one * 4, two * 4, ringOf[one] === ringOf[two], found)
      }
    }
  }
  return found
}

function edgesInOrder(rings: PolygonRings) {
  const lines: number[] = []
  const ringOf: number[] = []
  const nextOf: number[] = []
  for (const [ring, positions] of rings.entries()) {
    const first = ringOf.length
    for (const [i, to] of positions.entries()) {
      const from = positions[i - 1]
      if (from === undefined) continue
      lines.push(from[0], from[1], to[0], to[1])
      ringOf.push(ring)
      nextOf.push(ringOf.length)
    }
    nextOf[nextOf.length - 1] = first
  }
  return { lines: Float64Array.from(lines), ringOf, nextOf }
}

// `two` starts where `one` ends: does it run back along `one`?
function foldBack(lines: Lines, one: number, two: number, found: SharedBorders): void {
  if (turn(lines, one, two + 2) !== 0) return
  const dx = (lines[one + 2] as number) - (lines[one] as number)
  const dy = (lines[one + 3] as number) - (lines[one + 1] as number)
  const ex = (lines[two + 2] as number) - (lines[two] as number)
  const ey = (lines[two + 3] as number) - (lines[two + 1] as number)
  if (dx * ex + dy * ey < 0) found.touch ??= positionAt(lines, two)
}

function compare(lines: Lines, one: number, two: number, sameRing: boolean, found: SharedBorders): void {
  const [start, end] = [turn(lines, two, one), turn(lines, two, one + 2)]
  const [otherStart, otherEnd] = [turn(lines, one, two), turn(lines, one, two + 2)]
  if (start * end < 0 && otherStart * otherEnd < 0) {
    found.crossing ??= crossingOf(lines, one, two)
    return
  }
  const touching = [
    start === 0 && isBeside(lines, two, one) ? [one] : [],
    end === 0 && isBeside(lines, two, one + 2) ? [one + 2] : [],
    otherStart === 0 && isBeside(lines, one, two) ? [two] : [],
    otherEnd === 0 && isBeside(lines, one, two + 2) ? [two + 2] : [],
  ].flat()
  for (const end of touching) {
    if (sameRing) found.touch ??= positionAt(lines, end)
    else found.meeting ??= positionAt(lines, end)
  }
}

// Sign of the turn from a line to a point; 0 where rounding leaves it open (Shewchuk, 1997, `ccwerrboundA`).
function turn(lines: Lines, line: number, point: number): number {
  const ax = lines[line] as number
  const ay = lines[line + 1] as number
  const left = ((lines[line + 2] as number) - ax) * ((lines[point + 1] as number) - ay)
  const right = ((lines[line + 3] as number) - ay) * ((lines[point] as number) - ax)
  const difference = left - right
  return Math.abs(difference) > 3.4e-16 * (Math.abs(left) + Math.abs(right)) ? Math.sign(difference) : 0
}

// For a point on the line's infinite extension: is it between the ends?
function isBeside(lines: Lines, line: number, point: number): boolean {
  return [0, 1].every(axis => {
    const [from, to] = [lines[line + axis] as number, lines[line + 2 + axis] as number]
    const at = lines[point + axis] as number
    return Math.min(from, to) <= at && at <= Math.max(from, to)
  })
}

function crossingOf(lines: Lines, one: number, two: number): LongLat {
  const [ax, ay] = positionAt(lines, one)
  const [dx, dy] = [(lines[one + 2] as number) - ax, (lines[one + 3] as number) - ay]
  const [cx, cy] = positionAt(lines, two)
  const [ex, ey] = [(lines[two + 2] as number) - cx, (lines[two + 3] as number) - cy]
  const share = ((cx - ax) * ey - (cy - ay) * ex) / (dx * ey - dy * ex)
  return [ax + dx * share, ay + dy * share]
}

function positionAt(lines: Lines, point: number): LongLat {
  return [lines[point] as number, lines[point + 1] as number]
}
