import {
  add,
  at,
  clip,
  distance,
  edges,
  type Line,
  lengthOf,
  nearestOn,
  type Point,
  rotate,
  samePoint,
  smooth,
  withCrossings,
} from './plane.ts'

export interface Street {
  readonly name: string
  readonly class: 'highway' | 'arterial' | 'local' | 'path'
  readonly owner?: string
  readonly line: Line
  /** It begins near an older street other than the one named here, and is led on to it. */
  readonly joinsBeside?: string
  /** Its ends are cut back to its last junctions. */
  readonly fitted?: boolean
}

/** A stretch of one street, from cut to cut. */
export interface Stretch {
  readonly street: Street
  readonly line: Line
  /** Metres from the street's beginning. */
  readonly from: number
  readonly to: number
}

/** A road drawn by hand through a few points. */
export const road = (
  name: string,
  kind: Street['class'],
  owner: string | undefined,
  points: Line,
): Street => ({ name, class: kind, ...(owner && { owner }), line: smooth(points, 220) })

interface Frame {
  readonly origin: Point
  readonly degrees: number
}

/** A lane of a grid: its name, where it lies across, and how far it runs. */
export type Lane = readonly [name: string, across: number, from: number, to: number]

/** Straight streets in a turned frame: `up` lanes run along its second axis, `over` lanes along its first. */
export function laid(frame: Frame, lanes: { readonly up: readonly Lane[]; readonly over: readonly Lane[] }) {
  const place = (a: number, b: number) => add(frame.origin, rotate([a, b], frame.degrees))
  const street = (name: string, line: Line): Street => ({ name, class: 'local', line, fitted: true })
  return [
    ...lanes.up.map(([name, a, from, to]) => street(name, [place(a, from), place(a, to)])),
    ...lanes.over.map(([name, b, from, to]) => street(name, [place(from, b), place(to, b)])),
  ]
}

/** A subdivision: a looping drive, a street through it, and courts that end blind. */
export function loop(options: {
  readonly center: Point
  readonly size: readonly [width: number, height: number]
  readonly degrees: number
  readonly drive: string
  /** The street through the loop, longer than it on the side where it meets the world. */
  readonly through: string
  readonly reach: number
  readonly courts: readonly string[]
  readonly chance: () => number
}): Street[] {
  const { center, size, degrees, chance } = options
  const place = (x: number, y: number) => add(center, rotate([(x * size[0]) / 2, (y * size[1]) / 2], degrees))
  const wobble = () => 0.9 + 0.2 * chance()
  const around: Point[] = Array.from({ length: 9 }, (_, i) => {
    const angle = (i / 9) * 2 * Math.PI
    const squared = 1 / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))) ** 0.6
    return place(Math.cos(angle) * squared * wobble(), Math.sin(angle) * squared * wobble())
  })
  const first = at(around, 0)
  const drive = smooth([...around, first, at(around, 1)], 70)
  const closed = drive.slice(0, drive.lastIndexOf(first) + 1)
  const bend = 0.25 * (chance() - 0.5)
  const through = smooth(
    [
      place(-1 - options.reach / (size[0] / 2), bend / 2),
      place(-0.4, bend),
      place(0.3, -bend),
      place(0.98, 0),
    ],
    90,
  )
  const courts = options.courts.map((name, i): Street => {
    const foot = nearestOn(
      i % 2 ? through : closed,
      place(chance() * 1.2 - 0.6, i % 4 < 2 ? 0.95 : -0.95),
    ).point
    const inward = Math.atan2(center[1] - foot[1], center[0] - foot[0])
    const turn = i % 2 ? (i % 4 < 2 ? 1 : -1) * (Math.PI / 2) : chance() - 0.5
    const heading = i % 2 ? (degrees * Math.PI) / 180 + turn : inward + turn * 0.6
    const reach = Math.min(size[0], size[1]) * (0.2 + 0.12 * chance())
    const end: Point = [foot[0] + reach * Math.cos(heading), foot[1] + reach * Math.sin(heading)]
    const middle: Point = [
      (foot[0] + end[0]) / 2 + 18 * Math.cos(heading + 1.5),
      (foot[1] + end[1]) / 2 + 18 * Math.sin(heading + 1.5),
    ]
    return { name, class: 'local', line: smooth([foot, middle, end], 50) }
  })
  return [
    { name: options.drive, class: 'local', line: closed },
    { name: options.through, class: 'local', line: through, joinsBeside: options.drive },
    ...courts,
  ]
}

/** Metres; no stretch is cut shorter than this. */
const SHORTEST = 20

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
 * vertex of both), cut at every limit, and at junctions once a stretch is long enough.
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
  return trimmed.flatMap(piece => {
    const met = others(piece, trimmed)
    const joined = withCrossings(withFeet(piece.line, met), met)
    const junction = (point: Point) => met.some(other => nearestOn(other, point).distance < 0.6)
    const line = withCrossings(joined, options.limits)
    const limit = (point: Point) => options.limits.some(ring => nearestOn(ring, point).distance < 0.3)
    const forced = options.cutAt[piece.street.name]?.map(point => nearestVertex(line, point))
    const whole = lengthOf(line)
    const cuts = [0]
    let run = 0
    let gone = 0
    for (let i = 1; i < line.length - 1; i++) {
      const [before, here] = [at(line, i - 1), at(line, i)]
      run += distance(before, here)
      gone += distance(before, here)
      const cut = forced
        ? forced.includes(i)
        : limit(here) || (run >= options.stretch[piece.street.class] && junction(here))
      if (!cut || run < SHORTEST || whole - gone < SHORTEST) continue
      cuts.push(i)
      run = 0
    }
    cuts.push(line.length - 1)
    let from = metresAlong(piece.street.line, at(line, 0))
    return cuts.slice(1).map((end, k): Stretch => {
      const stretch = line.slice(at(cuts, k), end + 1)
      const to = from + lengthOf(stretch)
      const numbered = { street: piece.street, line: stretch, from, to }
      from = to
      return numbered
    })
  })
}

const older = (piece: Piece, all: readonly Piece[]) =>
  all.slice(0, all.indexOf(piece)).filter(p => p.street.name !== piece.street.joinsBeside)

/** Its beginning led on to the nearest street that was there before. */
function led(line: Line, others: readonly Line[]): Line {
  const begin = at(line, 0)
  const feet = others.map(other => nearestOn(other, begin))
  const [nearest] = feet.sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance > 1 ? [nearest.point, ...line] : line
}

/** Ends that run on less than `stub` metres beyond their last junction are cut there. */
function withoutStubs(line: Line, others: readonly Line[], stub: number): Line {
  const cut = (run: Line): Line => {
    let length = 0
    for (let i = 0; i < run.length - 1 && length < stub; i++) {
      const point = at(run, i)
      length += i ? distance(at(run, i - 1), point) : 0
      if (length < stub && others.some(other => nearestOn(other, point).distance < 0.6)) return run.slice(i)
    }
    return run
  }
  if (samePoint(at(line, 0), at(line, -1))) return line
  const trimmed = cut(cut(withCrossings(line, others)).toReversed()).toReversed()
  return trimmed.length > 1 ? trimmed : line
}

/** Ends that stop just short of another street are led onto it; ends that overshoot it a little stay crossings. */
function snapEnds(line: Line, others: readonly Line[]): Line {
  const lead = (end: Point): Point => {
    let best = { point: end, distance: 45 }
    for (const other of others) {
      const near = nearestOn(other, end)
      if (near.distance < best.distance) best = near
    }
    return best.point
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
      .filter(end => nearestOn([a, b], end).distance < 0.5 && !samePoint(end, a) && !samePoint(end, b))
      .sort((p, q) => distance(a, p) - distance(a, q))
    for (const foot of feet) if (!samePoint(foot, at(out, -1))) out.push(foot)
    out.push(b)
  }
  return out
}

/** Metres from the beginning of a line to the place on it nearest to a point. */
export function metresAlong(line: Line, point: Point): number {
  let best = { away: Number.POSITIVE_INFINITY, along: 0 }
  let run = 0
  for (const [a, b] of edges(line)) {
    const near = nearestOn([a, b], point)
    if (near.distance < best.away) best = { away: near.distance, along: run + distance(a, near.point) }
    run += distance(a, b)
  }
  return best.along
}
