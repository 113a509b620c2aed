import type { Position, Ring } from '../core/geometry.ts'
import { signedSquareMetres } from './measure.ts'

export function samePosition(a: Position | undefined, b: Position | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1]
}

/** A line without positions that only repeat the one before. */
export function withoutRepeats(line: readonly Position[]): readonly Position[] {
  return line.filter((position, i) => i === 0 || !samePosition(position, line[i - 1]))
}

/** The ring in the wanted direction: itself if it runs so already. */
export function wound(ring: Ring, counterclockwise: boolean): Ring {
  return signedSquareMetres(ring) > 0 === counterclockwise ? ring : ring.toReversed()
}
