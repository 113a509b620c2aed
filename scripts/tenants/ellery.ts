/** Draws the fictional county: `node scripts/tenants/ellery.ts [folder]`. Every run writes the same files. */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { intersection } from 'polyclip-ts'
import * as limits from './ellery/boundaries.ts'
import { cities } from './ellery/cities.ts'
import { riverBanks, shore } from './ellery/ground.ts'
import { builtUp, greens, parks, rail, water, woods } from './ellery/landscape.ts'
import { landmarks } from './ellery/places.ts'
import { DIVISION, divisionCuts, thoroughfaresAndLanes } from './ellery/roads.ts'
import { towns } from './ellery/towns.ts'
import { area, collection, type Feature, path, projection, spot, writeAll } from './features.ts'
import { metersAlong, network, type Stretch } from './network.ts'
import { at, inside, type Line, nearestOn, type Point, pointAlong, ribbon } from './plane.ts'

/** Out on the Atlantic shelf, where nobody lives. */
const project = projection(38.6, -74.3)

const municipalities: readonly { readonly code: string; readonly ring: Line }[] = [
  { code: 'pe', ring: limits.portEllery },
  { code: 'ho', ring: limits.hollis },
  { code: 'la', ring: limits.larkfieldSince },
  { code: 'gh', ring: limits.gullHarbor },
]
const banks = riverBanks(40)
const closed = [limits.airport, limits.fort, ribbon(shore.line, () => 110)]
const squares = Object.values(greens)
const bridges = /Highway|Road|Division/

const stretches = network([...thoroughfaresAndLanes, ...cities, ...towns], {
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
  return stretches.flatMap(stretch => {
    const { street } = stretch
    const middle = pointAlong(stretch.line, 0.5)
    const home = municipalities.find(m => inside(middle, m.ring))?.code ?? 'co'
    const shared = street.name === DIVISION
    const base = shared ? slugged(DIVISION) : `${home}-${slugged(street.name)}`
    const n = (count.get(base) ?? 0) + 1
    count.set(base, n)
    return periods(stretch, home, middle).map(keeping =>
      path(
        project,
        {
          id: `${base}-${n}`,
          name: street.name,
          class: street.class,
          ...keeping,
          ...(shared && { left: 'hollis', right: 'port-ellery', lead: 'port-ellery' }),
          ...houseNumbers(stretch),
          postalCity: shared ? 'Port Ellery' : postalCity(middle),
        },
        stretch.line,
      ),
    )
  })
}

/**
 * Who maintains a road, and since when: the county took Mill Road over from the city in 2019; no body maintains
 * the Tribe's roads but the Tribe.
 */
function periods({ street: { name, owner } }: Stretch, home: string, middle: Point): object[] {
  if (!owner || inside(middle, limits.reservation)) return [{}]
  if (name !== 'Mill Road' || home !== 'pe') return [{ owner }]
  return [{ to: '2019-07-01' }, { from: '2019-07-01', owner }]
}

/** A house every twelve meters on each side: odd on the left, even on the right. */
function houseNumbers({ from, to }: Stretch) {
  const first = Math.ceil(from / 12)
  const last = Math.max(first, Math.floor(to / 12) - 1)
  return {
    numbersLeft: [101 + 2 * first, 101 + 2 * last],
    numbersRight: [100 + 2 * first, 100 + 2 * last],
  }
}

function postalCity(point: Point): string {
  const [name] = Object.entries(limits.postal).find(([, ring]) => inside(point, ring)) ?? []
  if (!name) throw new Error(`no post office serves ${point}`)
  return name
}

function addressOf(point: Point): string {
  const near = stretches
    .map(stretch => ({ stretch, away: nearestOn(stretch.line, point).distance }))
    .sort((a, b) => a.away - b.away)
  const { street } = at(near, 0).stretch
  const number = 100 + 2 * Math.round(metersAlong(street.line, point) / 12)
  return `${number} ${street.name}, ${postalCity(point)}`
}

const countyOnly = (ring: Line): Line[] => {
  const geom = (line: Line): [number, number][][] => [line.map(([x, y]) => [x, y])]
  return at(intersection(geom(limits.county), geom(ring)), 0)
}

const lone = (ring: Line, properties: Feature['properties'] = {}) =>
  collection([area(project, properties, [ring])])

export const drawn: Readonly<Record<string, string>> = {
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
    area(
      project,
      { id: 'fort-corrigan', name: 'Fort Corrigan', kind: 'territory', partner: 'fort-corrigan' },
      [limits.fort],
    ),
    area(project, { id: 'wessacut', name: 'Wessacut Reservation', kind: 'territory', partner: 'wessacut' }, [
      limits.reservation,
    ]),
    area(
      project,
      { id: 'marston-county', name: 'Marston County', kind: 'territory', partner: 'marston-county' },
      [limits.marston],
    ),
    ...Object.entries(limits.postal).map(([name, ring]) =>
      area(project, { id: `postal-${slugged(name)}`, name, kind: 'postal' }, countyOnly(ring)),
    ),
  ]),
  'roads.geojson': collection(roads()),
  'places.geojson': collection(
    landmarks.map(([name, kind, point]) => spot(project, { name, kind, address: addressOf(point) }, point)),
  ),
  'backdrop.geojson': collection([
    ...builtUp(stretches).map(rings => area(project, { kind: 'built' }, rings)),
    ...woods().map(rings => area(project, { kind: 'wood' }, rings)),
    area(project, { kind: 'built', name: 'Ellery Regional Airport' }, [limits.airport]),
    ...Object.entries(parks).map(([name, ring]) => area(project, { kind: 'park', name }, [ring])),
    ...water().map(rings => area(project, { kind: 'water' }, rings)),
    path(project, { kind: 'rail', name: 'Tidewater & Northern Railroad' }, rail),
  ]),
}

if (argv[1] === fileURLToPath(import.meta.url))
  writeAll(argv[2] ?? fileURLToPath(new URL('../../tenants/ellery', import.meta.url)), drawn)
