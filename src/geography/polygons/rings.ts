import type { LinearRing, LongLat } from '../../core/geometry.ts'
import { signedSquareMeters } from './measure.ts'

export function samePosition(a: LongLat | undefined, b: LongLat | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1]
}

export function withoutRepeats(line: readonly LongLat[]): readonly LongLat[] {
  return line.filter((position, i) => i === 0 || !samePosition(position, line[i - 1]))
}

export function withWinding(ring: LinearRing, counterclockwise: boolean): LinearRing {
  return signedSquareMeters(ring) > 0 === counterclockwise ? ring : ring.toReversed()
}
