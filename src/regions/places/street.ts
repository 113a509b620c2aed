import { type LongLat, metersBetween, metersPerDegree, type Place } from '../../core/geometry.ts'

// Points on the center lines of streets. Lines are short enough to treat the earth as flat.

type Line = readonly LongLat[]

export function lengthOf(line: Line): number {
  return piecesOf(line).reduce((sum, [a, b]) => sum + metersBetween(placeOf(a), placeOf(b)), 0)
}

/** `fraction` of the length; `aside` meters to the left of the line's direction (negative: right). */
export function pointAlong(line: Line, fraction: number, aside = 0): Place {
  let left = Math.min(1, Math.max(0, fraction)) * lengthOf(line)
  const pieces = piecesOf(line)
  for (const [index, [a, b]] of pieces.entries()) {
    const length = metersBetween(placeOf(a), placeOf(b))
    if (left > length && index < pieces.length - 1) {
      left -= length
      continue
    }
    const part = length === 0 ? 0 : Math.min(1, left / length)
    const scale = metersPerDegree(a[1])
    const [east, north] = [(b[0] - a[0]) * scale.long, (b[1] - a[1]) * scale.lat]
    const step = length === 0 ? 0 : aside / length
    return {
      lat: a[1] + (b[1] - a[1]) * part + (east * step) / scale.lat,
      long: a[0] + (b[0] - a[0]) * part - (north * step) / scale.long,
    }
  }
  return placeOf(line[0] ?? [0, 0])
}

/** Where two lines meet or come within `tolerance` meters, close points merged. */
export function intersectionsOf(one: Line, other: Line, tolerance: number): Place[] {
  const found: Place[] = []
  for (const [a, b] of piecesOf(one)) {
    for (const [c, d] of piecesOf(other)) {
      const at = meeting(a, b, c, d, tolerance)
      if (at && found.every(known => metersBetween(known, at) > 2 * tolerance)) found.push(at)
    }
  }
  return found
}

function meeting(a: LongLat, b: LongLat, c: LongLat, d: LongLat, tolerance: number): Place | undefined {
  const cross = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
  if (cross !== 0) {
    const t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / cross
    const u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / cross
    if (t >= 0 && t <= 1 && u >= 0 && u <= 1) return placeOf(between(a, b, t))
  }
  const ends = [nearest(a, c, d), nearest(b, c, d), nearest(c, a, b), nearest(d, a, b)]
  return ends.find(end => end.meters <= tolerance)?.place
}

function nearest(p: LongLat, a: LongLat, b: LongLat): { place: Place; meters: number } {
  const scale = metersPerDegree(p[1])
  const [dx, dy] = [(b[0] - a[0]) * scale.long, (b[1] - a[1]) * scale.lat]
  const [px, py] = [(p[0] - a[0]) * scale.long, (p[1] - a[1]) * scale.lat]
  const square = dx * dx + dy * dy
  const part = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square))
  const place = placeOf(between(a, b, part))
  return { place, meters: metersBetween(place, placeOf(p)) }
}

function between(a: LongLat, b: LongLat, part: number): LongLat {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]
}

function placeOf([long, lat]: LongLat): Place {
  return { lat, long }
}

function piecesOf(line: Line): [LongLat, LongLat][] {
  return line.slice(1).map((end, index) => [line[index] ?? end, end])
}
