/** Plane geometry for drawing places: points are `[x, y]` in meters, east and north of an origin. */
export type Point = readonly [x: number, y: number]
export type Line = readonly Point[]

export const add = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]]
export const scale = (a: Point, by: number): Point => [a[0] * by, a[1] * by]
export const between = (a: Point, b: Point, t: number): Point => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
]
export const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1])
export const samePoint = (a: Point, b: Point) => distance(a, b) < 0.5

export function rotate([x, y]: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)]
}

export const lengthOf = (line: Line) =>
  line.reduce((sum, point, i) => sum + distance(point, line[i - 1] ?? point), 0)

export function pointAlong(line: Line, fraction: number): Point {
  let left = lengthOf(line) * fraction
  for (const [a, b] of edges(line)) {
    const length = distance(a, b)
    if (left <= length) return between(a, b, length ? left / length : 0)
    left -= length
  }
  return at(line, line.length - 1)
}

export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index)
  if (item === undefined) throw new RangeError(`nothing at ${index} of ${items.length}`)
  return item
}

export function* edges(line: Line): Generator<[Point, Point]> {
  for (let i = 1; i < line.length; i++) yield [at(line, i - 1), at(line, i)]
}

/** A curve through the given points (Catmull–Rom), with a vertex about every `step` meters. */
export function smooth(points: Line, step = 160): Line {
  const out: Point[] = [at(points, 0)]
  for (let i = 1; i < points.length; i++) {
    const [p1, p2] = [at(points, i - 1), at(points, i)]
    const [p0, p3] = [points[i - 2] ?? p1, points[i + 1] ?? p2]
    const pieces = Math.max(1, Math.round(distance(p1, p2) / step))
    for (let k = 1; k < pieces; k++) {
      const t = k / pieces
      const mix = (a: number, b: number, c: number, d: number) =>
        0.5 *
        (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
      out.push([mix(p0[0], p1[0], p2[0], p3[0]), mix(p0[1], p1[1], p2[1], p3[1])])
    }
    out.push(p2)
  }
  return out
}

/** A closed smooth outline; the first point is repeated at the end. */
export function smoothRing(points: Line, step = 160): Line {
  const first = at(points, 0)
  const curve = smooth([...points.slice(-2), ...points, ...points.slice(0, 3)], step)
  return curve.slice(curve.indexOf(first), curve.lastIndexOf(first) + 1)
}

/** The line moved to its left by `by(fraction)` meters. */
export function offset(line: Line, by: (fraction: number) => number): Line {
  return line.map((point, i) => {
    const before = line[i - 1] ?? point
    const after = line[i + 1] ?? point
    const length = distance(before, after)
    const normal: Point = [-(after[1] - before[1]) / length, (after[0] - before[0]) / length]
    return add(point, scale(normal, by(i / (line.length - 1))))
  })
}

/** A polygon along a line, `width(fraction)` meters wide. */
export function ribbon(line: Line, width: (fraction: number) => number): Line {
  const left = offset(line, f => width(f) / 2)
  const right = offset(line, f => -width(f) / 2)
  return close([...left, ...right.toReversed()])
}

export const close = (ring: Line): Line =>
  samePoint(at(ring, 0), at(ring, -1)) ? ring : [...ring, at(ring, 0)]

export const rectangle = (center: Point, width: number, height: number, degrees = 0): Line =>
  close(
    (
      [
        [-width / 2, -height / 2],
        [width / 2, -height / 2],
        [width / 2, height / 2],
        [-width / 2, height / 2],
      ] as const
    ).map(corner => add(center, rotate(corner, degrees))),
  )

export function inside([x, y]: Point, ring: Line): boolean {
  let within = false
  for (const [a, b] of edges(ring))
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) within = !within
  return within
}

/** Where two edges meet: fractions along each, or undefined. */
function crossing([a, b]: [Point, Point], [c, d]: [Point, Point]): { t: number; u: number } | undefined {
  const det = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
  if (Math.abs(det) < 1e-9) return
  const t = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / det
  const u = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / det
  const slack = 1e-9
  return t < -slack || t > 1 + slack || u < -slack || u > 1 + slack ? undefined : { t, u }
}

const apart = ([a, b]: [Point, Point], [c, d]: [Point, Point]) =>
  Math.max(a[0], b[0]) < Math.min(c[0], d[0]) ||
  Math.max(c[0], d[0]) < Math.min(a[0], b[0]) ||
  Math.max(a[1], b[1]) < Math.min(c[1], d[1]) ||
  Math.max(c[1], d[1]) < Math.min(a[1], b[1])

/** The line with a vertex wherever it crosses one of the others. */
export function withCrossings(line: Line, others: Iterable<Line>): Line {
  const list = [...others].map(other => [...edges(other)])
  const out: Point[] = [at(line, 0)]
  for (const edge of edges(line)) {
    const hits: number[] = []
    for (const other of list)
      for (const against of other) {
        const hit = apart(edge, against) ? undefined : crossing(edge, against)
        if (hit) hits.push(hit.t)
      }
    for (const t of hits.sort((a, b) => a - b)) {
      const point = between(edge[0], edge[1], t)
      if (!samePoint(point, at(out, -1)) && !samePoint(point, edge[1])) out.push(point)
    }
    out.push(edge[1])
  }
  return out
}

/** The pieces of a line for which `keep` holds at the middle of every edge, cut at the given rings. */
export function clip(line: Line, rings: readonly Line[], keep: (point: Point) => boolean): Point[][] {
  const pieces: Point[][] = []
  let open = false
  for (const [a, b] of edges(withCrossings(line, rings))) {
    const kept = keep(between(a, b, 0.5))
    if (kept && open) pieces.at(-1)?.push(b)
    else if (kept) pieces.push([a, b])
    open = kept
  }
  return pieces
}

export function nearestOn(line: Line, point: Point): { point: Point; distance: number } {
  let best = { point: at(line, 0), distance: Number.POSITIVE_INFINITY }
  for (const [a, b] of edges(line)) {
    const length2 = distance(a, b) ** 2 || 1
    const t = ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length2
    const foot = between(a, b, Math.max(0, Math.min(1, t)))
    const away = distance(foot, point)
    if (away < best.distance) best = { point: foot, distance: away }
  }
  return best
}

/** Numbers in [0, 1) that are the same on every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
