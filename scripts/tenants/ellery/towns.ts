import { laid, type Street } from '../streets.ts'
import { along, pod, rows } from './naming.ts'

const larkfield: Street[] = [
  ...laid(
    { origin: [-9150, -5000], degrees: 4 },
    {
      up: rows('Meadow Street, Church Street, Clover Street, Depot Street, Thistle Street', 80, 270, 0, 1400),
      over: rows(
        'Barley Street, Academy Street, Grange Street, Main Street, Mulberry Street',
        0,
        300,
        -250,
        1500,
      ),
    },
  ),
  ...pod(
    [-7500, -3300],
    [760, 560, 100, 200],
    'Bobolink Drive',
    'Meadowlark Way',
    'Wren Court, Finch Court, Robin Court',
  ),
  ...pod([-9020, -3130], [640, 500, 70, 160], 'Haywagon Drive', 'Furrow Way', 'Plow Court, Harrow Court'),
  ...pod([-7600, -5430], [760, 440, 10, 140], 'Rye Drive', 'Granary Way', 'Chaff Court, Sheaf Court'),
  ...pod(
    [-6180, -4270],
    [680, 560, 80, 160],
    'Brandywine Drive',
    'Harvest Way',
    'Sickle Court, Thresher Court, Baler Court, Windrow Court',
  ),
  ...pod([-6250, -3420], [700, 420, 170, 100], 'Winesap Drive', 'Cortland Way', 'Russet Court, Pippin Court'),
]

const gullHarbor: Street[] = [
  ...laid(
    { origin: [8750, 5100], degrees: -10 },
    {
      up: rows(along('Cove, Dory, Lobster, Net, Oyster', 'Lane'), 120, 170, -250, 1100),
      over: rows(
        'Bay Street, Chapel Street, Dock Street, Main Street, Point Street, Sound Street',
        0,
        190,
        -80,
        1250,
      ),
    },
  ),
  ...pod(
    [8200, 6180],
    [620, 520, -10, 200],
    'Dune Drive',
    'Beachgrass Way',
    'Barnacle Court, Cockle Court, Periwinkle Court',
  ),
  ...pod([8480, 4660], [500, 400, 40, 120], 'Marram Drive', 'Sea Oats Way', 'Fescue Court'),
  ...pod([9350, 7150], [600, 420, 60, 120], 'Breakwater Circle', 'Jetty Way', 'Limpet Court, Whelk Court'),
]

const hamlets: Street[] = [
  ...laid(
    { origin: [-8300, 2500], degrees: 20 },
    {
      up: rows(along('Boathouse, Cabin, Dockside, Trout', 'Lane'), 120, 190, -330, 560),
      over: rows(along('Wickham, Lakeview, Perch', 'Street'), -260, 300, 0, 820),
    },
  ),
  ...laid(
    { origin: [2350, -8700], degrees: 6 },
    {
      up: rows(along('Alder Church, Creamery', 'Lane'), 120, 620, -150, 780),
      over: rows(along('Millrace, Sawyer, Creekside', 'Lane'), -60, 260, 0, 860),
    },
  ),
  ...pod(
    [900, 3450],
    [820, 560, 40, 130],
    'Ferry Heights Drive',
    'Towpath Way',
    'Barge Court, Lock Court, Mule Lane',
  ),
  ...pod([3950, 5150], [760, 560, 30, 200], 'Chestnut Ridge Drive', 'Acorn Way', 'Burr Court, Hazel Court'),
  ...pod([-6300, -150], [760, 560, 10, 160], 'Foxglove Drive', 'Lupine Way', 'Aster Court, Phlox Court'),
  ...pod(
    [6100, -4250],
    [700, 480, 20, 120],
    'Tern Beach Drive',
    'Driftwood Way',
    'Pebble Court, Starfish Court',
  ),
]

export const towns: readonly Street[] = [...larkfield, ...gullHarbor, ...hamlets]
