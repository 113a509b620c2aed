import { stringify } from 'yaml'
import type { LongLat, MultiPolygonRings } from '../../core/geometry.ts'
import type { RegionFiles } from './load.ts'
import type { Documents, Feature } from './snapshot.ts'

/** Writes documents as files; `loadRegion` of the result gives the same hash. */
export function exportRegion(documents: Documents): RegionFiles {
  const { region, services, agreements, jurisdictions, areas, roads, places, backdrop } = documents
  const { demonstration, districts } = documents
  const files = new Map([
    ['region.yaml', yaml('../../docs/schemas/region', region)],
    ['services.yaml', yaml('../../docs/schemas/services', { services })],
  ])
  if (Object.keys(agreements).length > 0) {
    files.set('agreements.yaml', yaml('../../docs/schemas/agreements', agreements))
  }
  if (demonstration !== undefined) {
    files.set('demonstration.yaml', yaml('../../docs/schemas/demonstration', demonstration))
  }
  if (districts !== undefined)
    files.set('districts.yaml', yaml('../../docs/schemas/districts', { districts }))
  for (const { slug, boundary, districts, ...document } of jurisdictions) {
    files.set(`${slug}/jurisdiction.yaml`, yaml('../../../docs/schemas/jurisdiction', document))
    if (districts !== undefined) {
      files.set(`${slug}/districts.yaml`, yaml('../../../docs/schemas/districts', { districts }))
    }
    if (boundary.length > 0) files.set(`${slug}/boundary.geojson`, geoJson(boundary))
  }
  for (const [name, features] of Object.entries({ areas, roads, places, backdrop })) {
    if (features.length > 0) files.set(`${name}.geojson`, geoJson(features))
  }
  return files
}

export function yaml(schema: string, document: unknown): string {
  return `# yaml-language-server: $schema=${schema}.schema.json\n${stringify(document, { lineWidth: 100 })}`
}

type Coordinates = MultiPolygonRings | readonly LongLat[] | LongLat

/** One line per feature, so that diffs show which changed. */
export function geoJson(features: readonly Feature<unknown, Coordinates>[]): string {
  const lines = features.map(({ properties, coordinates }) =>
    JSON.stringify({ type: 'Feature', properties, geometry: geometry(coordinates) }),
  )
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
