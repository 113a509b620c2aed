import { stringify } from 'yaml'
import type { LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import type { RegionFiles } from './load.ts'
import type { Documents, Feature } from './snapshot.ts'

/** Writes documents as files; `loadRegion` of the result gives the same hash. */
export function exportRegion(documents: Documents): RegionFiles {
  return new Map([...documentValues(documents)].map(([file, value]) => [file, documentText(file, value)]))
}

/** What each file of a region holds, by its name: `loadRegionValues` of the result gives the same documents. */
export function documentValues(documents: Documents): Map<string, DocumentValue> {
  const { region, services, agreements, jurisdictions, areas, roads, places, backdrop } = documents
  const { demonstration, districts } = documents
  const values = new Map<string, DocumentValue>([
    ['region.yaml', region],
    ['services.yaml', { services }],
  ])
  if (Object.keys(agreements).length > 0) values.set('agreements.yaml', agreements)
  if (demonstration !== undefined) values.set('demonstration.yaml', demonstration)
  if (districts !== undefined) values.set('districts.yaml', { districts })
  for (const { slug, boundary, districts, ...document } of jurisdictions) {
    values.set(`${slug}/jurisdiction.yaml`, document)
    if (districts !== undefined) values.set(`${slug}/districts.yaml`, { districts })
    if (boundary.length > 0) values.set(`${slug}/boundary.geojson`, featureCollection(boundary))
  }
  for (const [name, features] of Object.entries({ areas, roads, places, backdrop })) {
    if (features.length > 0) values.set(`${name}.geojson`, featureCollection(features))
  }
  return values
}

export type DocumentValue = Readonly<Record<string, unknown>>

function documentText(file: string, value: DocumentValue): string {
  if (file.endsWith('.geojson')) return geoJsonText(value as unknown as FeatureCollection)
  const kind = file.slice(file.indexOf('/') + 1, -'.yaml'.length)
  const up = file.includes('/') ? '../../..' : '../..'
  return yaml(`${up}/docs/schemas/${kind}`, value)
}

export function yaml(schema: string, document: unknown): string {
  return `# yaml-language-server: $schema=${schema}.schema.json\n${stringify(document, { lineWidth: 100 })}`
}

type Coordinates = MultiPolygonRings | readonly LongLat[] | LongLat

interface FeatureCollection extends DocumentValue {
  readonly type: 'FeatureCollection'
  readonly features: readonly object[]
}

export function featureCollection(features: readonly Feature<unknown, Coordinates>[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: features.map(({ properties, coordinates }) => ({
      type: 'Feature',
      properties,
      geometry: geometry(coordinates),
    })),
  }
}

export function geoJson(features: readonly Feature<unknown, Coordinates>[]): string {
  return geoJsonText(featureCollection(features))
}

/** One line per feature, so that diffs show which changed. */
function geoJsonText({ features }: FeatureCollection): string {
  const lines = features.map(feature => JSON.stringify(feature))
  return `{"type":"FeatureCollection","features":[\n${lines.join(',\n')}\n]}\n`
}

function geometry(coordinates: Coordinates): { type: string; coordinates: unknown } {
  const [first] = coordinates
  if (typeof first === 'number') return { type: 'Point', coordinates }
  if (typeof first?.[0] === 'number') return { type: 'LineString', coordinates }
  return coordinates.length === 1
    ? { type: 'Polygon', coordinates: first }
    : { type: 'MultiPolygon', coordinates }
}
