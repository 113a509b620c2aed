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
import { bodiesOf, type Feature, type NamedFeatures } from './same-name.ts'
import { shortSlug, slugOf } from './slug.ts'
import { suspiciousCount, truncated } from './truncation.ts'

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
  readonly repaired: readonly Notice[]
  readonly warnings: readonly Notice[]
  /** One unusable feature refuses its whole body: half a boundary would be a wrong one. */
  readonly refused: readonly (Refusal & { readonly name: string })[]
}

export interface Notice {
  readonly name: string
  readonly what: string
}

export interface BoundaryFields {
  readonly nameField: string
  readonly bodyField?: string | undefined
  /** Only features with these values. */
  readonly only?: ReadonlyMap<string, string>
}

const THE_FILE = 'The file'
const WGS84 = /CRS:?84$|EPSG:+4326$/i

/**
 * Features whose names make the same slug are one body, unless their other properties tell them apart. Never
 * throws: unusable ones are refused by name, and a file that is only a part of one is refused whole.
 */
export function importBoundaries(geojson: unknown, fields: BoundaryFields): BoundaryImport {
  const features = featuresOf(geojson)
  if (isRefusal(features)) return refusedWhole(features)
  const { bodyField } = fields
  if (bodyField !== undefined && !features.some(({ properties }) => properties[bodyField] != null)) {
    const others = Object.keys(features[0]?.properties ?? {}).join(', ') || 'none'
    return refusedWhole({
      why: `No feature has the property ${bodyField}`,
      repair: `Name another (they have ${others})`,
    })
  }
  const suspicious = suspiciousCount(features.length)
  const warnings = suspicious === undefined ? [] : [{ name: THE_FILE, what: suspicious }]
  const refused: (Refusal & { name: string })[] = []
  const bodies: ImportedBody[] = []
  const repaired: Notice[] = []
  for (const named of groupsByName(features, fields, refused)) {
    const found = bodiesOf(named, features, fields)
    if (isRefusal(found)) {
      refused.push({ name: named.name, ...found })
      continue
    }
    if (found.length > 1) {
      const what = `Took ${named.features.length} features of this name for ${found.map(({ name }) => name).join(', ')}`
      repaired.push({ name: named.name, what })
    }
    for (const { name, features: pieces } of found) {
      const { body, what, refusal } = draw(name, pieces, fields.nameField)
      const namesake = bodies.find(({ slug }) => slug === body?.slug)
      const issue = refusal ?? (namesake && slugTaken(namesake.slug, namesake.name))
      if (issue !== undefined) refused.push({ name, ...issue })
      else if (body !== undefined) {
        bodies.push(body)
        repaired.push(...what.map(what => ({ name, what })))
      }
    }
  }
  return { bodies, repaired, warnings, refused }
}

/** The outcome for a file of which nothing can be taken. */
export function refusedWhole(refusal: Refusal): BoundaryImport {
  return { bodies: [], repaired: [], warnings: [], refused: [{ name: THE_FILE, ...refusal }] }
}

function groupsByName(
  features: readonly Feature[],
  { nameField, only = new Map() }: BoundaryFields,
  refused: (Refusal & { name: string })[],
): Iterable<NamedFeatures> {
  const groups = new Map<string, { name: string; features: Feature[] }>()
  for (const [i, feature] of features.entries()) {
    const { properties } = feature
    if (![...only].every(([key, value]) => String(properties[key]) === value)) continue
    const name = nameOf(properties[nameField])
    const key = slugOf(name)
    if (key === '') {
      refused.push({ name: `Feature ${i + 1}`, ...nameless(name, nameField, properties) })
      continue
    }
    const group = groups.get(key) ?? { name, features: [] }
    groups.set(key, group)
    group.features.push(feature)
  }
  return groups.values()
}

function draw(
  name: string,
  features: readonly Feature[],
  nameField: string,
): { body?: ImportedBody; what: readonly string[]; refusal?: Refusal } {
  const counts = newRepairCounts()
  const polygons: MultiPolygonRings[] = []
  for (const feature of features) {
    const read = readGeometry(feature.geometry, counts)
    if (isRefusal(read)) return { what: [], refusal: read }
    polygons.push(read)
  }
  if (polygons.flat().length === 0) return { what: [], refusal: NO_AREA }
  const geometry = joined(polygons.flat(), counts)
  const names = new Set(features.map(({ properties }) => nameOf(properties[nameField])))
  const vertices = geometry.flat(2).length
  return {
    body: { name, slug: shortSlug(slugOf(name)), geometry, vertices, squareMeters: squareMeters(geometry) },
    what: [
      ...(names.size > 1 ? [`Took ${[...names].join(', ')} for one body`] : []),
      ...formatRepairs(counts),
    ],
  }
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
  const cut = truncated(file, file.features.length)
  if (cut !== undefined) return cut
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
  return settled(cleanRing(whole))
}

// Rounding can put a corner onto an edge. What is written must be read back as it is.
function settled(polygons: MultiPolygonRings): MultiPolygonRings {
  return polygons.flatMap(polygon => {
    const again = repairPolygon(polygon, newRepairCounts())
    return isRefusal(again) ? [polygon] : again
  })
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
