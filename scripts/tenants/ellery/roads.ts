import { at, type Line, type Point, seeded } from '../plane.ts'
import { laid, loop, road, type Street } from '../streets.ts'
import { GRID, grid } from './ground.ts'

const COUNTY = 'ellery-county'
const STATE = 'state-dot'

/** The boundary street of the two cities: one side Hollis (left, west), the other Port Ellery. */
export const DIVISION = 'Division Street'

const thoroughfares: Street[] = [
  road('State Highway 9', 'highway', STATE, [
    [-12900, -6100],
    [-11200, -5200],
    [-9800, -4300],
    [-8400, -4050],
    [-7000, -4000],
    [-5300, -3600],
    [-3700, -2500],
    [-2300, -1500],
    [-700, -950],
    [700, -500],
    [1650, -130],
    [2300, 150],
    [2870, 620],
    [3120, 1250],
    [3700, 1900],
    [4700, 2500],
    [5800, 3300],
    [6900, 4150],
    [7900, 5000],
    [8500, 5800],
    [8800, 6700],
    [8700, 7800],
    [8850, 9000],
    [8800, 10500],
  ]),
  road('Mill Road', 'arterial', COUNTY, [
    [-8500, -5050],
    [-6900, -4880],
    [-5000, -4450],
    [-3300, -3850],
    [-1500, -3450],
    [300, -3050],
    grid(0, 900),
    grid(900, 980),
    grid(1900, 1130),
    grid(2900, 1230),
    grid(3900, 1130),
    grid(4800, 1000),
    [7480, -1620],
  ]),
  road('Shore Road', 'arterial', COUNTY, [
    [7480, -1620],
    [7300, -2500],
    [7120, -3300],
    [7150, -4300],
    [6600, -5150],
    [6180, -6100],
    [6250, -7600],
    [6900, -8500],
    [6950, -9500],
    [6700, -10500],
  ]),
  road('Lake Road', 'arterial', COUNTY, [
    [-1700, -1250],
    [-2300, -300],
    [-3300, 600],
    [-4500, 1300],
    [-5700, 1900],
    [-6900, 2350],
    [-7900, 2650],
    [-9000, 3500],
    [-10400, 4200],
    [-11700, 4400],
    [-13000, 4800],
  ]),
  road('Old Ferry Road', 'arterial', COUNTY, [
    [3350, 1540],
    [2600, 1650],
    [1700, 2150],
    [500, 2600],
    [-1000, 2700],
    [-2400, 3050],
    [-3700, 4100],
    [-4900, 4900],
    [-6000, 5900],
    [-7500, 7100],
    [-9300, 7900],
    [-11000, 8300],
    [-13000, 8600],
  ]),
  road('Beach Road', 'arterial', COUNTY, [
    [4350, 2300],
    [5300, 1900],
    [6500, 1500],
    [7700, 950],
    [8150, 1300],
    [8400, 2300],
    [8850, 3300],
    [9000, 4200],
    [9250, 4950],
    [9550, 5700],
    [9450, 6400],
    [8800, 6700],
  ]),
  road('Alder Road', 'arterial', COUNTY, [
    grid(0, 0),
    [2380, -4100],
    [2150, -5000],
    [2650, -5900],
    [2800, -6900],
    [2600, -8000],
    [2850, -9300],
    [2700, -10500],
  ]),
  road('Quarry Road', 'arterial', COUNTY, [
    [-8900, -10500],
    [-8750, -9000],
    [-8950, -7300],
    [-8700, -5900],
    [-8500, -5050],
    [-8400, -4050],
    [-8200, -2500],
    [-7500, -900],
    [-7150, 700],
    [-7350, 2500],
    [-6900, 3700],
    [-6600, 4750],
    [-6000, 5900],
  ]),
  road('Cedar Swamp Road', 'arterial', COUNTY, [
    [-8950, -7300],
    [-7000, -7200],
    [-5000, -6800],
    [-3000, -7000],
    [-1200, -7600],
    [800, -7900],
    [2600, -8000],
    [4400, -7600],
    [6250, -7600],
  ]),
  road('Council Road', 'arterial', COUNTY, [
    [-2400, 3050],
    [-2000, 4500],
    [-2350, 6000],
    [-2250, 7600],
    [-1700, 9300],
    [-1600, 10500],
  ]),
  road('Beech Hill Road', 'arterial', COUNTY, [
    [5800, 3300],
    [5000, 4700],
    [4300, 6200],
    [4500, 7900],
    [4100, 9300],
    [4100, 10500],
  ]),
  road('Hobbs Road', 'arterial', COUNTY, [
    [-1000, 2700],
    [200, 4000],
    [1900, 5400],
    [4300, 6200],
    [6300, 6500],
    [8800, 6700],
  ]),
  road('Turner Road', 'arterial', COUNTY, [
    [-2300, -300],
    [-3900, -600],
    [-5600, -600],
    [-7500, -900],
  ]),
]

const rural: Street[] = [
  road('Orchard Lane', 'local', undefined, [
    [-4240, -1900],
    [-4560, -1400],
    [-4660, -500],
    [-4640, 400],
    [-4500, 1300],
  ]),
]

const division: Street = { name: DIVISION, class: 'arterial', line: [grid(0, 0), grid(0, 4720)] }

const rows = (names: readonly string[], first: number, step: number, from: number, to: number) =>
  names.map((name, i): [string, number, number, number] => [name, first + i * step, from, to])

const portEllery: Street[] = [
  division,
  ...laid(GRID, {
    up: [
      ...rows(
        ['Aspen Street', 'Birch Street', 'Chestnut Street', 'Dogwood Street', 'Elder Street', 'Fir Street'],
        300,
        270,
        1400,
        3600,
      ),
      ...rows(
        ['12th', '11th', '10th', '9th', '8th', '7th', '6th', '5th', '4th', '3rd', '2nd', '1st'].map(
          n => `${n} Street`,
        ),
        1920,
        175,
        1400,
        3700,
      ),
    ],
    over: [
      ...rows(
        ['Carver Avenue', 'Lincoln Avenue', 'Monroe Avenue', 'Jefferson Avenue'],
        1400,
        180,
        0,
        4300,
      ),
      ...rows(
        ['Market Street', 'Main Street', 'Commerce Street', 'Exchange Street', 'Canal Street'],
        2120,
        140,
        0,
        4300,
      ),
      ...rows(['Prospect Avenue', 'Summit Avenue', 'Foundry Street', 'Cooper Street'], 2850, 230, 0, 2400),
    ],
  }),
]

const hollis: Street[] = laid({ origin: [-2300, -1900], degrees: 22 }, {
  up: rows(['Pine Street', 'Maple Street', 'Union Street', 'Church Street', 'School Street', 'Oak Street'], 600, 200, 0, 1800),
  over: rows(['Front Street', 'Main Street', 'Second Street', 'Third Street', 'Grove Street'], 0, 300, 400, 2400),
})

const chance = seeded(311)
const larkfield: Street[] = [
  ...laid({ origin: [-8900, -4700], degrees: 4 }, {
    up: rows(['Meadow Street', 'Church Street', 'Clover Street', 'Depot Street'], 0, 330, 0, 1400),
    over: rows(['Main Street', 'Academy Street', 'Barley Street', 'Grange Street'], 0, 350, -300, 1500),
  }),
  ...loop({
    center: [-6150, -4500],
    size: [900, 800],
    degrees: 80,
    drive: 'Brandywine Drive',
    through: 'Harvest Way',
    reach: 300,
    courts: ['Sickle Court', 'Thresher Court', 'Baler Court', 'Windrow Court'],
    chance,
  }),
]

export const streets: readonly Street[] = [
  ...thoroughfares,
  ...rural,
  ...portEllery,
  ...hollis,
  ...larkfield,
]

/** Where Division Street is cut, so that each stretch can be agreed about by itself. */
export const divisionCuts: readonly Point[] = [grid(0, 900), grid(0, 1760), grid(0, 2540), grid(0, 3080)]
export type { Line }
export const firstStreet = at(streets, 0)
