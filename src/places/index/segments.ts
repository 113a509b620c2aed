import type { LongLat, Place } from '../../core/geometry.ts'
import { lengthOf, pointAlong } from '../../regions/places/street.ts'

export interface Segment {
  readonly street: number
  /** JSON: [long, lat][] */
  readonly line: string
  readonly left_from: number | null
  readonly left_to: number | null
  readonly right_from: number | null
  readonly right_to: number | null
}

/** Meters from the center line to a house: on its own side, and still at the street. */
const BESIDE = 8

export function lineOf({ line }: Pick<Segment, 'line'>): readonly LongLat[] {
  return JSON.parse(line) as LongLat[]
}

/** By the number's position in a range, on the side with its parity. */
export function houseOnSegment(segments: readonly Segment[], number: number): Place | undefined {
  for (const segment of segments) {
    const sides = [
      [segment.left_from, segment.left_to, BESIDE],
      [segment.right_from, segment.right_to, -BESIDE],
    ] as const
    for (const [from, to, aside] of sides) {
      if (from === null || to === null || (number - from) % 2 !== 0) continue
      if (number < Math.min(from, to) || number > Math.max(from, to)) continue
      const fraction = from === to ? 0.5 : (number - from) / (to - from)
      return pointAlong(lineOf(segment), fraction, aside)
    }
  }
  return undefined
}

/** On the longest segment; the accuracy is half the length of all. */
export function middleOf(segments: readonly Segment[]): (Place & { readonly accuracy: number }) | undefined {
  const lines = segments.map(lineOf)
  const lengths = lines.map(lengthOf)
  const longest = lines[lengths.indexOf(Math.max(...lengths))]
  if (longest === undefined) return undefined
  const accuracy = Math.round(lengths.reduce((sum, length) => sum + length, 0) / 2)
  return { ...pointAlong(longest, 0.5), accuracy }
}
