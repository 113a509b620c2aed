/** Draws the made-up county: `node scripts/tenants/ellery.ts [folder]`. The same files come out on every run. */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import * as limits from './ellery/boundaries.ts'
import { riverBanks, shore } from './ellery/ground.ts'
import { builtUp, greens, parks, rail, water, woods } from './ellery/landscape.ts'
import { neighborhoods } from './ellery/neighborhoods.ts'
import { DIVISION, divisionCuts, thoroughfaresAndLanes } from './ellery/roads.ts'
import { area, collection, type Feature, path, projection, writeAll } from './features.ts'
import { at, inside, type Line, type Point, pointAlong, ribbon } from './plane.ts'
import { network, type Stretch } from './streets.ts'

/** Out on the Atlantic shelf, where nobody lives. */
const project = projection(38.6, -74.3)

const municipalities: Readonly<Record<string, { code: string; postal: string; ring: Line }>> = {
  'port-ellery': { code: 'pe', postal: 'Port Ellery', ring: limits.portEllery },
  hollis: { code: 'ho', postal: 'Hollis', ring: limits.hollis },
  larkfield: { code: 'la', postal: 'Larkfield', ring: limits.larkfieldSince },
  'gull-harbor': { code: 'gh', postal: 'Gull Harbor', ring: limits.gullHarbor },
}
const banks = riverBanks(40)
const closed = [limits.airport, limits.fort, ribbon(shore.line, () => 110)]
const squares = Object.values(greens)
const bridges = /Highway|Road|Division/

const stretches = network([...thoroughfaresAndLanes, ...neighborhoods], {
  limits: [
    limits.portEllery,
    limits.kettleHill,
    limits.waterTower,
    limits.hollis,
    limits.larkfieldBefore,
    limits.annexed,
    limits.gullHarbor,
    limits.reservation,
  ],
  barriers: [limits.county, banks, ...closed, ...squares],
  open: (point, street) =>
    inside(point, limits.county) &&
    (bridges.test(street.name) || !inside(point, banks)) &&
    !closed.some(ring => inside(point, ring)) &&
    (street.class !== 'local' || !squares.some(ring => inside(point, ring))),
  stretch: { highway: 1100, arterial: 1000, local: 900, path: 750 },
  cutAt: { [DIVISION]: divisionCuts },
})

const slugged = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

function roads(): Feature[] {
  const count = new Map<string, number>()
  return stretches.map(stretch => {
    const { street } = stretch
    const middle = pointAlong(stretch.line, 0.5)
    const home = Object.values(municipalities).find(m => inside(middle, m.ring))
    const isDivision = street.name === DIVISION
    const prefix = isDivision ? '' : `${home?.code ?? 'co'}-`
    const base = `${prefix}${slugged(street.name)}`
    const n = (count.get(base) ?? 0) + 1
    count.set(base, n)
    return path(
      project,
      {
        id: `${base}-${n}`,
        name: street.name,
        class: street.class,
        ...(street.owner && { owner: street.owner }),
        ...(isDivision && { left: 'hollis', right: 'port-ellery', lead: 'port-ellery' }),
        ...houseNumbers(stretch),
        postalCity: (home ?? nearest(middle)).postal,
      },
      stretch.line,
    )
  })
}

/** A house every twelve metres a side: odd on the left, even on the right. */
function houseNumbers({ from, to }: Stretch) {
  const first = Math.ceil(from / 12)
  const last = Math.max(first, Math.floor(to / 12) - 1)
  return {
    numbersLeft: [101 + 2 * first, 101 + 2 * last],
    numbersRight: [100 + 2 * first, 100 + 2 * last],
  }
}

function nearest(point: Point) {
  const order = Object.values(municipalities)
    .map(m => ({ m, away: Math.min(...m.ring.map(p => Math.hypot(p[0] - point[0], p[1] - point[1]))) }))
    .sort((a, b) => a.away - b.away)
  return at(order, 0).m
}

const lone = (ring: Line, properties: Feature['properties'] = {}) => collection([area(project, properties, [ring])])

const folder = argv[2] ?? fileURLToPath(new URL('../../tenants/ellery', import.meta.url))
writeAll(folder, {
  'ellery-county/boundary.geojson': lone(limits.county),
  'port-ellery/boundary.geojson': collection([
    area(project, {}, [limits.portEllery, limits.kettleHill], [limits.waterTower], [limits.airport]),
  ]),
  'hollis/boundary.geojson': lone(limits.hollis),
  'larkfield/boundary.geojson': collection([
    area(project, { to: '2026-07-01' }, [limits.larkfieldBefore]),
    area(project, { from: '2026-07-01' }, [limits.larkfieldSince]),
  ]),
  'gull-harbor/boundary.geojson': lone(limits.gullHarbor),
  'quill-water/boundary.geojson': lone(limits.waterDistrict),
  'ellery-transit/boundary.geojson': lone(limits.transitDistrict),
  'areas.geojson': collection([
    area(project, { id: 'fort-corrigan', name: 'Fort Corrigan', kind: 'territory', partner: 'fort-corrigan' }, [limits.fort]),
    area(project, { id: 'wessacut', name: 'Wessacut Reservation', kind: 'territory', partner: 'wessacut' }, [limits.reservation]),
    area(project, { id: 'marston-county', name: 'Marston County', kind: 'territory', partner: 'marston-county' }, [limits.marston]),
  ]),
  'roads.geojson': collection(roads()),
  'places.geojson': collection([]),
  'backdrop.geojson': collection([
    ...builtUp(stretches).map(rings => area(project, { kind: 'built' }, rings)),
    ...woods().map(rings => area(project, { kind: 'wood' }, rings)),
    area(project, { kind: 'built', name: 'Ellery Regional Airport' }, [limits.airport]),
    ...Object.entries(parks).map(([name, ring]) => area(project, { kind: 'park', name }, [ring])),
    ...water().map(rings => area(project, { kind: 'water' }, rings)),
    path(project, { kind: 'rail', name: 'Tidewater & Northern Railroad' }, rail),
  ]),
})
