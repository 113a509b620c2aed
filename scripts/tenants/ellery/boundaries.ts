import { at, type Line, lengthOf, type Point, smooth } from '../plane.ts'
import { creek, grid, river, shore } from './ground.ts'

/**
 * Boundaries as arcs that neighbors share, so that they agree to the vertex. A name in a ring that begins with
 * "-" runs its arc backwards.
 */
const arcs: Readonly<Record<string, Line>> = {
  'county-north': [
    [9800, 9450],
    [-12050, 9800],
  ],
  'county-west': [
    [-12050, 9800],
    [-12300, -9200],
  ],
  creek: creek.line,
  'shore-fort': shore.between('county-south', 'fort-south'),
  'fort-shore': shore.between('fort-south', 'fort-north'),
  'shore-south': shore.between('fort-north', 'port-south'),
  'port-shore': shore.between('port-south', 'port-north'),
  'shore-middle': shore.between('port-north', 'gull-south'),
  'gull-shore': shore.between('gull-south', 'gull-north'),
  'shore-north': shore.between('gull-north', 'county-north'),

  /* The center line of Division Street, and on to the middle of the river. */
  division: [grid(0, 0), grid(0, 1250), grid(0, 2500), grid(0, 3750), grid(0, 4720), [1300, 1440]],
  'port-south': [
    grid(0, 0),
    grid(1500, 0),
    grid(1500, -600),
    grid(3300, -600),
    grid(3300, -1150),
    grid(4700, -1150),
    [7650, -3950],
  ],
  'port-north': [
    [8450, 1300],
    [7400, 1500],
    [7250, 2650],
    [5900, 2900],
    [5650, 3700],
    [3300, 3950],
    [2500, 3350],
    [1900, 2300],
    [1300, 1440],
  ],
  'hollis-river': river.between('hollis-west', 'division'),
  'hollis-west': [
    [-3900, 2250],
    [-4150, 1300],
    [-3650, 1200],
    [-3800, 100],
    [-4500, -50],
    [-4350, -1500],
    [-3300, -1650],
    [-3200, -3050],
    [-2150, -3150],
    grid(-4000, -550),
    grid(-1900, -550),
    grid(-1900, 0),
    grid(0, 0),
  ],

  'larkfield-rest': [
    [-7000, -2950],
    [-7500, -2500],
    [-8900, -2550],
    [-9700, -3000],
    [-10000, -4100],
    [-9750, -5400],
    [-8900, -5950],
    [-7600, -5800],
    [-6900, -5300],
  ],
  'larkfield-edge': [
    [-6900, -5300],
    [-6780, -4500],
    [-6850, -3700],
    [-7000, -2950],
  ],
  'larkfield-annex': [
    [-6900, -5300],
    [-5600, -5450],
    [-5250, -4600],
    [-5450, -3250],
    [-7000, -2950],
  ],

  'gull-west': [
    [9720, 7700],
    [8600, 7750],
    [7800, 7200],
    [7650, 6000],
    [7900, 4700],
    [8450, 4150],
    [9300, 4100],
  ],

  'fort-west': [
    [8200, -5150],
    [6900, -5350],
    [6500, -6300],
    [6650, -7700],
    [7750, -8500],
  ],

  /* Kettle Hill: never annexed, and inside it the city's water tower lot. */
  kettle: [
    grid(2650, 300),
    grid(3550, 300),
    grid(3550, 780),
    grid(3340, 780),
    grid(3340, 1060),
    grid(2650, 1060),
    grid(2650, 300),
  ],
  tower: [grid(2980, 560), grid(3190, 560), grid(3190, 740), grid(2980, 740), grid(2980, 560)],
  airport: [
    [150, -7350],
    [2450, -6950],
    [2300, -6050],
    [0, -6450],
    [150, -7350],
  ],
  reservation: smooth(
    [
      [-3900, 9050],
      [-4300, 7700],
      [-3700, 6400],
      [-2200, 5900],
      [-900, 6500],
      [-600, 7800],
      [-1200, 8900],
      [-2600, 9300],
      [-3900, 9050],
    ],
    400,
  ),
  water: smooth(
    [
      [-9350, -4900],
      [-8300, -5350],
      [-6300, -5000],
      [-3800, -4100],
      [-900, -3900],
      [1900, -3050],
      [3300, -2500],
      [3750, -1450],
      [3350, -300],
      [2350, 650],
      [700, 950],
      [-1500, 1000],
      [-3300, 700],
      [-4700, -700],
      [-6100, -2200],
      [-7900, -3000],
      [-9150, -3600],
      [-9350, -4900],
    ],
    500,
  ),
  'transit-inland': [
    [9720, 7700],
    [8000, 8100],
    [6400, 6300],
    [4200, 4600],
    [900, 3700],
    [-4600, 3700],
    [-7300, -1900],
    [-10300, -1900],
    [-10400, -6300],
    [-4700, -6600],
    [2600, -7600],
    [6200, -4700],
    [7650, -3950],
  ],
}

function ring(...names: readonly string[]): Line {
  const out: Point[] = []
  for (const name of names) {
    const arc = arcs[name.replace(/^-/, '')]
    if (!arc) throw new Error(`no arc ${name}`)
    const run = name.startsWith('-') ? arc.toReversed() : arc
    out.push(...(out.length ? run.slice(1) : run))
  }
  if (lengthOf([at(out, 0), at(out, -1)]) > 0.01) throw new Error(`${names[0]}… does not close`)
  return [...out.slice(0, -1), at(out, 0)]
}

const shoreNames = [
  'shore-fort',
  'fort-shore',
  'shore-south',
  'port-shore',
  'shore-middle',
  'gull-shore',
  'shore-north',
]

export const county = ring('creek', ...shoreNames, 'county-north', 'county-west')
export const kettleHill = ring('kettle')
export const waterTower = ring('tower')
export const airport = ring('airport')
export const portEllery = ring('port-south', 'port-shore', 'port-north', '-division')
export const hollis = ring('division', '-hollis-river', 'hollis-west')
export const larkfieldBefore = ring('larkfield-rest', 'larkfield-edge')
export const larkfieldSince = ring('larkfield-rest', 'larkfield-annex')
export const annexed = ring('larkfield-annex', '-larkfield-edge')
export const gullHarbor = ring('gull-shore', 'gull-west')
export const fort = ring('fort-shore', 'fort-west')
export const reservation = ring('reservation')
export const waterDistrict = ring('water')
export const transitDistrict = ring('port-shore', 'shore-middle', 'gull-shore', 'transit-inland')
/** The next county west, as far as the map shows it. */
export const marston: Line = [
  [-12300, -9200],
  [-12050, 9800],
  [-16500, 9900],
  [-16700, -9100],
  [-12300, -9200],
]

/** Post offices' delivery areas, which follow no boundary: the city in an address does not say who serves it. */
export const postal: Readonly<Record<string, Line>> = {
  Larkfield: [
    [-13000, -12000],
    [-5000, -12000],
    [-5000, -1500],
    [-13000, -1500],
    [-13000, -12000],
  ],
  Wickham: [
    [-13000, -1500],
    [-5000, -1500],
    [-4800, 2500],
    [-3500, 12000],
    [-13000, 12000],
    [-13000, -1500],
  ],
  Hollis: [
    [-5000, -12000],
    [800, -12000],
    [800, -5000],
    ...(arcs.division ?? []),
    [-500, 2600],
    [-500, 12000],
    [-3500, 12000],
    [-4800, 2500],
    [-5000, -1500],
    [-5000, -12000],
  ],
  'Port Ellery': [
    [800, -12000],
    [20000, -12000],
    [20000, 3400],
    [7300, 3400],
    [4400, 5200],
    [3500, 12000],
    [-500, 12000],
    [-500, 2600],
    ...(arcs.division ?? []).toReversed(),
    [800, -5000],
    [800, -12000],
  ],
  'Gull Harbor': [
    [20000, 3400],
    [20000, 12000],
    [3500, 12000],
    [4400, 5200],
    [7300, 3400],
    [20000, 3400],
  ],
}
