import { add, at, type Line, offset, type Point, ribbon, rotate, smooth, smoothRing } from '../plane.ts'

/** The base geography: shore, river, and the frame of the harbor city's grid. Everything else depends on these. */

/** Where Division Street begins, and the angle of the streets of Port Ellery. */
export const GRID: { origin: Point; degrees: number } = { origin: [2350, -3500], degrees: 12 }
/** A point of the city's grid: `a` meters along the avenues' cross streets, `b` up Division Street. */
export const grid = (a: number, b: number): Point => add(GRID.origin, rotate([a, b], GRID.degrees))

interface Course {
  readonly line: Line
  between(from: string, to: string): Line
}

/** A curve through control points, some of them named. */
function course(
  controls: readonly (readonly [x: number, y: number, name?: string])[],
  step?: number,
): Course {
  const points = controls.map(([x, y]): Point => [x, y])
  const line = smooth(points, step)
  const index = (name: string) => {
    const point = at(
      points,
      controls.findIndex(c => c[2] === name),
    )
    return line.indexOf(point)
  }
  return {
    line,
    between: (from, to) => line.slice(index(from), index(to) + 1),
  }
}

/**
 * The ocean shore, from beyond the southern county line to beyond the northern; it crosses the harbor mouth in
 * a straight line.
 */
export const shore = course([
  [6500, -11800],
  [6900, -10400],
  [7300, -9300, 'county-south'],
  [7750, -8500, 'fort-south'],
  [8650, -7300],
  [9500, -6500],
  [9050, -5700],
  [8200, -5150, 'fort-north'],
  [7900, -4700],
  [7650, -3950, 'port-south'],
  [7620, -3100],
  [7900, -2200],
  [8250, -1500],
  [8150, -1150, 'south-head'],
  [8080, 150, 'north-head'],
  [8500, 500],
  [8450, 1300, 'port-north'],
  [8700, 2300],
  [9150, 3300],
  [9300, 4100, 'gull-south'],
  [9650, 4900],
  [10350, 5500],
  [10500, 6000],
  [10050, 6350],
  [9750, 7000],
  [9720, 7700, 'gull-north'],
  [9850, 8500],
  [9800, 9450, 'county-north'],
  [10050, 10600],
  [10000, 11800],
])

/** The center line of the Quill River, from the hills to the harbor mouth. */
export const river = course([
  [-14200, 8000],
  [-12900, 7000],
  [-11700, 6500],
  [-10700, 6750],
  [-9600, 6000],
  [-8300, 5900],
  [-7500, 4900],
  [-6300, 4700],
  [-5700, 3600],
  [-4700, 3350],
  [-3900, 2250, 'hollis-west'],
  [-2900, 1700],
  [-1800, 2050],
  [-700, 1550],
  [350, 1750],
  [1300, 1440, 'division'],
  [2100, 900],
  [3000, 780],
  [3850, 480],
  [4700, -60],
  [5600, -480],
  [6700, -560],
  [8100, -500],
])
/** Width in meters at each fraction of its course. */
export const riverWidth = (f: number) =>
  f < 0.5 ? 45 + 60 * f : 75 + 160 * (f - 0.5) + 6100 * Math.max(0, f - 0.74) ** 1.25

/** Water plus `bank` meters of land on both sides. */
export const riverBanks = (bank: number) => ribbon(river.line, f => riverWidth(f) + 2 * bank)

export const creek = course(
  [
    [-12300, -9200, 'county-west'],
    [-11000, -8800],
    [-9600, -9250],
    [-8200, -8700],
    [-6600, -9300],
    [-5000, -8950],
    [-3400, -9500],
    [-1700, -9000],
    [100, -9550],
    [1900, -9150],
    [3700, -9650],
    [5600, -9250],
    [7300, -9300, 'county-south'],
  ],
  220,
)

/** A road along a bank, between two eastings. */
export function embankment(side: 'north' | 'south', bank: number, west: number, east: number): Line {
  const sign = side === 'north' ? 1 : -1
  const edge = offset(river.line, f => sign * (riverWidth(f) / 2 + bank))
  return edge.filter(([x]) => x >= west && x <= east)
}

export const lake = smoothRing([
  [-10500, 1900],
  [-9900, 2700],
  [-9000, 2500],
  [-8400, 1900],
  [-8150, 1000],
  [-8700, 400],
  [-9300, 650],
  [-9800, 250],
  [-10500, 700],
  [-10300, 1300],
])
export const ponds: readonly Line[] = [
  smoothRing([
    [-4350, -1700],
    [-3950, -1500],
    [-3700, -1750],
    [-3850, -2150],
    [-4300, -2100],
  ]),
  smoothRing([
    [4050, -3950],
    [4450, -3850],
    [4600, -4200],
    [4250, -4450],
    [3950, -4250],
  ]),
  smoothRing([
    [5900, 7600],
    [6500, 7900],
    [6900, 7700],
    [6600, 7300],
    [6100, 7250],
  ]),
]
export const brooks: readonly Line[] = [
  smooth([
    [3300, 9700],
    [3500, 8300],
    [2900, 7000],
    [3250, 5600],
    [2500, 4300],
    [2450, 3000],
    [1900, 1900],
    [2150, 950],
  ]),
  smooth([
    [-7600, -9100],
    [-7700, -7800],
    [-6700, -6400],
    [-6000, -5900],
    [-5100, -3800],
    [-4050, -2000],
    [-4750, -1000],
    [-5300, 700],
    [-4900, 2100],
    [-4600, 3300],
  ]),
  smooth([
    [4300, -4250],
    [4900, -5200],
    [4500, -6400],
    [4900, -7900],
    [4300, -9500],
  ]),
]

/** The land and water on one side of the river's middle. */
export const sideOf = (side: 'north' | 'south'): Line => {
  const far = side === 'north' ? 30_000 : -30_000
  return [...river.line, [8100, far], [-14_200, far], at(river.line, 0)]
}
