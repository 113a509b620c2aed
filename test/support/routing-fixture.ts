import { Temporal } from 'temporal-polyfill'
import type { LinearRing, LongLat, MultiPolygonRings, Place } from '../../src/core/geometry.ts'
import { prepareAtlas } from '../../src/geography/atlas.ts'
import type {
  Agreement,
  Area,
  Body,
  BoundaryStreetAgreement,
  Inquiry,
  Instant,
  RoutingSnapshot,
  Segment,
  ServiceRule,
} from '../../src/routing/types.ts'

/**
 * Calloway County, of straight lines only: meters east and north of its southwest corner, 18 km square.
 *
 *   Maple   2–8 km east, 2–8 km north, with a county enclave at 4–5 km, and in it Maple again at 4.4–4.6 km;
 *           since 1 July 2026 also the square north of it, 2–4 km east, 8–9 km north
 *   Alder   8–14 km east, 2–8 km north: Line Street, at 8 km east, is their boundary
 *   Water   5–12 km east, 3–6 km north: cuts across both cities and reaches the enclave's east side
 */
const ZONE = 'America/New_York'
const METERS_PER_DEGREE = 111_195.08
const SOUTH = 40
const WEST = -80
const SHRINK = Math.cos((SOUTH * Math.PI) / 180)

/** Meters east and north of the county's corner. */
export function at(east: number, north: number): Place {
  const [long, lat] = position(east, north)
  return { lat, long }
}

function position(east: number, north: number): LongLat {
  return [WEST + east / METERS_PER_DEGREE / SHRINK, SOUTH + north / METERS_PER_DEGREE]
}

/** An instant by the county's clocks: `2026-07-01T00:00`. */
export function local(time: string): Instant {
  return Temporal.PlainDateTime.from(time).toZonedDateTime(ZONE).epochMilliseconds
}

const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

function officeHours(instant: Instant): boolean {
  const { dayOfWeek, hour } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(ZONE)
  return dayOfWeek <= 5 && hour >= 8 && hour < 17
}

export function body(id: string, name: string, layers: string[], more: Partial<Body> = {}): Body {
  return {
    ...always,
    kind: 'jurisdiction',
    id,
    name,
    layers,
    offers: null,
    isOpen: () => true,
    afterHoursDesk: null,
    ...more,
  }
}

export function service(code: string, layers: string[], more: Partial<ServiceRule> = {}): ServiceRule {
  return { code, layers, inform: [], urgent: false, urgentAnswers: new Map(), ...more }
}

export function agreement(
  id: string,
  accountable: string,
  performer: string,
  more: Partial<Agreement> = {},
): Agreement {
  return {
    ...always,
    id,
    title: `Agreement ${id}`,
    accountable,
    performer,
    services: null,
    areas: null,
    segments: null,
    hours: 'always',
    urgentOnly: false,
    ...more,
  }
}

interface DrawnArea extends Area {
  readonly polygons: MultiPolygonRings
}
interface DrawnSegment extends Segment {
  readonly line: readonly LongLat[]
}

function box(west: number, south: number, east: number, north: number): LinearRing {
  return [
    position(west, south),
    position(east, south),
    position(east, north),
    position(west, north),
    position(west, south),
  ]
}

function area(
  id: string,
  kind: Area['kind'],
  owner: string | null,
  name: string,
  polygons: MultiPolygonRings,
  dates: Partial<Area> = {},
): DrawnArea {
  return { ...always, id, kind, body: owner, name, polygons, ...dates }
}

export function road(
  id: string,
  name: string,
  ends: readonly [from: readonly [number, number], to: readonly [number, number]],
  more: Partial<Segment> = {},
): DrawnSegment {
  const line = ends.map(([east, north]) => position(east, north))
  return { ...always, id, name, kind: 'road', owner: null, sides: null, line, ...more }
}

const annexation = local('2026-07-01T00:00')
const enclave = box(4000, 4000, 5000, 5000)
const maple: MultiPolygonRings = [[box(2000, 2000, 8000, 8000), enclave], [box(4400, 4400, 4600, 4600)]]

export const drawnAreas: readonly DrawnArea[] = [
  area('calloway', 'boundary', 'calloway', 'Calloway County', [[box(0, 0, 18_000, 18_000)]]),
  area('maple-until-2026', 'boundary', 'maple', 'Maple', maple, { to: annexation }),
  area('maple', 'boundary', 'maple', 'Maple', [...maple, [box(2000, 8000, 4000, 9000)]], {
    from: annexation,
  }),
  area('alder', 'boundary', 'alder', 'Alder', [[box(8000, 2000, 14_000, 8000)]]),
  area('water', 'boundary', 'water', 'Three Creeks Water District', [[box(5000, 3000, 12_000, 6000)]]),
  area('postal-maple', 'postal', null, 'Maple', [[box(1000, 1000, 8000, 9000)]]),
  area('fort', 'territory', 'fort', 'Fort Pine', [[box(15_000, 15_000, 17_000, 17_000)]]),
  area('next-county', 'territory', 'next-county', 'Dunmore County', [[box(18_000, 0, 36_000, 18_000)]]),
  area('downtown', 'agreement', null, 'Downtown Alder', [[box(12_500, 3000, 13_500, 4000)]]),
]

export const drawnSegments: readonly DrawnSegment[] = [
  road(
    'mill-road',
    'Mill Road',
    [
      [0, 2500],
      [8000, 2500],
    ],
    {
      owner: 'calloway',
      from: local('2019-01-01T00:00'),
    },
  ),
  road('oak-street', 'Oak Street', [
    [2000, 2540],
    [7000, 2540],
  ]),
  road(
    'route-9',
    'State Route 9',
    [
      [0, 7000],
      [18_000, 7000],
    ],
    { owner: 'state-dot' },
  ),
  road(
    'line-street-south',
    'Line Street',
    [
      [8000, 2000],
      [8000, 4000],
    ],
    {
      sides: { left: 'maple', right: 'alder', lead: 'alder' },
    },
  ),
  road(
    'line-street-north',
    'Line Street',
    [
      [8000, 4000],
      [8000, 6500],
    ],
    {
      sides: { left: 'maple', right: 'alder', lead: 'alder' },
    },
  ),
  road('long-lane', 'Long Lane', [
    [7800, 7500],
    [9000, 7500],
  ]),
  road('old-pike', 'Old Pike', [
    [2000, 8500],
    [4000, 8500],
  ]),
  road(
    'base-road',
    'Base Road',
    [
      [14_000, 16_000],
      [17_000, 16_000],
    ],
    { owner: 'calloway' },
  ),
]

export const segmentIndex = (id: string) => drawnSegments.findIndex(segment => segment.id === id)
export const areaIndex = (id: string) => drawnAreas.findIndex(found => found.id === id)

const bodies = [
  body('calloway', 'Calloway County', ['county']),
  body('maple', 'City of Maple', ['municipality'], { isOpen: officeHours, afterHoursDesk: 'calloway' }),
  body('alder', 'City of Alder', ['municipality'], {
    offers: new Set(['pothole', 'graffiti', 'signal', 'tree', 'street-repair']),
  }),
  body('water', 'Three Creeks Water District', ['water-district'], { isOpen: officeHours }),
  body('state-dot', 'State DOT', [], { kind: 'partner' }),
  body('fort', 'Fort Pine', [], { kind: 'partner' }),
  body('next-county', 'Dunmore County', [], { kind: 'partner' }),
]

const services = [
  service('pothole', ['asset:road', 'municipality', 'county'], { inform: ['municipality'] }),
  service('signal', ['asset:road', 'municipality', 'county'], { inform: ['municipality'] }),
  service('street-repair', ['asset:road', 'municipality', 'county']),
  service('graffiti', ['municipality', 'county']),
  service('tree', ['municipality', 'county'], {
    urgentAnswers: new Map([['blocked', new Set(['road', 'house'])]]),
  }),
  service('water-leak', ['water-district', 'municipality', 'county'], { inform: ['municipality'] }),
  service('dog-license', ['county']),
  service('passport', ['embassy']),
]

const agreements = [
  agreement('signals-2026', 'maple', 'calloway', {
    title: 'Maple signal maintenance 2026–2028',
    services: new Set(['signal']),
    from: local('2026-07-01T00:00'),
    to: local('2028-07-01T00:00'),
  }),
  agreement('after-hours', 'maple', 'calloway', {
    title: 'Maple after hours',
    services: new Set(['tree', 'graffiti']),
    hours: 'closed',
    urgentOnly: true,
  }),
  agreement('downtown', 'alder', 'calloway', {
    title: 'Downtown Alder trees',
    services: new Set(['tree']),
    areas: new Set([areaIndex('downtown')]),
  }),
]

export const split: BoundaryStreetAgreement = {
  ...always,
  id: 'line-street',
  title: 'Line Street, split at the creek',
  segment: segmentIndex('line-street-north'),
  services: new Set(['pothole']),
  parts: [
    { upTo: 0.4, lead: 'maple' },
    { upTo: 1, lead: 'alder' },
  ],
}

export const calloway: RoutingSnapshot = snapshot({})

/** The county with some of its parts replaced. Areas and segments keep their indexes in the atlas. */
export function snapshot(changes: {
  bodies?: readonly Body[]
  services?: readonly ServiceRule[]
  agreements?: readonly Agreement[]
  boundaryStreets?: readonly BoundaryStreetAgreement[]
  areas?: readonly DrawnArea[]
  segments?: readonly DrawnSegment[]
  atlas?: RoutingSnapshot['atlas']
}): RoutingSnapshot {
  const byId = <T>(key: (item: T) => string, ...lists: readonly (readonly T[])[]) =>
    new Map(lists.flat().map(item => [key(item), item]))
  const areas = changes.areas ?? drawnAreas
  const segments = changes.segments ?? drawnSegments
  return {
    version: 'calloway-7',
    bodies: byId(({ id }) => id, bodies, changes.bodies ?? []),
    services: byId(({ code }) => code, services, changes.services ?? []),
    areas: areas.map(({ polygons: _, ...rest }) => rest),
    segments: segments.map(({ line: _, ...rest }) => rest),
    agreements: changes.agreements ?? agreements,
    boundaryStreets: changes.boundaryStreets ?? [split],
    intake: 'calloway',
    atlas:
      changes.atlas ??
      prepareAtlas({
        areas: areas.map(({ polygons }) => polygons),
        segments: segments.map(({ line }) => line),
      }),
  }
}

/** A weekday noon, a map pin, no answers. */
export function inquiry(service: string, place: Place | null, more: Partial<Inquiry> = {}): Inquiry {
  return {
    service,
    place,
    accuracy: 0,
    at: local('2026-06-24T12:00'),
    answers: {},
    urgent: false,
    ...more,
  }
}
