import { type Geom, union } from 'polyclip-ts'
import { outlinesAround, signedArea } from '../contour.ts'
import type { Stretch } from '../network.ts'
import {
  add,
  at,
  distance,
  type Line,
  lengthOf,
  type Point,
  rectangle,
  ribbon,
  rotate,
  seeded,
  smooth,
  smoothRing,
} from '../plane.ts'
import { brooks, creek, grid, lake, ponds, river, riverWidth, shore } from './ground.ts'

/** Features for the map only, and the green areas that streets go around. */

const chance = seeded(9)

const patch = (center: Point, width: number, height: number, degrees = 0): Line => {
  const angle = (degrees * Math.PI) / 180
  return smoothRing(
    Array.from({ length: 9 }, (_, i): Point => {
      const turn = (i / 9) * 2 * Math.PI
      const reach = 0.72 + 0.5 * chance()
      const [x, y] = [(Math.cos(turn) * width * reach) / 2, (Math.sin(turn) * height * reach) / 2]
      return [
        center[0] + x * Math.cos(angle) - y * Math.sin(angle),
        center[1] + x * Math.sin(angle) + y * Math.cos(angle),
      ]
    }),
    220,
  )
}

const quarter = (a0: number, b0: number, a1: number, b1: number): Line => [
  grid(a0, b0),
  grid(a1, b0),
  grid(a1, b1),
  grid(a0, b1),
  grid(a0, b0),
]

/** Parks, by name. Streets stop at those of `greens` and pass through the others. */
export const greens: Readonly<Record<string, Line>> = {
  'Harbor Green': quarter(2620, 2260, 2970, 2540),
  'Founders Park': quarter(840, 1760, 1380, 2120),
  'Rosedale Playground': quarter(720, 345, 960, 560),
  'Old Mill Park': rectangle([4640, 1010], 210, 200, -22),
  'Hollis Common': rectangle([-1762, -746], 400, 200, 20),
  'Bellevue Park': [grid(-790, 2560), grid(-330, 2560), grid(-330, 3240), grid(-790, 3240), grid(-790, 2560)],
  'Larkfield Green': rectangle([-8698, -4517], 270, 300, 4),
  'Harborview Square': rectangle([9290, 5420], 170, 190, -10),
}
export const parks: Readonly<Record<string, Line>> = {
  ...greens,
  'Lakeside County Park': smoothRing([
    [-8100, 1100],
    [-7700, 600],
    [-7300, 1000],
    [-7350, 1800],
    [-7800, 2200],
    [-8300, 2050],
  ]),
  'Gull Point Beach': smoothRing(
    [
      [9900, 4980],
      [10250, 5450],
      [10400, 5960],
      [10050, 6250],
      [10050, 5700],
      [9800, 5300],
    ],
    120,
  ),
  'Kettle Hill Woods': patch(grid(1950, 780), 460, 360),
  'Riverbend Park': smoothRing(
    [
      [-3750, 1750],
      [-2900, 1500],
      [-2000, 1840],
      [-1900, 1960],
      [-2900, 1640],
      [-3720, 2050],
    ],
    160,
  ),
  'Quill Meadows Golf Course': patch([1150, -4600], 900, 700, 30),
  'Beech Hill County Park': patch([5900, 6000], 900, 700, 20),
  'Salt Marsh Preserve': patch([7220, -8780], 480, 640, 20),
  'South Beach': smoothRing(
    [
      [7350, -3900],
      [7600, -3880],
      [7570, -3100],
      [7860, -2150],
      [7680, -2050],
      [7400, -3000],
    ],
    160,
  ),
}

const stands: readonly (readonly [Point, number, number, number?])[] = [
  [[-10800, -2200], 1500, 1500],
  [[-10600, 7400], 2200, 1100, -15],
  [[-8200, 8200], 1600, 1000, -10],
  [[-7900, 5000], 1900, 900, -30],
  [[-4900, 7700], 1900, 2600, 10],
  [[-2500, 7600], 2300, 1900, 80],
  [[-700, 4500], 1100, 1100],
  [[1000, 8200], 1300, 1700],
  [[3100, 6300], 1000, 1900, 15],
  [[5600, 7300], 1700, 1000, 10],
  [[7500, 9000], 1500, 700],
  [[6600, 4700], 1400, 800, 30],
  [[-5900, 300], 900, 1700, 20],
  [[-9300, 300], 1600, 600, 20],
  [[-6300, -6300], 1700, 900, -20],
  [[-10400, -6500], 1300, 1700, 30],
  [[-7000, -8400], 1500, 800],
  [[-4200, -8100], 1500, 1500],
  [[-3700, -5400], 1100, 1500, 30],
  [[-1300, -5000], 1500, 900, 20],
  [[-600, -8600], 1900, 700],
  [[4100, -5700], 800, 1400],
  [[5300, -6700], 1000, 1500, 10],
  [[7600, -6700], 1200, 1100, 20],
  [[3700, -8800], 1000, 700],
]

export const woods = (): Line[][] =>
  outlinesAround(
    stands.flatMap(([center, width, height, degrees = 0]) =>
      Array.from({ length: 6 }, (): Line => {
        const end = (): Point => {
          const turn = 2 * Math.PI * chance()
          const reach = Math.sqrt(chance()) / 2
          return add(
            center,
            rotate([width * reach * Math.cos(turn), height * reach * Math.sin(turn)], degrees),
          )
        }
        return [end(), end(), end()]
      }),
    ),
    190,
    110,
  ).map(rings =>
    rings.filter((ring, i) => i === 0 || -signedArea(ring) > 60_000).map(ring => simplified(ring, 16)),
  )

export const rail = smooth(
  [
    [-700, -11000],
    [-500, -9000],
    [-300, -7200],
    [-450, -5200],
    [-50, -3400],
    [350, -1800],
    [1000, -400],
    [1850, 800],
    [2600, 2100],
    [3150, 3600],
    [3000, 5200],
    [3300, 7000],
    [2900, 9000],
    [3050, 11000],
  ],
  260,
)

/** All water, merged, so that no map draws it twice. */
export const water = (): Line[][] =>
  united([
    [...shore.line, [18_000, 11_800], [18_000, -11_800], at(shore.line, 0)],
    ribbon(river.line, riverWidth),
    ribbon(creek.line, () => 22),
    ...brooks.map(brook => ribbon(brook, () => 16)),
    lake,
    ...ponds,
  ])

/**
 * Built-up land, where streets are close together: everything within a block of them, with small gaps closed
 * and tiny areas dropped.
 */
export function builtUp(stretches: readonly Stretch[]): Line[][] {
  const country = /Road$|^(Cranberry|Orchard|Tannery|Salt Marsh|Council House) /
  const lines = stretches
    .filter(({ street }) => street.class === 'local' && !country.test(street.name))
    .map(({ line }) => line)
  return outlinesAround(lines, 115, 60)
    .map(rings => rings.filter((ring, i) => i === 0 || -signedArea(ring) > 90_000))
    .map(rings => rings.map(ring => simplified(ring, 9)))
}

function united(rings: readonly Line[]): Line[][] {
  const [first, ...rest] = rings.map((ring): Geom => [ring.map(([x, y]): [number, number] => [x, y])])
  return first ? union(first, ...rest) : []
}

/** The outline without vertices that deviate less than `by` meters from it (Douglas–Peucker). */
function simplified(line: Line, by: number): Line {
  const [first, last] = [at(line, 0), at(line, -1)]
  let far = { index: 0, away: 0 }
  for (let i = 1; i < line.length - 1; i++) {
    const away = awayFrom(at(line, i), first, last)
    if (away > far.away) far = { index: i, away }
  }
  if (far.away < by) return lengthOf(line) ? [first, last] : [first]
  return [
    ...simplified(line.slice(0, far.index + 1), by).slice(0, -1),
    ...simplified(line.slice(far.index), by),
  ]
}

function awayFrom(p: Point, a: Point, b: Point): number {
  const length = distance(a, b)
  if (length === 0) return distance(p, a)
  return Math.abs((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) / length
}
