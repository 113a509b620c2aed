import { type SQL, sql } from 'drizzle-orm'
import type { LongLat, Place } from '../../core/geometry.ts'
import { pointAlong } from '../../regions/places/street.ts'

export interface Segment {
  /** JSON: [long, lat][] */
  readonly line: string
  readonly left_from: number | null
  readonly left_to: number | null
  readonly right_from: number | null
  readonly right_to: number | null
}

/** Meters from the center line to a house: on its own side, and still at the street. */
const BESIDE = 8

/** SQL of those beside which a street has the house number, as `segmentsIn` reads them. */
export function segmentsWithNumber(number: number): SQL {
  const isIn = (from: string, to: string) => {
    const [a, b] = [sql.identifier(from), sql.identifier(to)]
    return sql`${number} BETWEEN min(${a}, ${b}) AND max(${a}, ${b})`
  }
  return sql`(SELECT json_group_array(json_object('line', line, 'left_from', left_from, 'left_to', left_to,
      'right_from', right_from, 'right_to', right_to))
    FROM street_segment WHERE street_segment.street = street.id
      AND (${isIn('left_from', 'left_to')} OR ${isIn('right_from', 'right_to')}))`
}

export function segmentsIn(json: string | null): readonly Segment[] {
  return json === null ? [] : (JSON.parse(json) as Segment[])
}

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
