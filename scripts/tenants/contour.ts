import { at, edges, inside, type Line, nearestOn, type Point, samePoint } from './plane.ts'

/** Outlines of the land within `reach` meters of the lines (marching squares on a grid of `step` meters). */
export function outlinesAround(lines: readonly Line[], reach: number, step: number): Line[][] {
  const height = new Map<string, number>()
  const key = (i: number, j: number) => `${i},${j}`
  for (const edge of lines.flatMap(line => [...edges(line)])) {
    const [a, b] = edge
    const pad = reach + 2 * step
    for (let i = Math.floor((Math.min(a[0], b[0]) - pad) / step); i * step <= Math.max(a[0], b[0]) + pad; i++)
      for (
        let j = Math.floor((Math.min(a[1], b[1]) - pad) / step);
        j * step <= Math.max(a[1], b[1]) + pad;
        j++
      ) {
        const level = reach - nearestOn(edge, [i * step, j * step]).distance
        height.set(key(i, j), Math.max(level, height.get(key(i, j)) ?? Number.NEGATIVE_INFINITY))
      }
  }
  const level = (i: number, j: number) => height.get(key(i, j)) ?? -reach

  const follows = new Map<string, Point>()
  const point = new Map<string, Point>()
  const spot = (p: Point) => p.map(x => x.toFixed(3)).join()
  for (const cell of height.keys()) {
    const [i = 0, j = 0] = cell.split(',').map(Number)
    const corners = [
      [i, j],
      [i + 1, j],
      [i + 1, j + 1],
      [i, j + 1],
    ] as const
    const crossings = corners.flatMap((corner, k) => {
      const next = at(corners, (k + 1) % 4)
      const [from, to] = [level(...corner), level(...next)]
      if (from > 0 === to > 0) return []
      const t = from / (from - to)
      const where: Point = [
        step * (corner[0] + t * (next[0] - corner[0])),
        step * (corner[1] + t * (next[1] - corner[1])),
      ]
      return [{ where, leaves: from > 0 }]
    })
    /* Counterclockwise around the cell, land ends at one crossing and begins again at the next. */
    crossings.forEach((crossing, k) => {
      if (!crossing.leaves) return
      const end = at(crossings, (k + 1) % crossings.length).where
      if (samePointExactly(crossing.where, end)) return
      follows.set(spot(crossing.where), end)
      point.set(spot(crossing.where), crossing.where)
    })
  }

  const rings: Line[] = []
  while (point.size) {
    const ring: Point[] = []
    let here: Point | undefined = at([...point.values()], 0)
    while (here && point.delete(spot(here))) {
      ring.push(here)
      here = follows.get(spot(here))
    }
    rings.push([...ring, at(ring, 0)])
  }
  const outer = rings.filter(ring => signedArea(ring) > 0)
  return outer.map(ring => [ring, ...rings.filter(hole => signedArea(hole) < 0 && inside(at(hole, 0), ring))])
}

const samePointExactly = (a: Point, b: Point) => samePoint(a, b) && a[0] === b[0] && a[1] === b[1]

export function signedArea(ring: Line): number {
  let twice = 0
  for (const [a, b] of edges(ring)) twice += a[0] * b[1] - b[0] * a[1]
  return twice / 2
}
