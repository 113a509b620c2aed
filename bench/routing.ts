import { readFileSync } from 'node:fs'
import type { LongLat, MultiPolygonRings, Place, PolygonRings } from '../src/core/geometry.ts'
import { prepareAtlas } from '../src/geography/atlas.ts'
import { resolve } from '../src/routing/resolve.ts'
import type { Area, Body, Inquiry, RoutingSnapshot, Segment } from '../src/routing/types.ts'
import { calloway } from '../test/support/routing-fixture.ts'
import { sharedData } from '../test/support/shared.ts'
import type { Figure } from './figure.ts'

const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
const SECONDS = 4
const PLACES = 20_000
const COUNTY = 'UNINCORPORATED MIAMI-DADE'

/**
 * The whole `resolve`, trace included, beside the least that any router must do: look up the areas and roads of
 * each point, and their owners. On Miami-Dade's real boundaries under a synthetic grid of 9,800 roads.
 */
export async function bench(): Promise<readonly Figure[]> {
  const file = sharedData('miami-dade/municipal_boundary_county_gis.geojson')
  const real = file !== undefined
  const where = real ? 'Miami-Dade' : 'a made-up county'
  const snapshot = real ? miamiDade(JSON.parse(readFileSync(file, 'utf8'))) : calloway
  const places = real ? placesOf(-80.8, 25.3, 0.7) : placesOf(-80, 40, 0.16)
  const figure = (name: string, service: string, accuracy: number): Figure => {
    const inquiries = places.map(
      (place): Inquiry => ({ service, place, accuracy, at: 1.8e12, answers: {}, urgent: false }),
    )
    const [value, baseline] = perSecond(inquiries, [
      inquiry => resolve(snapshot, inquiry).trace.length,
      ({ place }) => (place ? ownersAt(snapshot, place) : 0),
    ])
    return {
      name: `resolve, ${where}, ${name}`,
      value,
      unit: 'resolves/s',
      baseline,
      ratio: value / baseline,
    }
  }
  return [
    figure('by road', 'pothole', 0),
    figure('by boundary', 'graffiti', 0),
    figure('by boundary, known to 30 m', 'graffiti', 30),
  ]
}

function ownersAt({ atlas, areas, segments, bodies }: RoutingSnapshot, { lat, long }: Place): number {
  let owners = 0
  for (const index of atlas.areasAt(lat, long)) owners += bodies.has(areas[index]?.body ?? '') ? 1 : 0
  for (const { segment } of atlas.segmentsWithin(lat, long, 15)) {
    owners += bodies.has(segments[segment]?.owner ?? '') ? 1 : 0
  }
  return owners
}

/** Each work's best pass; they take turns, so that a busy machine slows both. */
function perSecond(
  inquiries: readonly Inquiry[],
  works: readonly [(inquiry: Inquiry) => number, (inquiry: Inquiry) => number],
): [number, number] {
  const best: [number, number] = [0, 0]
  let sum = 0
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end; ) {
    for (const [i, work] of works.entries()) {
      const start = performance.now()
      for (const inquiry of inquiries) sum += work(inquiry)
      const rate = (inquiries.length / (performance.now() - start)) * 1000
      best[i === 0 ? 0 : 1] = Math.max(best[i === 0 ? 0 : 1], rate)
    }
  }
  if (sum === 0) throw new Error('Nothing was answered')
  return best
}

interface Collection {
  readonly features: readonly {
    readonly properties: { readonly NAME: string }
    readonly geometry: { readonly coordinates: PolygonRings }
  }[]
}

function miamiDade({ features }: Collection): RoutingSnapshot {
  const pieces = Map.groupBy(features, feature => feature.properties.NAME)
  const municipalities = [...pieces].filter(([name]) => name !== COUNTY)
  const everything = features.map(feature => feature.geometry.coordinates)
  const drawn: [string, MultiPolygonRings][] = [
    [COUNTY, everything],
    ...municipalities.map(([name, all]): [string, MultiPolygonRings] => [
      name,
      all.map(feature => feature.geometry.coordinates),
    ]),
  ]
  const lines = grid()
  const areas = drawn.map(([name]): Area => ({ ...always, id: name, kind: 'boundary', body: name, name }))
  const segments = lines.map(
    (_, index): Segment => ({
      ...always,
      id: `road-${index}`,
      name: `Road ${index}`,
      kind: 'road',
      owner: index % 3 === 0 ? COUNTY : null,
      sides: null,
    }),
  )
  return {
    version: 'miami-dade-1',
    bodies: new Map(drawn.map(([name]) => [name, bodyOf(name)])),
    services: calloway.services,
    areas,
    segments,
    agreements: [],
    boundaryStreets: [],
    intake: COUNTY,
    atlas: prepareAtlas({ areas: drawn.map(([, polygons]) => polygons), segments: lines }),
  }
}

function bodyOf(name: string): Body {
  return {
    ...always,
    kind: 'jurisdiction',
    id: name,
    name,
    layers: [name === COUNTY ? 'county' : 'municipality'],
    offers: null,
    isOpen: () => true,
    afterHoursDesk: null,
  }
}

/** Streets every 0.01° each way across the built-up county, in blocks of 0.01°. */
function grid(): (readonly LongLat[])[] {
  const lines: LongLat[][] = []
  for (let x = 0; x < 70; x++) {
    for (let y = 0; y < 70; y++) {
      const [long, lat] = [-80.8 + x / 100, 25.3 + y / 100]
      lines.push(
        [
          [long, lat],
          [long + 0.01, lat],
        ],
        [
          [long, lat],
          [long, lat + 0.01],
        ],
      )
    }
  }
  return lines
}

/** Spread over a square of degrees, every other one on a street, as potholes are. */
function placesOf(west: number, south: number, size: number): readonly Place[] {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return (seed / 2_147_483_647) * size
  }
  return Array.from({ length: PLACES }, (_, index) => {
    const [lat, long] = [south + random(), west + random()]
    return index % 2 === 0 ? { lat, long } : { lat: Math.round(lat * 100) / 100 + 0.00005, long }
  })
}
