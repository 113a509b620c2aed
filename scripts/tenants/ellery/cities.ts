import { clip, inside } from '../plane.ts'
import { laid, type Street } from '../streets.ts'
import { GRID, grid, sideOf } from './ground.ts'
import { along, pod, rows } from './naming.ts'

function ashore(side: 'north' | 'south', streets: readonly Street[]): Street[] {
  const land = sideOf(side)
  return streets.flatMap(street =>
    clip(street.line, [land], point => inside(point, land)).map(line => ({ ...street, line })),
  )
}

const numbered = '12th, 11th, 10th, 9th, 8th, 7th, 6th, 5th, 4th, 3rd, 2nd, 1st'

const downtown = laid(GRID, {
  up: [
    ...rows(along('Aspen, Birch, Chestnut, Dogwood, Elder, Fir', 'Street'), 300, 270, 880, 4300),
    ...rows(along(numbered, 'Street'), 1920, 175, 1100, 3700),
  ],
  over: [
    ...rows(along('Carver, Lincoln, Monroe, Jefferson', 'Avenue'), 1400, 180, 0, 4300),
    ...rows(along('Market, Main, Commerce, Exchange, Canal', 'Street'), 2120, 140, 0, 4300),
    ...rows(
      'Prospect Avenue, Summit Avenue, Foundry Street, Cooper Street, Wharf Street',
      2850,
      230,
      0,
      2800,
    ),
  ],
})

const northSide = laid(
  { origin: [3950, 900], degrees: -22 },
  {
    up: rows(along('Loom, Spindle, Shuttle, Weaver, Carder, Dyer, Fuller', 'Street'), 120, 210, -400, 1050),
    over: rows(along('Heron, Osprey, Plover, Curlew, Avocet', 'Street'), 60, 200, 0, 1600),
  },
)

const portEllery: Street[] = [
  ...ashore('south', downtown),
  ...ashore('north', northSide),
  ...laid(GRID, {
    up: rows(along('Rose, Lilac, Violet, Iris, Jasmine', 'Street'), 240, 240, 130, 990),
    over: rows(along('Garden, Bloom, Arbor, Trellis', 'Avenue'), 130, 215, 0, 1440),
  }),
  ...laid(GRID, {
    up: [
      ['Ropewalk Street', 4080, 250, 1110],
      ['Chandler Street', 4330, 250, 1110],
      ['Schooner Street', 4580, 250, 1600],
      ['Clipper Street', 4800, 250, 1850],
      ['Packet Street', 5000, 600, 1700],
      ['Ketch Street', 5180, 800, 1600],
    ],
    over: [
      ['Anchor Street', 250, 3800, 4800],
      ['Bowsprit Street', 540, 3800, 4950],
      ['Compass Street', 820, 3800, 5230],
      ['Mizzen Street', 1290, 4300, 5300],
      ['Topsail Street', 1480, 4300, 5350],
    ],
  }),
  ...pod(
    [5950, 2480],
    [900, 720, 130, 160],
    'Lighthouse Drive',
    'Beacon Way',
    'Lantern Court, Fresnel Court, Keeper Lane, Foghorn Court',
  ),
  ...pod(
    [4750, 3320],
    [860, 640, 75, 160],
    'Highfield Circle',
    'Upland Road',
    'Hillcrest Court, Crestview Place, Overlook Court',
  ),
  ...pod(
    [3680, 2880],
    [860, 620, 110, 120],
    'Brookside Circle',
    'Alewife Road',
    'Minnow Court, Heronry Lane',
  ),
  ...pod(
    [6850, 2080],
    [620, 640, 60, 120],
    'Signal Hill Drive',
    'Semaphore Way',
    'Pennant Court, Ensign Court',
  ),
  ...pod(
    [6750, 850],
    [980, 620, 150, 120],
    'Harborlight Drive',
    'Mooring Way',
    'Cleat Court, Capstan Court, Bollard Lane',
  ),
  ...pod(
    grid(2450, -290),
    [1000, 480, 14, 100],
    'Heather Drive',
    'Thicket Way',
    'Bramble Court, Gorse Court, Bracken Lane',
  ),
  ...pod(grid(4050, -800), [860, 440, 10, 120], 'Marlin Drive', 'Bluefish Way', 'Tautog Court, Scup Court'),
  ...pod(
    [4450, -2950],
    [820, 600, 12, 160],
    'Juniper Circle',
    'Cypress Way',
    'Yew Court, Spruce Court, Tamarack Court',
  ),
  ...pod(
    [6250, -2900],
    [900, 720, 190, 260],
    'Sandpiper Drive',
    'Tern Way',
    'Skimmer Court, Whimbrel Court, Dunlin Court, Egret Court',
  ),
]

/** Kettle Hill, never annexed: its streets are the county's, its postal addresses say Port Ellery. */
const kettleHill: Street[] = laid(GRID, {
  up: [
    ['Kettle Hill Road', 2820, 360, 1225],
    ['Tower Lane', 3085, 400, 900],
    ['Pasture Lane', 3420, 360, 760],
  ],
  over: [
    ['Farmers Lane', 400, 2690, 3500],
    ['Hayloft Lane', 900, 2690, 3300],
    ['Silo Lane', 650, 2690, 3500],
  ],
})

const hollis: Street[] = [
  ...laid(
    { origin: [-2300, -1900], degrees: 20 },
    {
      up: rows(
        'Pine Street, Maple Street, Union Street, Church Street, Court Street, School Street, Oak Street, Hickory Street, Laurel Street, Locust Street',
        300,
        200,
        0,
        2100,
      ),
      over: rows(
        'Front Street, Second Street, Main Street, Third Street, Fourth Street, Fifth Street, Grove Street, Quaker Street, Spring Street, Academy Street, Hill Street',
        0,
        200,
        100,
        2300,
      ),
    },
  ),
  ...laid(GRID, {
    up: rows(
      along('Adams, Baker, Curtis, Dudley, Emerson, Foster, Gibson, Hayes', 'Avenue'),
      -1850,
      230,
      800,
      4300,
    ),
    over: rows(
      'Bellevue Street, Crescent Street, Dartmouth Street, Exeter Street, Fairmount Street, Gilman Street, Howard Street, Irving Street, Keene Street, Linden Street',
      1200,
      340,
      -1980,
      0,
    ),
  }),
  ...pod(
    [-1480, -2480],
    [1050, 780, 100, 160],
    'Applewood Drive',
    'Cider Way',
    'Macoun Court, Jonathan Court, Baldwin Lane, Rambo Court',
  ),
  ...pod(
    [-330, -2230],
    [900, 760, 15, 200],
    'Heritage Drive',
    'Pilgrim Way',
    'Compact Court, Mayflower Court, Standish Lane',
  ),
  ...pod(
    [-250, 880],
    [820, 560, 20, 160],
    'Mallard Drive',
    'Teal Way',
    'Wigeon Court, Pintail Court, Gadwall Lane',
  ),
  ...pod(
    [-3300, -550],
    [900, 700, 95, 260],
    'Saddle Drive',
    'Bridle Way',
    'Halter Court, Stirrup Court, Paddock Lane, Gallop Court',
  ),
  ...pod(
    [-2600, 900],
    [1000, 650, 20, 240],
    'Riverbend Drive',
    'Oxbow Way',
    'Cattail Court, Willow Court, Sedge Lane',
  ),
  ...pod(
    [-1150, -3800],
    [1000, 620, 12, 60],
    'Colonial Drive',
    'Minuteman Way',
    'Musket Court, Liberty Court, Drummer Lane',
  ),
  ...pod(
    [880, -3390],
    [860, 560, 12, 60],
    'Whitman Drive',
    'Alcott Way',
    'Thoreau Court, Dickinson Court, Bryant Lane',
  ),
  ...pod(
    [-2650, -2450],
    [760, 560, 200, 100],
    'Quarry Circle',
    'Granite Way',
    'Feldspar Court, Marble Court',
  ),
]

export const cities: readonly Street[] = [...portEllery, ...kettleHill, ...hollis]
