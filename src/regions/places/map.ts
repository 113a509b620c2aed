import type { Feature, FeatureCollection, Geometry } from 'geojson'
import type { LongLat } from '../../core/geometry.ts'
import { startOfDay } from '../runtime/calendar.ts'
import type { Region } from '../runtime/compile.ts'

/** What a map loads over a base map; without one; and then when it is close: local streets and paths. */
export const mapParts = ['boundaries', 'main', 'local'] as const
export type MapPart = (typeof mapParts)[number]

/**
 * Jurisdictions as of `at`, streets and backdrop. `layer` selects a feature's style. Streets that were imported are too many
 * for one answer: the map has them as tiles.
 */
export function mapLayers(region: Region, at: number, part?: MapPart): FeatureCollection {
  const { jurisdictions, roads, backdrop, region: site } = region.documents
  const inForce = (
    { from, to }: { from?: string | null | undefined; to?: string | null | undefined },
    zone: string,
  ) => (from == null || startOfDay(from, zone) <= at) && (to == null || at < startOfDay(to, zone))
  const features: Feature[] = []
  const add = (layer: string, properties: object, geometry: Geometry) =>
    features.push({ type: 'Feature', properties: { layer, ...properties }, geometry })
  const [isLocal, isBoundaries] = [part === 'local', part === 'boundaries']
  for (const { properties, coordinates } of isLocal || isBoundaries ? [] : backdrop) {
    const { kind, name } = properties
    add(
      'backdrop',
      { kind, name: name ?? null },
      isLine(coordinates) ? lines(coordinates) : areas(coordinates),
    )
  }
  for (const { slug, name, kind, brand, timezone, boundary } of isLocal ? [] : jurisdictions) {
    for (const { properties, coordinates } of boundary) {
      if (!inForce(properties, timezone ?? site.timezone)) continue
      add('jurisdiction', { slug, name, kind, color: (brand ?? site.brand).primary }, areas(coordinates))
    }
  }
  for (const { properties, coordinates } of isBoundaries ? [] : roads) {
    if (properties.source || !inForce(properties, site.timezone)) continue
    const { id, name, class: size } = properties
    if (part !== undefined && (size === 'local' || size === 'path') !== isLocal) continue
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

function lines(line: Line): Geometry {
  return { type: 'LineString', coordinates: line.map(rounded) }
}

function areas(areas: Areas): Geometry {
  return { type: 'MultiPolygon', coordinates: areas.map(rings => rings.map(ring => ring.map(rounded))) }
}

// To a meter, which is closer than a map is drawn.
function rounded([long, lat]: LongLat): number[] {
  return [Number(long.toFixed(5)), Number(lat.toFixed(5))]
}
