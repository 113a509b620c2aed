import {
  at,
  clip,
  distance,
  edges,
  type Line,
  lengthOf,
  nearestOn,
  type Point,
  samePoint,
  withCrossings,
} from './plane.ts'
import type { Street } from './streets.ts'

/** A part of one street, from cut to cut. */
export interface Stretch {
  readonly street: Street
  readonly line: Line
  /** Meters from the street's beginning. */
  readonly from: number
  readonly to: number
}

/** Meters; no stretch is cut shorter than this. */
const SHORTEST = 20

/** Meters within which a vertex is on a line. */
const TOUCH = 0.5

const nearestVertex = (line: Line, point: Point) => {
  const away = line.map(vertex => distance(vertex, point))
  return away.indexOf(Math.min(...away))
}

interface Piece {
  readonly street: Street
  readonly line: Line
}

/**
 * Streets become stretches: kept off water and parks (`open`), joined where they meet (every junction is a
 * vertex of both), cut at every boundary, and at junctions once a stretch is long enough.
 */
export function network(
  streets: readonly Street[],
  options: {
    readonly limits: readonly Line[]
    readonly barriers: readonly Line[]
    readonly open: (point: Point, street: Street) => boolean
    readonly stretch: Readonly<Record<Street['class'], number>>
    /** Streets that are cut near these points, and nowhere else. */
    readonly cutAt: Readonly<Record<string, readonly Point[]>>
  },
): Stretch[] {
  const pieces = streets.flatMap(street =>
    clip(street.line, options.barriers, point => options.open(point, street))
      .filter(line => lengthOf(line) > 70)
      .map(line => ({ street, line: line as Line })),
  )
  const others = (piece: Piece, all: readonly Piece[]) => all.filter(p => p !== piece).map(p => p.line)
  const snapped = pieces.map((piece): Piece => {
    if (!piece.street.joinsBeside) return { ...piece, line: snapEnds(piece.line, others(piece, pieces)) }
    const line = led(piece.line, others(piece, older(piece, pieces)))
    return { street: { ...piece.street, line }, line }
  })
  const trimmed = snapped.map(piece => ({
    ...piece,
    line: withoutStubs(piece.line, others(piece, snapped), piece.street.fitted ? 450 : 60),
  }))
  return trimmed.flatMap(({ street, line: alone }) => {
    const met = trimmed.map(({ line }) => line).filter(line => line !== alone)
    const line = withCrossings(withCrossings(withFeet(alone, met), met), options.limits)
    const forced = options.cutAt[street.name]?.map(point => nearestVertex(line, point))
    const mayCut = (i: number, run: number) => {
      const here = at(line, i)
      if (forced) return forced.includes(i)
      return touches(here, options.limits) || (run >= options.stretch[street.class] && touches(here, met))
    }
    return cut(street, line, mayCut)
  })
}

/** A line as stretches, each from a cut to the next. */
function cut(street: Street, line: Line, mayCut: (i: number, run: number) => boolean): Stretch[] {
  const begin = metersAlong(street.line, at(line, 0))
  const whole = lengthOf(line)
  const stretches: Stretch[] = []
  let first = 0
  let from = 0
  let gone = 0
  line.forEach((here, i) => {
    gone += distance(line[i - 1] ?? here, here)
    const last = i === line.length - 1
    const roomy = gone - from >= SHORTEST && whole - gone >= SHORTEST
    if (!last && !(roomy && mayCut(i, gone - from))) return
    if (i === 0) return
    stretches.push({ street, line: line.slice(first, i + 1), from: begin + from, to: begin + gone })
    first = i
    from = gone
  })
  return stretches
}

const touches = (point: Point, lines: readonly Line[]) =>
  lines.some(line => nearestOn(line, point).distance < TOUCH)

const nearestOf = (lines: readonly Line[], point: Point) =>
  lines.map(line => nearestOn(line, point)).sort((a, b) => a.distance - b.distance)[0]

const older = (piece: Piece, all: readonly Piece[]) =>
  all.slice(0, all.indexOf(piece)).filter(p => p.street.name !== piece.street.joinsBeside)

/** The line with its beginning extended to the nearest earlier street. */
function led(line: Line, others: readonly Line[]): Line {
  const nearest = nearestOf(others, at(line, 0))
  return nearest && nearest.distance > 1 ? [nearest.point, ...line] : line
}

/** Ends that extend less than `stub` meters beyond their last junction are cut there. */
function withoutStubs(line: Line, others: readonly Line[], stub: number): Line {
  const cutBack = (run: Line): Line => {
    let length = 0
    for (let i = 0; i < run.length - 1 && length < stub; i++) {
      const point = at(run, i)
      length += i ? distance(at(run, i - 1), point) : 0
      if (length < stub && touches(point, others)) return run.slice(i)
    }
    return run
  }
  if (samePoint(at(line, 0), at(line, -1))) return line
  const trimmed = cutBack(cutBack(withCrossings(line, others)).toReversed()).toReversed()
  return trimmed.length > 1 ? trimmed : line
}

/** Ends just short of another street are extended to it; ends that overshoot it a little remain crossings. */
function snapEnds(line: Line, others: readonly Line[]): Line {
  const lead = (end: Point): Point => {
    const nearest = nearestOf(others, end)
    return nearest && nearest.distance < 45 ? nearest.point : end
  }
  const [first, last] = [at(line, 0), at(line, -1)]
  if (samePoint(first, last)) return line
  return [lead(first), ...line.slice(1, -1), lead(last)]
}

/** The line with a vertex where the end of another touches it. */
function withFeet(line: Line, others: readonly Line[]): Line {
  const ends = others.flatMap(other => [at(other, 0), at(other, -1)])
  const out: Point[] = [at(line, 0)]
  for (const [a, b] of edges(line)) {
    const feet = ends
      .filter(end => nearestOn([a, b], end).distance < TOUCH && !samePoint(end, a) && !samePoint(end, b))
      .sort((p, q) => distance(a, p) - distance(a, q))
    for (const foot of feet) if (!samePoint(foot, at(out, -1))) out.push(foot)
    out.push(b)
  }
  return out
}

/** Meters from the beginning of a line to its nearest place to a point. */
export function metersAlong(line: Line, point: Point): number {
  let best = { away: Number.POSITIVE_INFINITY, along: 0 }
  let run = 0
  for (const [a, b] of edges(line)) {
    const near = nearestOn([a, b], point)
    if (near.distance < best.away) best = { away: near.distance, along: run + distance(a, near.point) }
    run += distance(a, b)
  }
  return best.along
}
