import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { startOfDay } from '../runtime/calendar.ts'
import type { Region } from '../runtime/compile.ts'

/**
 * Jurisdictions as of `at`, streets and backdrop. `layer` selects a feature's style. Streets that were imported are too many
 * for one answer: the map has them as tiles.
 */
export function mapLayers(region: Region, at: number): FeatureCollection {
  const { jurisdictions, roads, backdrop, region: site } = region.documents
  const inForce = (
    { from, to }: { from?: string | null | undefined; to?: string | null | undefined },
    zone: string,
  ) => (from == null || startOfDay(from, zone) <= at) && (to == null || at < startOfDay(to, zone))
  const features: Feature[] = []
  const add = (layer: string, properties: object, geometry: Geometry) =>
    features.push({ type: 'Feature', properties: { layer, ...properties }, geometry })
  for (const { properties, coordinates } of backdrop) {
    const { kind, name } = properties
    add(
      'backdrop',
      { kind, name: name ?? null },
      isLine(coordinates) ? lines(coordinates) : areas(coordinates),
    )
  }
  for (const { slug, name, kind, brand, timezone, boundary } of jurisdictions) {
    for (const { properties, coordinates } of boundary) {
      if (!inForce(properties, timezone ?? site.timezone)) continue
      add('jurisdiction', { slug, name, kind, color: (brand ?? site.brand).primary }, areas(coordinates))
    }
  }
  for (const { properties, coordinates } of roads) {
    if (properties.source || !inForce(properties, site.timezone)) continue
    const { id, name, class: size } = properties
    add('road', { id, name, class: size }, lines(coordinates))
  }
  return { type: 'FeatureCollection', features }
}

type Coordinates = Region['documents']['backdrop'][number]['coordinates']
type Line = Region['documents']['roads'][number]['coordinates']
type Areas = Region['documents']['areas'][number]['coordinates']

function isLine(coordinates: Coordinates): coordinates is Line {
  return typeof coordinates[0]?.[0] === 'number'
}

// GeoJSON's own types are mutable; these positions are shared and never changed.
function lines(coordinates: Line): Geometry {
  return { type: 'LineString', coordinates: coordinates as unknown as number[][] }
}

function areas(coordinates: Areas): Geometry {
  return { type: 'MultiPolygon', coordinates: coordinates as unknown as number[][][][] }
}
