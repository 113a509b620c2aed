import { add, at, type Line, nearestOn, type Point, rotate, smooth } from './plane.ts'

export interface Street {
  readonly name: string
  readonly class: 'highway' | 'arterial' | 'local' | 'path'
  readonly owner?: string
  readonly line: Line
  /** It begins near an older street other than the one named here, and is extended to it. */
  readonly joinsBeside?: string
  /** Its ends are cut back to its last junctions. */
  readonly fitted?: boolean
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

/** A lane of a grid: its name, its position across, and its extent. */
export type Lane = readonly [name: string, across: number, from: number, to: number]

/** Straight streets in a rotated frame: `up` lanes run along its second axis, `over` lanes along its first. */
export function laid(frame: Frame, lanes: { readonly up: readonly Lane[]; readonly over: readonly Lane[] }) {
  const place = (a: number, b: number) => add(frame.origin, rotate([a, b], frame.degrees))
  const street = (name: string, line: Line): Street => ({ name, class: 'local', line, fitted: true })
  return [
    ...lanes.up.map(([name, a, from, to]) => street(name, [place(a, from), place(a, to)])),
    ...lanes.over.map(([name, b, from, to]) => street(name, [place(from, b), place(to, b)])),
  ]
}

/** A subdivision: a looping drive, a street through it, and dead-end courts. */
export function loop(options: {
  readonly center: Point
  readonly size: readonly [width: number, height: number]
  readonly degrees: number
  readonly drive: string
  /** The street through the loop, longer on the side where it meets the street network. */
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
