import type { LinearRing, LongLat } from '../../core/geometry.ts'
import { signedSquareMeters } from './measure.ts'

export function samePosition(a: LongLat | undefined, b: LongLat | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1]
}

export function withoutRepeats(line: readonly LongLat[]): readonly LongLat[] {
  return line.filter((position, i) => i === 0 || !samePosition(position, line[i - 1]))
}

/** Without edges that lead out and straight back: they bound no ground. Empty if nothing else is left. */
export function withoutSpurs(ring: LinearRing): LinearRing {
  const kept: LongLat[] = []
  for (const position of ring.slice(0, -1)) {
    kept.push(position)
    if (samePosition(kept.at(-1), kept.at(-2))) kept.pop()
    while (kept.length > 2 && samePosition(kept.at(-1), kept.at(-3))) kept.splice(-2)
  }
  while (kept.length > 2 && samePosition(kept[0], kept.at(-2))) kept.splice(-2)
  while (kept.length > 2 && samePosition(kept[1], kept.at(-1))) kept.splice(0, 2)
  const [first] = kept
  return first === undefined || kept.length < 3 ? [] : [...kept, first]
}

export function withWinding(ring: LinearRing, counterclockwise: boolean): LinearRing {
  return signedSquareMeters(ring) > 0 === counterclockwise ? ring : ring.toReversed()
}

/** By even–odd; a point on the ring may be either. */
export function isInside(x: number, y: number, ring: LinearRing): boolean {
  let inside = false
  let from = ring.at(-1)
  for (const to of ring) {
    if (from !== undefined && to[1] > y !== from[1] > y) {
      if (x < to[0] + ((from[0] - to[0]) * (y - to[1])) / (from[1] - to[1])) inside = !inside
    }
    from = to
  }
  return inside
}
