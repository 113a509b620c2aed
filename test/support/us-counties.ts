import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import type { MultiPolygonRings } from '../../src/core/geometry.ts'
import { importBoundaries } from '../../src/import/boundaries/import.ts'
import type { Documents, Jurisdiction } from '../../src/regions/documents/snapshot.ts'
import { bundledDocuments } from './app.ts'
import { letters, plainRegion } from './plain-region.ts'

/** The bundled region's catalogue for every county of the United States: the largest region that tests know. */
export async function usCounties(): Promise<Documents> {
  const { region, services } = await bundledDocuments()
  const { geocoders: _geocoders, jurisdictionHosts: _hosts, ...common } = region
  const jurisdictions = counties()
  return plainRegion({
    region: {
      ...common,
      name: 'Counties of the United States',
      hosts: ['counties.example'],
      intake: jurisdictions[0]?.slug ?? '',
      partners: [],
      emergencies: [],
      // In Kansas.
      map: { center: [-98.6, 39.8] },
    },
    services: services.map(service => ({ ...service, layers: ['county'], inform: [] })),
    jurisdictions,
  })
}

// With the county's code still as short as a slug may be.
const MAX_SLUG = 32

/** Their generalized boundaries overlap a neighbor's. */
const overlapping = new Set(['06085', '22083'])

type Named = GeometryCollection<{ readonly name: string }>

function counties(): Jurisdiction[] {
  const file = createRequire(import.meta.url).resolve('us-atlas/counties-10m.json')
  const atlas = JSON.parse(readFileSync(file, 'utf8')) as Topology<{ counties: Named; states: Named }>
  const states = new Map(
    atlas.objects.states.geometries.map(({ id, properties }) => [String(id), nameOf(properties)]),
  )
  const collection = feature<{ readonly name?: string }>(atlas, atlas.objects.counties)
  const features = collection.features.map(({ id, geometry }) => ({
    type: 'Feature' as const,
    properties: { fips: String(id) },
    geometry,
  }))
  const { bodies } = importBoundaries({ type: 'FeatureCollection', features }, { nameField: 'fips' })
  const shapes = new Map(bodies.map(({ name, geometry }) => [name, geometry]))
  return collection.features
    .map(({ id, properties }) => ({ fips: String(id), name: nameOf(properties) }))
    .sort((a, b) => (a.fips < b.fips ? -1 : 1))
    .flatMap(({ fips, name }, index) => {
      const shape = shapes.get(fips)
      return shape === undefined || overlapping.has(fips)
        ? []
        : [county(fips, `${name}, ${states.get(fips.slice(0, 2))}`, index, shape)]
    })
}

function nameOf(properties: { readonly name?: string } | null | undefined): string {
  return properties?.name ?? ''
}

function county(fips: string, name: string, index: number, shape: MultiPolygonRings): Jurisdiction {
  return {
    slug: `${slugOf(name)}-${fips}`,
    name,
    kind: 'county',
    code: letters(index, 4),
    phone: `555-01${String(index % 100).padStart(2, '0')}`,
    boundary: [{ properties: {}, coordinates: shape }],
  }
}

function slugOf(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-|-$/g, '')
}
