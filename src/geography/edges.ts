import type { MultiPolygonRings } from '../core/geometry.ts'
import type { Lines } from './quadtree.ts'

/** Shared edges are stored once. Each runs upward, so neighbors compute the same numbers. */
export interface Edges {
  readonly lines: Lines
  readonly groupOf: Int32Array
  /** Polygon indices that own an edge, in order; twice where a polygon runs along it twice. */
  readonly groups: readonly (readonly number[])[]
}

export function collectEdges(areas: readonly MultiPolygonRings[]): Edges {
  const polygons = areas.flat()
  const raw: number[] = []
  const owners: number[] = []
  for (const [polygon, rings] of polygons.entries()) {
    for (const ring of rings) {
      let [fromX, fromY] = ring.at(-1) ?? [0, 0]
      for (const [x, y] of ring) {
        if (x !== fromX || y !== fromY) {
          const upwards = fromY < y || (fromY === y && fromX > x)
          if (upwards) raw.push(fromX, fromY, x, y)
          else raw.push(x, y, fromX, fromY)
          owners.push(polygon)
        }
        fromX = x
        fromY = y
      }
    }
  }
  return shareEqual(Float64Array.from(raw), owners)
}

function shareEqual(raw: Lines, owners: readonly number[]): Edges {
  function compare(a: number, b: number): number {
    for (let k = 0; k < 4; k++) {
      const difference = (raw[a * 4 + k] as number) - (raw[b * 4 + k] as number)
      if (difference !== 0) return difference
    }
    return 0
  }
  const order = Int32Array.from(owners, (_, edge) => edge).sort((a, b) => compare(a, b) || a - b)
  const groups: number[][] = []
  const groupIds = new Map<string, number>()
  const lines = new Float64Array(raw.length)
  const groupOf: number[] = []
  for (let start = 0; start < order.length; ) {
    const first = order[start] as number
    let end = start + 1
    while (end < order.length && compare(first, order[end] as number) === 0) end++
    const group = Array.from(order.subarray(start, end), edge => owners[edge] as number)
    const key = group.join()
    let id = groupIds.get(key)
    if (id === undefined) {
      id = groups.push(group) - 1
      groupIds.set(key, id)
    }
    for (let k = 0; k < 4; k++) lines[groupOf.length * 4 + k] = raw[first * 4 + k] as number
    groupOf.push(id)
    start = end
  }
  return { lines: lines.slice(0, groupOf.length * 4), groupOf: Int32Array.from(groupOf), groups }
}
