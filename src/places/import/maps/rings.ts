import type { Geometry, Position } from '../table.ts'

type Ring = readonly Position[]

/**
 * A shapefile tells outer rings from holes by the way they run. Where that puts a hole outside its polygon, its maker
 * had them run the other way: then a ring inside an odd number of others is a hole, and all others are outer rings.
 * Undefined where nothing is wrong.
 */
export function rearranged(geometry: Geometry): Geometry | undefined {
  if (geometry.type !== 'MultiPolygon') return undefined
  const isRight = geometry.coordinates.every(([outer = [], ...holes]) =>
    holes.every(hole => isRingInside(hole, outer)),
  )
  if (isRight) return undefined
  const rings = geometry.coordinates.flat().map(ring => ({ ring, box: boxOf(ring) }))
  const around = rings.map(({ ring, box }, i) =>
    rings.flatMap((other, at) =>
      at !== i && isBoxInside(box, other.box) && isRingInside(ring, other.ring) ? [at] : [],
    ),
  )
  const polygons = new Map<number, Ring[]>()
  for (const [i, { ring }] of rings.entries()) if (depthOf(around, i) % 2 === 0) polygons.set(i, [ring])
  for (const [i, { ring }] of rings.entries()) {
    if (depthOf(around, i) % 2 === 0) continue
    const outer = around[i]?.find(at => depthOf(around, at) === depthOf(around, i) - 1)
    if (outer !== undefined) polygons.get(outer)?.push(ring)
  }
  return { type: 'MultiPolygon', coordinates: [...polygons.values()] }
}

function depthOf(around: readonly (readonly number[])[], i: number): number {
  return around[i]?.length ?? 0
}

// Rings of one shape do not cross, so that one position that is on no edge decides.
function isRingInside(ring: Ring, outer: Ring): boolean {
  const edge = new Set(outer.map(String))
  const inner = ring.find(position => !edge.has(String(position)))
  if (inner === undefined) return false
  const [x, y] = inner
  let isInside = false
  for (const [i, [x2, y2]] of outer.entries()) {
    const [x1, y1] = outer[i - 1] ?? outer.at(-1) ?? [x2, y2]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside
  }
  return isInside
}

type Box = readonly [number, number, number, number]

function boxOf(ring: Ring): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of ring) {
    west = Math.min(west, x)
    south = Math.min(south, y)
    east = Math.max(east, x)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}

function isBoxInside(a: Box, b: Box): boolean {
  return a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3]
}
