/** Line pieces, four numbers each: x and y of both ends. */
export type Lines = Float64Array

export interface QuadtreeCell {
  readonly x: number
  readonly y: number
  readonly halfWidth: number
  readonly halfHeight: number
}

/** A leaf lists all lines that meet its cell, border included, so they alone decide between its points. */
export interface Quadtree {
  readonly cell: QuadtreeCell
  /** Lines of leaf `i` are `members[starts[i]]` up to `members[starts[i + 1]]`, as indices. */
  readonly starts: Int32Array
  readonly members: Int32Array
  /** The point must be within `cell`. */
  leafAt(x: number, y: number): number
  visit(minX: number, minY: number, maxX: number, maxY: number, leaf: (index: number) => void): void
}

const LINES_PER_LEAF = 6
// Parallel lines fill two quarters however often they are split: after this many times, the cell stays a
// leaf.
const FUTILE_SPLITS = 3
const QUARTERS = [0, 1, 2, 3]

/** `seed` is called for every cell, parents first. Returns the leaves' seeds in leaf order. */
export function buildQuadtree<Seed>(
  lines: Lines,
  seed: (members: Int32Array, cell: QuadtreeCell, parent?: { members: Int32Array; seed: Seed }) => Seed,
): { tree: Quadtree; seeds: Seed[] } {
  const slack = 1e-12 * lines.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  const root = cellAround(lines, slack)
  const deepest = 6 + Math.ceil(Math.log2(lines.length + 1) / 2)
  const links: number[] = [0]
  const starts: number[] = [0]
  const members: number[] = []
  const seeds: Seed[] = []

  function grow(
    node: number,
    cell: QuadtreeCell,
    inside: Int32Array,
    own: Seed,
    depth: number,
    futile: number,
  ): void {
    if (inside.length <= LINES_PER_LEAF || depth === deepest || futile > FUTILE_SPLITS) {
      links[node] = ~seeds.length
      seeds.push(own)
      for (const line of inside) members.push(line)
      starts.push(members.length)
      return
    }
    const first = links.length
    links[node] = first
    links.push(0, 0, 0, 0)
    const parts = QUARTERS.map(quarter => {
      const part = quarterOf(cell, quarter)
      return { part, within: inside.filter(line => meets(lines, line * 4, part, slack)) }
    })
    const full = parts.filter(({ within }) => within.length === inside.length).length
    for (const [quarter, { part, within }] of parts.entries()) {
      const planted = seed(within, part, { members: inside, seed: own })
      grow(first + quarter, part, within, planted, depth + 1, full > 1 ? futile + 1 : 0)
    }
  }

  const all = Int32Array.from({ length: lines.length / 4 }, (_, line) => line)
  grow(0, root, all, seed(all, root), 0, 0)
  return {
    tree: quadtree(root, Int32Array.from(links), Int32Array.from(starts), Int32Array.from(members)),
    seeds,
  }
}

// `links[node]` is its first of four children, or the complement of its leaf's index.
function quadtree(root: QuadtreeCell, links: Int32Array, starts: Int32Array, members: Int32Array): Quadtree {
  function leafAt(x: number, y: number): number {
    let centerX = root.x
    let centerY = root.y
    let halfWidth = root.halfWidth
    let halfHeight = root.halfHeight
    let link = links[0] as number
    while (link >= 0) {
      halfWidth *= 0.5
      halfHeight *= 0.5
      if (x < centerX) {
        centerX -= halfWidth
      } else {
        centerX += halfWidth
        link += 1
      }
      if (y < centerY) {
        centerY -= halfHeight
      } else {
        centerY += halfHeight
        link += 2
      }
      link = links[link] as number
    }
    return ~link
  }

  function visit(
    minX: number,
    minY: number,
    maxX: number,
    maxY: number,
    leaf: (index: number) => void,
  ): void {
    function descend(node: number, cell: QuadtreeCell): void {
      if (cell.x - cell.halfWidth > maxX || cell.x + cell.halfWidth < minX) return
      if (cell.y - cell.halfHeight > maxY || cell.y + cell.halfHeight < minY) return
      const link = links[node] as number
      if (link < 0) leaf(~link)
      else for (const quarter of QUARTERS) descend(link + quarter, quarterOf(cell, quarter))
    }
    descend(0, root)
  }

  return { cell: root, starts, members, leafAt, visit }
}

function quarterOf(cell: QuadtreeCell, quarter: number): QuadtreeCell {
  const halfWidth = cell.halfWidth * 0.5
  const halfHeight = cell.halfHeight * 0.5
  return {
    x: (quarter & 1) === 0 ? cell.x - halfWidth : cell.x + halfWidth,
    y: (quarter & 2) === 0 ? cell.y - halfHeight : cell.y + halfHeight,
    halfWidth,
    halfHeight,
  }
}

function cellAround(lines: Lines, slack: number): QuadtreeCell {
  let minX = Number.POSITIVE_INFINITY
  let minY = Number.POSITIVE_INFINITY
  let maxX = Number.NEGATIVE_INFINITY
  let maxY = Number.NEGATIVE_INFINITY
  for (let i = 0; i < lines.length; i += 2) {
    minX = Math.min(minX, lines[i] as number)
    maxX = Math.max(maxX, lines[i] as number)
    minY = Math.min(minY, lines[i + 1] as number)
    maxY = Math.max(maxY, lines[i + 1] as number)
  }
  const halfWidth = (maxX - minX) / 2 + slack
  const halfHeight = (maxY - minY) / 2 + slack
  return { x: (minX + maxX) / 2, y: (minY + maxY) / 2, halfWidth, halfHeight }
}

// Separating axes of a rectangle and a line piece; `slack` keeps rounding on the safe side.
function meets(lines: Lines, at: number, cell: QuadtreeCell, slack: number): boolean {
  const ax = (lines[at] as number) - cell.x
  const ay = (lines[at + 1] as number) - cell.y
  const bx = (lines[at + 2] as number) - cell.x
  const by = (lines[at + 3] as number) - cell.y
  const halfWidth = cell.halfWidth + slack
  const halfHeight = cell.halfHeight + slack
  if (Math.min(ax, bx) > halfWidth || Math.max(ax, bx) < -halfWidth) return false
  if (Math.min(ay, by) > halfHeight || Math.max(ay, by) < -halfHeight) return false
  return Math.abs(ax * by - ay * bx) <= halfWidth * Math.abs(by - ay) + halfHeight * Math.abs(bx - ax)
}
