import type { MultiPolygonRings } from '../core/geometry.ts'
import { collectEdges } from './edges.ts'
import { memberships } from './memberships.ts'
import { type Lines, makeQuadtree, type QuadtreeCell } from './quadtree.ts'

// A point of a cell with its known set of polygons. Counting the edges crossed from there gives any other
// point's set.
interface Reference {
  readonly x: number
  readonly y: number
  readonly set: number
}

export type PreparedAreas = ReturnType<typeof prepareAreas>

export function prepareAreas(areas: readonly MultiPolygonRings[]) {
  const { lines, groupOf, groups } = collectEdges(areas)
  const sets = memberships(
    groups,
    areas.flatMap((polygons, area) => polygons.map(() => area)),
  )

  const tree = makeQuadtree<Reference>(lines, (members, cell, parent) => {
    const x = clearOfVertices(lines, members, cell)
    const y = cell.y
    if (parent === undefined) return { x, y, set: setByRay(x, y) }
    const { seed } = parent
    const set = walk(parent.members, 0, parent.members.length, seed.x, seed.y, seed.set, x, y)
    return { x, y, set: set < 0 ? ~set : set }
  })
  const nowhere = sets.areasOf(sets.none)
  const { cell } = tree
  const [minX, maxX] = [cell.x - cell.halfWidth, cell.x + cell.halfWidth]
  const [minY, maxY] = [cell.y - cell.halfHeight, cell.y + cell.halfHeight]

  function side(at: number, x: number, y: number): number {
    const ax = lines[at] as number
    const ay = lines[at + 1] as number
    return (x - ax) * ((lines[at + 3] as number) - ay) - ((lines[at + 2] as number) - ax) * (y - ay)
  }

  // Even–odd by a ray eastward, over all edges.
  function setByRay(x: number, y: number): number {
    let set = sets.none
    for (let edge = 0; edge < groupOf.length; edge++) {
      const at = edge * 4
      const straddles = (lines[at + 1] as number) <= y && y < (lines[at + 3] as number)
      if (straddles && side(at, x, y) < 0) set = sets.cross(set, groupOf[edge] as number)
    }
    return set
  }

  // The set at a point, from the reference's: along the parallel to its meridian, then along that. Both legs
  // ask `side` about the corner between them, so rounding there cancels out. The complement of the set if an
  // edge is touched.
  function walk(
    list: Int32Array,
    from: number,
    to: number,
    fromX: number,
    fromY: number,
    fromSet: number,
    x: number,
    y: number,
  ): number {
    let set = fromSet
    let affected = false
    for (let i = from; i < to; i++) {
      const edge = list[i] as number
      const at = edge * 4
      const low = lines[at + 1] as number
      const high = lines[at + 3] as number
      const level = low <= y && y <= high
      const meridian = (lines[at] as number) <= fromX !== (lines[at + 2] as number) <= fromX
      if (!level && !meridian) continue
      const corner = side(at, fromX, y) < 0
      let crossed = meridian && corner !== side(at, fromX, fromY) < 0
      if (level) {
        const own = side(at, x, y)
        if (own === 0 && touches(at, x)) affected = true
        if (y < high && own < 0 !== corner) crossed = !crossed
      }
      if (crossed) set = sets.cross(set, groupOf[edge] as number)
    }
    return affected ? ~set : set
  }

  function touches(at: number, x: number): boolean {
    const ax = lines[at] as number
    const bx = lines[at + 2] as number
    return ax < bx ? ax <= x && x <= bx : bx <= x && x <= ax
  }

  function withTouched(leaf: number, set: number, x: number, y: number): number {
    let joined = set
    const members = tree.members()
    for (let i = tree.start(leaf); i < tree.end(leaf); i++) {
      const edge = members[i] as number
      const at = edge * 4
      const level = (lines[at + 1] as number) <= y && y <= (lines[at + 3] as number)
      if (level && side(at, x, y) === 0 && touches(at, x)) joined = sets.join(joined, groupOf[edge] as number)
    }
    return joined
  }

  // By even–odd alone; the complement of the set if the point is on an edge.
  function setAt(x: number, y: number, leaf: number): number {
    const from = tree.start(leaf)
    const to = tree.end(leaf)
    const reference = tree.seed(leaf)
    if (from === to) return reference.set
    return walk(tree.members(), from, to, reference.x, reference.y, reference.set, x, y)
  }

  return {
    lines,
    tree,
    areasAt(lat: number, long: number): readonly number[] {
      if (!(long >= minX && long <= maxX && lat >= minY && lat <= maxY)) return nowhere
      const leaf = tree.leafAt(long, lat)
      const set = setAt(long, lat, leaf)
      return sets.areasOf(set < 0 ? withTouched(leaf, ~set, long, lat) : set)
    },
    isOnEdge(lat: number, long: number): boolean {
      if (!(long >= minX && long <= maxX && lat >= minY && lat <= maxY)) return false
      return setAt(long, lat, tree.leafAt(long, lat)) < 0
    },
    /** Even–odd alone: an edge belongs to the area on one of its sides. */
    areasBeside(lat: number, long: number): readonly number[] {
      if (!(long >= minX && long <= maxX && lat >= minY && lat <= maxY)) return nowhere
      const set = setAt(long, lat, tree.leafAt(long, lat))
      return sets.areasOf(set < 0 ? ~set : set)
    },
  }
}

// A meridian clear of the cell's vertices, where rounding could count an edge for its neighbor.
function clearOfVertices(lines: Lines, members: Int32Array, cell: QuadtreeCell): number {
  let best = cell.x
  let clearance = -1
  for (const share of [0.01, -0.29, 0.31, -0.57, 0.73]) {
    const x = cell.x + cell.halfWidth * share
    let gap = Number.POSITIVE_INFINITY
    for (const line of members) {
      gap = Math.min(
        gap,
        Math.abs((lines[line * 4] as number) - x),
        Math.abs((lines[line * 4 + 2] as number) - x),
      )
    }
    if (gap > clearance) {
      best = x
      clearance = gap
    }
  }
  return best
}
