import type { MultiPolygonRings } from '../../core/geometry.ts'
import { union } from '../../geography/polygons/clip.ts'
import { squareMeters } from '../../geography/polygons/measure.ts'
import {
  cleanRing,
  formatRepairs,
  newRepairCounts,
  type RepairCounts,
  repairPolygon,
} from '../../geography/polygons/repair.ts'
import { isRefusal, NO_AREA, type Refusal } from '../../geography/refusal.ts'
import { shortSlug, slugOf } from './slug.ts'

export interface ImportedBody {
  readonly name: string
  readonly slug: string
  /** Outer rings counterclockwise, holes clockwise (RFC 7946 § 3.1.6), to seven decimals. */
  readonly geometry: MultiPolygonRings
  readonly vertices: number
  readonly squareMeters: number
}

export interface BoundaryImport {
  readonly bodies: readonly ImportedBody[]
  readonly repaired: readonly { readonly name: string; readonly what: string }[]
  /** One unusable feature refuses its whole body: half a boundary would be a wrong one. */
  readonly refused: readonly (Refusal & { readonly name: string })[]
}

const THE_FILE = 'The file'
const WGS84 = /CRS:?84$|EPSG:+4326$/i

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

interface Draft {
  readonly name: string
  readonly names: Set<string>
  readonly counts: RepairCounts
  readonly polygons: MultiPolygonRings[]
  refusal?: Refusal
}

/** Features whose names make the same slug are one body. Never throws: unusable ones are refused by name. */
export function importBoundaries(
  geojson: unknown,
  { nameField }: { readonly nameField: string },
): BoundaryImport {
  const features = featuresOf(geojson)
  if (isRefusal(features)) return { bodies: [], repaired: [], refused: [{ name: THE_FILE, ...features }] }
  const refused: (Refusal & { name: string })[] = []
  const drafts = new Map<string, Draft>()
  for (const [i, { properties, geometry }] of features.entries()) {
    const name = nameOf(properties[nameField])
    const key = slugOf(name)
    if (key === '') {
      refused.push({ name: `Feature ${i + 1}`, ...nameless(name, nameField, properties) })
      continue
    }
    const draft = drafts.get(key) ?? { name, names: new Set(), counts: newRepairCounts(), polygons: [] }
    drafts.set(key, draft)
    draft.names.add(name)
    const polygons = readGeometry(geometry, draft.counts)
    if (isRefusal(polygons)) draft.refusal ??= polygons
    else draft.polygons.push(polygons)
  }

  const bodies: ImportedBody[] = []
  const repaired: { name: string; what: string }[] = []
  for (const [key, { name, names, counts, polygons, refusal }] of drafts) {
    const slug = shortSlug(key)
    const namesake = bodies.find(body => body.slug === slug)
    const issue =
      refusal ?? (polygons.flat().length === 0 ? NO_AREA : namesake && slugTaken(slug, namesake.name))
    if (issue !== undefined) {
      refused.push({ name, ...issue })
      continue
    }
    const geometry = joined(polygons.flat(), counts)
    const vertices = geometry.flat(2).length
    bodies.push({ name, slug, geometry, vertices, squareMeters: squareMeters(geometry) })
    if (names.size > 1) repaired.push({ name, what: `Took ${[...names].join(', ')} for one body` })
    repaired.push(...formatRepairs(counts).map(what => ({ name, what })))
  }
  return { bodies, repaired, refused }
}

function featuresOf(geojson: unknown): readonly Feature[] | Refusal {
  const file = asRecord(geojson)
  const crs = asRecord(asRecord(file.crs).properties).name
  if (typeof crs === 'string' && !WGS84.test(crs)) {
    return {
      why: `It is in the coordinate system ${crs}`,
      repair: 'Export it in WGS84 (EPSG:4326), in degrees',
    }
  }
  if (file.type === 'Feature') return [asFeature(file)]
  if (file.type !== 'FeatureCollection' || !Array.isArray(file.features)) {
    return {
      why: 'It is not a GeoJSON FeatureCollection',
      repair: 'Export the boundaries as GeoJSON (RFC 7946)',
    }
  }
  if (file.features.length === 0) return { why: 'It has no features', repair: 'Export at least one boundary' }
  return file.features.map(asFeature)
}

function readGeometry(geometry: unknown, counts: RepairCounts): MultiPolygonRings | Refusal {
  const { type, coordinates } = asRecord(geometry)
  if (type !== 'Polygon' && type !== 'MultiPolygon') {
    const found = typeof type === 'string' ? `a ${type}` : 'no geometry'
    return {
      why: `It is drawn as ${found}`,
      repair: 'Draw it as a Polygon or a MultiPolygon, or leave it out',
    }
  }
  const parts: unknown = type === 'Polygon' ? [coordinates] : coordinates
  if (!Array.isArray(parts) || parts.length === 0) {
    return { why: 'Its geometry is empty', repair: 'Draw it, or remove it' }
  }
  const polygons: MultiPolygonRings[] = []
  for (const part of parts) {
    const repaired = repairPolygon(part, counts)
    if (isRefusal(repaired)) return repaired
    polygons.push(repaired)
  }
  return polygons.flat()
}

// Joins parts that overlap or share an edge; others keep their vertices.
function joined(polygons: MultiPolygonRings, counts: RepairCounts): MultiPolygonRings {
  if (polygons.length < 2) return polygons
  const whole = union(polygons)
  const separate = whole.length >= polygons.length && squareMeters(polygons) - squareMeters(whole) < 0.01
  if (separate) return polygons
  counts.joined = { drawn: polygons.length, left: whole.length }
  return cleanRing(whole)
}

function nameOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).trim().replace(/\s+/g, ' ')
    : ''
}

function nameless(name: string, nameField: string, properties: Feature['properties']): Refusal {
  if (name !== '')
    return {
      why: `${name} cannot be used as a folder name`,
      repair: 'Use a field with a name in Latin letters',
    }
  const others = Object.keys(properties).join(', ') || 'none'
  return {
    why: `It has no name in ${nameField}`,
    repair: `Fill it in, or name another field (it has ${others})`,
  }
}

function slugTaken(slug: string, by: string): Refusal {
  return {
    why: `Its folder name would be ${slug}, which ${by} already has`,
    repair: 'Shorten one of the two names',
  }
}

function asFeature(value: unknown): Feature {
  const { properties, geometry } = asRecord(value)
  return { properties: asRecord(properties), geometry }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
