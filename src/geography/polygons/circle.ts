import { metersPerDegree } from '../../core/geometry.ts'
import type { PreparedAreas } from '../areas.ts'
import type { Lines } from '../quadtree.ts'

const BESIDE_METERS = 0.01
// How far around a point on an edge the areas are looked for that meet there.
const TOUCHING_METERS = 0.1

/** Distinct sets of areas within `meters`, the point's own first. */
export function areaSetsWithin(
  areas: PreparedAreas,
  lat: number,
  long: number,
  meters: number,
): readonly (readonly number[])[] {
  const own = areas.areasAt(lat, long)
  return meters > 0 ? [...new Set([own, ...setsBesideEdges(areas, lat, long, meters)])] : [own]
}

/** For a point exactly on an edge: the sets of areas that meet there. Empty for any other. */
export function areaSetsTouching(
  areas: PreparedAreas,
  lat: number,
  long: number,
): readonly (readonly number[])[] {
  return areas.isOnEdge(lat, long) ? [...setsBesideEdges(areas, lat, long, TOUCHING_METERS)] : []
}

// Splits each edge at the circle and at crossings, and samples both sides of every part.
function setsBesideEdges(
  areas: PreparedAreas,
  lat: number,
  long: number,
  meters: number,
): ReadonlySet<readonly number[]> {
  const { lines, tree } = areas
  const scale = metersPerDegree(lat)
  const cuts = new Map<number, number[]>()
  const [reachX, reachY] = [meters / scale.long, meters / scale.lat]
  tree.visit(long - reachX, lat - reachY, long + reachX, lat + reachY, leaf => {
    const members = tree.members()
    const end = tree.end(leaf)
    for (let i = tree.start(leaf); i < end; i++) {
      const edge = members[i] as number
      const own = cutsOf(cuts, edge)
      for (let k = i + 1; k < end; k++) {
        const other = members[k] as number
        addCrossing(lines, edge * 4, other * 4, own)
        addCrossing(lines, other * 4, edge * 4, cutsOf(cuts, other))
      }
    }
  })
  const found = new Set<readonly number[]>()
  const aside = Math.min(BESIDE_METERS, meters / 10)
  for (const [edge, shares] of cuts) {
    const at = edge * 4
    const x = ((lines[at] as number) - long) * scale.long
    const y = ((lines[at + 1] as number) - lat) * scale.lat
    const dx = ((lines[at + 2] as number) - (lines[at] as number)) * scale.long
    const dy = ((lines[at + 3] as number) - (lines[at + 1] as number)) * scale.lat
    const inside = chord(x, y, dx, dy, meters)
    if (inside === undefined) continue
    const [enters, leaves] = inside
    const within = shares.filter(share => share > enters && share < leaves).sort((a, b) => a - b)
    const length = Math.hypot(dx, dy)
    let from = enters
    for (const to of [...within, leaves]) {
      const middle = (from + to) / 2
      for (const side of [-aside / length, aside / length]) {
        const east = x + dx * middle - dy * side
        const north = y + dy * middle + dx * side
        if (Math.hypot(east, north) > meters) continue
        found.add(areas.areasBeside(lat + north / scale.lat, long + east / scale.long))
      }
      from = to
    }
  }
  return found
}

function cutsOf(cuts: Map<number, number[]>, edge: number): number[] {
  const known = cuts.get(edge)
  if (known !== undefined) return known
  const fresh: number[] = []
  cuts.set(edge, fresh)
  return fresh
}

function addCrossing(lines: Lines, at: number, other: number, shares: number[]): void {
  const ax = lines[at] as number
  const ay = lines[at + 1] as number
  const dx = (lines[at + 2] as number) - ax
  const dy = (lines[at + 3] as number) - ay
  const cx = lines[other] as number
  const cy = lines[other + 1] as number
  const ex = (lines[other + 2] as number) - cx
  const ey = (lines[other + 3] as number) - cy
  const turn = dx * ey - dy * ex
  const share = ((cx - ax) * ey - (cy - ay) * ex) / turn
  if (!(share > 0 && share < 1)) return
  const theirs = ((cx - ax) * dy - (cy - ay) * dx) / turn
  if (theirs >= 0 && theirs <= 1) shares.push(share)
}

// The fractions (0–1) of a line from (x, y) along (dx, dy) between which it is in the circle around the
// origin.
function chord(x: number, y: number, dx: number, dy: number, radius: number): [number, number] | undefined {
  const a = dx * dx + dy * dy
  const b = x * dx + y * dy
  const root = b * b - a * (x * x + y * y - radius * radius)
  if (!(root > 0)) return undefined
  const enters = Math.max(0, (-b - Math.sqrt(root)) / a)
  const leaves = Math.min(1, (-b + Math.sqrt(root)) / a)
  return enters < leaves ? [enters, leaves] : undefined
}
