/** Line pieces, four numbers each: x and y of both ends. */
export type Lines = Float64Array

export interface QuadtreeCell {
  readonly x: number
  readonly y: number
  readonly halfWidth: number
  readonly halfHeight: number
}

/** A leaf lists all lines that meet its cell, border included, so they alone decide between its points. */
export interface Quadtree<Seed> {
  readonly cell: QuadtreeCell
  /** Lines of a leaf are `members()[start(leaf)]` up to `members()[end(leaf)]`, as indices. Valid until the next cell is split. */
  members(): Int32Array
  start(leaf: number): number
  end(leaf: number): number
  seed(leaf: number): Seed
  /** The point must be within `cell`. */
  leafAt(x: number, y: number): number
  visit(minX: number, minY: number, maxX: number, maxY: number, leaf: (index: number) => void): void
}

const LINES_PER_LEAF = 6
// Parallel lines fill two quarters however often they are split: after this many times, the cell stays a
// leaf.
const FUTILE_SPLITS = 3
const QUARTERS = [0, 1, 2, 3]

// Of each node, in `nodes`: its first of four children, LEAF, or 0 while nobody has asked; then the range of its
// members, and how often it was split in vain.
const STRIDE = 4
const [LINK, START, END, FUTILE] = [0, 1, 2, 3]
const LEAF = -1

/**
 * A cell is split when it is first asked about: a process that answers a few questions about a large region prepares
 * little of it. `seed` is called for every cell, parents first.
 */
export function makeQuadtree<Seed>(
  lines: Lines,
  seed: (members: Int32Array, cell: QuadtreeCell, parent?: { members: Int32Array; seed: Seed }) => Seed,
): Quadtree<Seed> {
  const slack = 1e-12 * lines.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  const root = cellAround(lines, slack)
  const deepest = 6 + Math.ceil(Math.log2(lines.length + 1) / 2)
  let nodes = new Int32Array(64 * STRIDE)
  let nodeCount = 1
  let members = Int32Array.from({ length: lines.length / 4 }, (_, line) => line)
  let memberCount = members.length
  nodes[END] = memberCount
  const seeds: Seed[] = [seed(members, root)]

  function addNode(within: Int32Array, own: Seed, futile: number): void {
    nodes = withRoom(nodes, (nodeCount + 1) * STRIDE)
    members = withRoom(members, memberCount + within.length)
    members.set(within, memberCount)
    const at = nodeCount * STRIDE
    nodes[at + START] = memberCount
    nodes[at + END] = memberCount + within.length
    nodes[at + FUTILE] = futile
    seeds[nodeCount] = own
    nodeCount++
    memberCount += within.length
  }

  /** Returns the first child of a node, or LEAF. */
  function split(node: number, cell: QuadtreeCell, depth: number): number {
    const at = node * STRIDE
    const inside = members.subarray(nodes[at + START], nodes[at + END])
    const futile = nodes[at + FUTILE] as number
    if (inside.length <= LINES_PER_LEAF || depth === deepest || futile > FUTILE_SPLITS) {
      nodes[at + LINK] = LEAF
      return LEAF
    }
    const parts = QUARTERS.map(quarter => {
      const part = quarterOf(cell, quarter)
      return { part, within: inside.filter(line => meets(lines, line * 4, part, slack)) }
    })
    const full = parts.filter(({ within }) => within.length === inside.length).length
    const parent = { members: inside, seed: seeds[node] as Seed }
    const first = nodeCount
    for (const { part, within } of parts)
      addNode(within, seed(within, part, parent), full > 1 ? futile + 1 : 0)
    nodes[at + LINK] = first
    return first
  }

  function leafAt(x: number, y: number): number {
    let centerX = root.x
    let centerY = root.y
    let halfWidth = root.halfWidth
    let halfHeight = root.halfHeight
    let node = 0
    for (let depth = 0; ; depth++) {
      let link = nodes[node * STRIDE + LINK] as number
      if (link === 0) link = split(node, { x: centerX, y: centerY, halfWidth, halfHeight }, depth)
      if (link === LEAF) return node
      node = link
      halfWidth *= 0.5
      halfHeight *= 0.5
      if (x < centerX) {
        centerX -= halfWidth
      } else {
        centerX += halfWidth
        node += 1
      }
      if (y < centerY) {
        centerY -= halfHeight
      } else {
        centerY += halfHeight
        node += 2
      }
    }
  }

  function visit(
    minX: number,
    minY: number,
    maxX: number,
    maxY: number,
    leaf: (index: number) => void,
  ): void {
    function descend(node: number, cell: QuadtreeCell, depth: number): void {
      if (cell.x - cell.halfWidth > maxX || cell.x + cell.halfWidth < minX) return
      if (cell.y - cell.halfHeight > maxY || cell.y + cell.halfHeight < minY) return
      const known = nodes[node * STRIDE + LINK] as number
      const link = known === 0 ? split(node, cell, depth) : known
      if (link === LEAF) leaf(node)
      else for (const quarter of QUARTERS) descend(link + quarter, quarterOf(cell, quarter), depth + 1)
    }
    descend(0, root, 0)
  }

  return {
    cell: root,
    members: () => members,
    start: leaf => nodes[leaf * STRIDE + START] as number,
    end: leaf => nodes[leaf * STRIDE + END] as number,
    seed: leaf => seeds[leaf] as Seed,
    leafAt,
    visit,
  }
}

function withRoom(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array
  const larger = new Int32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
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
