import type { LongLat, PolygonRings } from '../../core/geometry.ts'
import type { Lines } from '../quadtree.ts'
import { nearPairs } from './bands.ts'
import { isBeside, meetingPoint, positionAt, turn } from './segments-meet.ts'

export interface SharedBorders {
  crossing?: LongLat
  /** A ring touches itself, or runs back along itself. */
  touch?: LongLat
  meeting?: LongLat
}

export function sharedBorders(rings: PolygonRings): SharedBorders {
  const { lines, ringOf, nextOf } = edgesInOrder(rings)
  const found: SharedBorders = {}
  nearPairs(lines, (one, two) => {
    if (nextOf[one] === two) foldBack(lines, one * 4, two * 4, found)
    else if (nextOf[two] === one) foldBack(lines, two * 4, one * 4, found)
    else compare(lines, one * 4, two * 4, ringOf[one] === ringOf[two], found)
  })
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
    found.crossing ??= meetingPoint(lines, one, two)
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
