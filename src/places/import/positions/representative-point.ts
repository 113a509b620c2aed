import type { Position } from '../table.ts'

type Rings = readonly (readonly Position[])[]

/**
 * A point inside a polygon: the middle of the longest stretch inside it, level with the middle of its box. Undefined
 * if it has no inside there.
 */
export function pointInside(polygons: readonly Rings[]): Position | undefined {
  const largest = polygons.toSorted((a, b) => boxSize(b) - boxSize(a))[0]
  if (largest === undefined) return undefined
  const [bottom, top] = extent(largest[0] ?? [], 1)
  // Off the corners, of which many lie level with the middle.
  const y = bottom + (top - bottom) * 0.4999
  const xs = largest.flatMap(ring => crossings(ring, y)).sort((a, b) => a - b)
  let widest: readonly [from: number, to: number] = [0, 0]
  for (let i = 0; i + 1 < xs.length; i += 2) {
    const [from = 0, to = 0] = xs.slice(i, i + 2)
    if (to - from > widest[1] - widest[0]) widest = [from, to]
  }
  return widest[1] > widest[0] ? [(widest[0] + widest[1]) / 2, y] : undefined
}

function crossings(ring: readonly Position[], y: number): number[] {
  const xs: number[] = []
  for (const [i, [x, level]] of ring.entries()) {
    const [nextX, nextLevel] = ring[i + 1] ?? ring[0] ?? [x, level]
    if (level > y !== nextLevel > y) xs.push(x + ((y - level) / (nextLevel - level)) * (nextX - x))
  }
  return xs
}

function boxSize([outer = []]: Rings): number {
  const [west, east] = extent(outer, 0)
  const [south, north] = extent(outer, 1)
  return (east - west) * (north - south)
}

function extent(ring: readonly Position[], axis: 0 | 1): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity]
  for (const position of ring) {
    least = Math.min(least, position[axis])
    most = Math.max(most, position[axis])
  }
  return [least, most]
}
