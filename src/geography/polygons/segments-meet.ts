import type { LongLat } from '../../core/geometry.ts'
import type { Lines } from '../quadtree.ts'

// Sign of the turn from a line to a point; 0 where rounding leaves it open (Shewchuk, 1997, `ccwerrboundA`).
export function turn(lines: Lines, line: number, point: number): number {
  const ax = lines[line] as number
  const ay = lines[line + 1] as number
  const left = ((lines[line + 2] as number) - ax) * ((lines[point + 1] as number) - ay)
  const right = ((lines[line + 3] as number) - ay) * ((lines[point] as number) - ax)
  const difference = left - right
  return Math.abs(difference) > 3.4e-16 * (Math.abs(left) + Math.abs(right)) ? Math.sign(difference) : 0
}

// For a point on the line's infinite extension: is it between the ends?
export function isBeside(lines: Lines, line: number, point: number): boolean {
  return isBetween(lines, line, point) && isBetween(lines, line + 1, point + 1)
}

function isBetween(lines: Lines, from: number, point: number): boolean {
  const [a, b, at] = [lines[from] as number, lines[from + 2] as number, lines[point] as number]
  return a < b ? a <= at && at <= b : b <= at && at <= a
}

/** Where two lines cross that do. */
export function meetingPoint(lines: Lines, one: number, two: number): LongLat {
  const [ax, ay] = positionAt(lines, one)
  const [dx, dy] = [(lines[one + 2] as number) - ax, (lines[one + 3] as number) - ay]
  const [cx, cy] = positionAt(lines, two)
  const [ex, ey] = [(lines[two + 2] as number) - cx, (lines[two + 3] as number) - cy]
  const share = ((cx - ax) * ey - (cy - ay) * ex) / (dx * ey - dy * ex)
  return [ax + dx * share, ay + dy * share]
}

export function positionAt(lines: Lines, point: number): LongLat {
  return [lines[point] as number, lines[point + 1] as number]
}
