import type { Geometry, Position } from '../table.ts'
import { geometryOfType } from '../table.ts'

/** A feature as GeoJSON has it, with whatever its file wrote as geometry. */
export interface MapFeature {
  readonly type: 'Feature'
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** Undefined for what is no geometry with coordinates that can be read. */
export function readGeometry(value: unknown): Geometry | undefined {
  const { type, coordinates } = recordOf(value)
  return geometryOfType(type, coordinates) ?? undefined
}

/** Every position of a geometry, in order. */
export function* positionsOf(geometry: Geometry): Iterable<Position> {
  switch (geometry.type) {
    case 'Point':
      yield geometry.coordinates
      return
    case 'MultiPoint':
    case 'LineString':
      yield* geometry.coordinates
      return
    case 'MultiLineString':
    case 'Polygon':
      for (const line of geometry.coordinates) yield* line
      return
    case 'MultiPolygon':
      for (const rings of geometry.coordinates) for (const ring of rings) yield* ring
  }
}

/** The geometry with each of its positions moved. */
export function movedGeometry(geometry: Geometry, move: (position: Position) => Position): Geometry {
  const line = (positions: readonly Position[]) => positions.map(move)
  switch (geometry.type) {
    case 'Point':
      return { type: 'Point', coordinates: move(geometry.coordinates) }
    case 'MultiPoint':
    case 'LineString':
      return { type: geometry.type, coordinates: line(geometry.coordinates) }
    case 'MultiLineString':
    case 'Polygon':
      return { type: geometry.type, coordinates: geometry.coordinates.map(line) }
    case 'MultiPolygon':
      return { type: 'MultiPolygon', coordinates: geometry.coordinates.map(rings => rings.map(line)) }
  }
}

/** The polygons among the parts of a GeometryCollection as one geometry; undefined if it has none. */
export function polygonsOfCollection(value: unknown, depth = 0): Geometry | undefined {
  const { type, geometries } = recordOf(value)
  if (type !== 'GeometryCollection' || !Array.isArray(geometries) || depth > 8) return undefined
  const parts = geometries.flatMap(part => {
    const geometry = readGeometry(part) ?? polygonsOfCollection(part, depth + 1)
    if (geometry?.type === 'Polygon') return [geometry.coordinates]
    return geometry?.type === 'MultiPolygon' ? geometry.coordinates : []
  })
  return parts.length > 0 ? { type: 'MultiPolygon', coordinates: parts } : undefined
}
