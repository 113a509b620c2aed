import { metresBetween, metresPerDegree, type Place, type Position } from '../core/geometry.ts'

/* Points on the centre lines of streets. Lines are short: the earth is flat along them. */

type Line = readonly Position[]

export function lengthOf(line: Line): number {
  return piecesOf(line).reduce((sum, [a, b]) => sum + metresBetween(placeOf(a), placeOf(b)), 0)
}

/** The point at a fraction of the line's length, `aside` metres to the left of its direction (negative: right). */
export function pointAlong(line: Line, fraction: number, aside = 0): Place {
  let left = Math.min(1, Math.max(0, fraction)) * lengthOf(line)
  const pieces = piecesOf(line)
  for (const [index, [a, b]] of pieces.entries()) {
    const length = metresBetween(placeOf(a), placeOf(b))
    if (left > length && index < pieces.length - 1) {
      left -= length
      continue
    }
    const part = length === 0 ? 0 : Math.min(1, left / length)
    const scale = metresPerDegree(a[1])
    const [east, north] = [(b[0] - a[0]) * scale.long, (b[1] - a[1]) * scale.lat]
    const step = length === 0 ? 0 : aside / length
    return {
      lat: a[1] + (b[1] - a[1]) * part + (east * step) / scale.lat,
      long: a[0] + (b[0] - a[0]) * part - (north * step) / scale.long,
    }
  }
  return placeOf(line[0] ?? [0, 0])
}

/** Points where two lines meet or come within `tolerance` metres of each other, those close together taken as one. */
export function crossings(one: Line, other: Line, tolerance: number): Place[] {
  const found: Place[] = []
  for (const [a, b] of piecesOf(one)) {
    for (const [c, d] of piecesOf(other)) {
      const at = meeting(a, b, c, d, tolerance)
      if (at && found.every(known => metresBetween(known, at) > 2 * tolerance)) found.push(at)
    }
  }
  return found
}

function meeting(a: Position, b: Position, c: Position, d: Position, tolerance: number): Place | undefined {
  const cross = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
  if (cross !== 0) {
    const t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / cross
    const u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / cross
    if (t >= 0 && t <= 1 && u >= 0 && u <= 1) return placeOf(between(a, b, t))
  }
  const ends = [nearest(a, c, d), nearest(b, c, d), nearest(c, a, b), nearest(d, a, b)]
  return ends.find(end => end.metres <= tolerance)?.place
}

function nearest(p: Position, a: Position, b: Position): { place: Place; metres: number } {
  const scale = metresPerDegree(p[1])
  const [dx, dy] = [(b[0] - a[0]) * scale.long, (b[1] - a[1]) * scale.lat]
  const [px, py] = [(p[0] - a[0]) * scale.long, (p[1] - a[1]) * scale.lat]
  const square = dx * dx + dy * dy
  const part = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square))
  const place = placeOf(between(a, b, part))
  return { place, metres: metresBetween(place, placeOf(p)) }
}

function between(a: Position, b: Position, part: number): Position {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]
}

function placeOf([long, lat]: Position): Place {
  return { lat, long }
}

function piecesOf(line: Line): [Position, Position][] {
  return line.slice(1).map((end, index) => [line[index] ?? end, end])
}
