import type { MultiPolygonRings } from '../core/geometry.ts'
import { union } from './clip.ts'
import { squareMetres } from './measure.ts'
import { mendPolygon, mendsTold, newTally, type Tally, tidy } from './mend.ts'
import { isRefusal, NO_GROUND, type Refusal } from './refusal.ts'
import { shortSlug, slugOf } from './slug.ts'

/** A body as a county's file draws it, mended. */
export interface ImportedBody {
  readonly name: string
  readonly slug: string
  /** Outer rings counterclockwise, holes clockwise (RFC 7946 § 3.1.6), to seven decimals. */
  readonly geometry: MultiPolygonRings
  readonly vertices: number
  readonly squareMetres: number
}

export interface BoundaryImport {
  /** In the order of the file. */
  readonly bodies: readonly ImportedBody[]
  readonly mended: readonly { readonly name: string; readonly what: string }[]
  /** A body with one feature that cannot be taken is refused whole: half a boundary would be a wrong one. */
  readonly refused: readonly (Refusal & { readonly name: string })[]
}

/** The file itself, where the fault is not one body's. */
const THE_FILE = 'The file'
const WGS84 = /CRS:?84$|EPSG:+4326$/i

interface Feature {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

interface Draft {
  readonly name: string
  readonly names: Set<string>
  readonly tally: Tally
  readonly polygons: MultiPolygonRings[]
  refusal?: Refusal
}

/**
 * Takes a county's GeoJSON apart into bodies: features with the same name (in `nameField`) are one body, and so are
 * names that make the same slug. Never throws: whatever cannot be taken is refused by name, with how to mend it.
 */
export function importBoundaries(
  geojson: unknown,
  { nameField }: { readonly nameField: string },
): BoundaryImport {
  const features = featuresOf(geojson)
  if (isRefusal(features)) return { bodies: [], mended: [], refused: [{ name: THE_FILE, ...features }] }
  const refused: (Refusal & { name: string })[] = []
  const drafts = new Map<string, Draft>()
  for (const [i, { properties, geometry }] of features.entries()) {
    const name = nameOf(properties[nameField])
    const key = slugOf(name)
    if (key === '') {
      refused.push({ name: `Feature ${i + 1}`, ...nameless(name, nameField, properties) })
      continue
    }
    const draft = drafts.get(key) ?? { name, names: new Set(), tally: newTally(), polygons: [] }
    drafts.set(key, draft)
    draft.names.add(name)
    const polygons = readGeometry(geometry, draft.tally)
    if (isRefusal(polygons)) draft.refusal ??= polygons
    else draft.polygons.push(polygons)
  }

  const bodies: ImportedBody[] = []
  const mended: { name: string; what: string }[] = []
  for (const [key, { name, names, tally, polygons, refusal }] of drafts) {
    const slug = shortSlug(key)
    const namesake = bodies.find(body => body.slug === slug)
    const fault =
      refusal ?? (polygons.flat().length === 0 ? NO_GROUND : namesake && slugTaken(slug, namesake.name))
    if (fault !== undefined) {
      refused.push({ name, ...fault })
      continue
    }
    const geometry = joined(polygons.flat(), tally)
    const vertices = geometry.flat(2).length
    bodies.push({ name, slug, geometry, vertices, squareMetres: squareMetres(geometry) })
    if (names.size > 1) mended.push({ name, what: `Took ${[...names].join(', ')} for one body` })
    mended.push(...mendsTold(tally).map(what => ({ name, what })))
  }
  return { bodies, mended, refused }
}

function featuresOf(geojson: unknown): readonly Feature[] | Refusal {
  const file = asRecord(geojson)
  const crs = asRecord(asRecord(file.crs).properties).name
  if (typeof crs === 'string' && !WGS84.test(crs)) {
    return {
      why: `It is in the coordinate system ${crs}`,
      mend: 'Export it in WGS84 (EPSG:4326), in degrees',
    }
  }
  if (file.type === 'Feature') return [asFeature(file)]
  if (file.type !== 'FeatureCollection' || !Array.isArray(file.features)) {
    return { why: 'It is no GeoJSON FeatureCollection', mend: 'Export the boundaries as GeoJSON (RFC 7946)' }
  }
  if (file.features.length === 0) return { why: 'It has no features', mend: 'Export at least one boundary' }
  return file.features.map(asFeature)
}

function readGeometry(geometry: unknown, tally: Tally): MultiPolygonRings | Refusal {
  const { type, coordinates } = asRecord(geometry)
  if (type !== 'Polygon' && type !== 'MultiPolygon') {
    const found = typeof type === 'string' ? `a ${type}` : 'no geometry'
    return { why: `It is drawn as ${found}`, mend: 'Draw it as a Polygon or a MultiPolygon, or leave it out' }
  }
  const parts: unknown = type === 'Polygon' ? [coordinates] : coordinates
  if (!Array.isArray(parts) || parts.length === 0) {
    return { why: 'Its geometry is empty', mend: 'Draw it, or leave it out' }
  }
  const polygons: MultiPolygonRings[] = []
  for (const part of parts) {
    const mended = mendPolygon(part, tally)
    if (isRefusal(mended)) return mended
    polygons.push(mended)
  }
  return polygons.flat()
}

/** Parts that overlap or share an edge become one; others stay as they were drawn, vertex by vertex. */
function joined(polygons: MultiPolygonRings, tally: Tally): MultiPolygonRings {
  if (polygons.length < 2) return polygons
  const whole = union(polygons)
  const separate = whole.length >= polygons.length && squareMetres(polygons) - squareMetres(whole) < 0.01
  if (separate) return polygons
  tally.joined = { drawn: polygons.length, left: whole.length }
  return tidy(whole)
}

function nameOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).trim().replace(/\s+/g, ' ')
    : ''
}

function nameless(name: string, nameField: string, properties: Feature['properties']): Refusal {
  if (name !== '') return { why: `${name} makes no slug`, mend: 'Use a field with a name in Latin letters' }
  const others = Object.keys(properties).join(', ') || 'none'
  return {
    why: `It has no name in ${nameField}`,
    mend: `Fill it in, or name another field (it has ${others})`,
  }
}

function slugTaken(slug: string, by: string): Refusal {
  return { why: `Its slug would be ${slug}, which is that of ${by}`, mend: 'Shorten one of the two names' }
}

function asFeature(value: unknown): Feature {
  const { properties, geometry } = asRecord(value)
  return { properties: asRecord(properties), geometry }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
