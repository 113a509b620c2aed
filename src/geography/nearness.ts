import type { Lines } from './quadtree.ts'

/** Fraction (0–1) of the line nearest to the point, with `scaleX` and `scaleY` units per degree. */
export function nearestFraction(
  lines: Lines,
  at: number,
  x: number,
  y: number,
  scaleX: number,
  scaleY: number,
): number {
  const dx = ((lines[at + 2] as number) - (lines[at] as number)) * scaleX
  const dy = ((lines[at + 3] as number) - (lines[at + 1] as number)) * scaleY
  const length = dx * dx + dy * dy
  if (length === 0) return 0
  const px = (x - (lines[at] as number)) * scaleX
  const py = (y - (lines[at + 1] as number)) * scaleY
  return Math.min(1, Math.max(0, (px * dx + py * dy) / length))
}

export function distanceTo(
  lines: Lines,
  at: number,
  fraction: number,
  x: number,
  y: number,
  scaleX: number,
  scaleY: number,
): number {
  const ax = lines[at] as number
  const ay = lines[at + 1] as number
  const dx = (ax + ((lines[at + 2] as number) - ax) * fraction - x) * scaleX
  const dy = (ay + ((lines[at + 3] as number) - ay) * fraction - y) * scaleY
  return Math.sqrt(dx * dx + dy * dy)
}
