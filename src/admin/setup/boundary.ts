import * as v from 'valibot'
import type { LongLat } from '../../core/geometry.ts'
import { isRefusal } from '../../geography/refusal.ts'
import { readGeoJson } from '../../import/boundaries/format.ts'
import { importBoundaries } from '../../import/boundaries/import.ts'
import { boundaryFile, toFeatures } from '../../regions/documents/geojson.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'

/** Of an uploaded file. A county's boundary in full detail has some hundred kilobytes. */
export const MAX_BOUNDARY_BYTES = 3 * 1024 * 1024

export type StoredBoundary = v.InferOutput<typeof boundaryFile>

export type ReadBoundary =
  | { readonly boundary: StoredBoundary }
  /** Why it cannot be used, and what to do. */
  | { readonly refused: string }

/** All polygons of a GeoJSON file, repaired and joined into one boundary. */
export function readBoundary(bytes: Uint8Array): ReadBoundary {
  const read = readGeoJson(bytes)
  if (isRefusal(read)) return { refused: `${read.why}. ${read.repair}.` }
  const { bodies, refused } = importBoundaries(named(read.value), { nameField: 'name' })
  const [refusal] = refused
  const [body] = bodies
  if (refusal !== undefined || body === undefined) {
    return { refused: refusal === undefined ? '' : `${refusal.why}. ${refusal.repair}.` }
  }
  const geometry = { type: 'MultiPolygon', coordinates: body.geometry }
  const file = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry }] }
  return { boundary: v.parse(boundaryFile, file) }
}

// Other properties would tell the features apart; a geometry alone is no feature yet.
function named(value: unknown): unknown {
  const file = asRecord(value)
  const name = (feature: unknown) => ({ ...asRecord(feature), properties: { name: 'boundary' } })
  if (file.type === 'Polygon' || file.type === 'MultiPolygon')
    return name({ type: 'Feature', geometry: file })
  if (file.type === 'Feature') return name(file)
  return Array.isArray(file.features) ? { ...file, features: file.features.map(name) } : value
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function featuresOf(stored: unknown): Jurisdiction['boundary'] {
  const read = v.safeParse(boundaryFile, stored)
  return read.success ? toFeatures(read.output) : []
}

/** The middle of the box around it; undefined without a boundary. */
export function middleOf(boundary: Jurisdiction['boundary']): LongLat | undefined {
  const positions = boundary.flatMap(({ coordinates }) => coordinates.flat(2))
  const [first] = positions
  if (first === undefined) return undefined
  let [west, south] = first
  let [east, north] = first
  for (const [long, lat] of positions) {
    west = Math.min(west, long)
    east = Math.max(east, long)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  const middle = (one: number, other: number) => Number(((one + other) / 2).toFixed(4))
  return [middle(west, east), middle(south, north)]
}
