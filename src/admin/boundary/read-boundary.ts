import type { MultiPolygonRings } from '../../core/geometry.ts'
import { formatPlace, isNear, kilometersApart } from '../../geography/polygons/beside.ts'
import { type Bounds, boundsOf } from '../../geography/polygons/bounds.ts'
import { isRefusal, type Refusal } from '../../geography/refusal.ts'
import { areaCalled, areasInFile } from '../../import/boundaries/areas-in-file.ts'
import { readGeoJson } from '../../import/boundaries/format.ts'
import { importBoundaries } from '../../import/boundaries/import.ts'

/** In bytes: what one municipality's boundary takes at most, in all detail. */
export const MAX_BOUNDARY_BYTES = 4 * 1024 * 1024
const NAMED = 30

export interface BoundaryOf {
  readonly slug: string
  readonly name: string
  /** What the person called it, of several areas in the file. */
  readonly area: string
  /** The box of the region, if it has one: a boundary that lies elsewhere is refused. */
  readonly within: Bounds | undefined
}

export interface ReadBoundary {
  readonly geometry: MultiPolygonRings
  readonly repaired: readonly string[]
}

/** GeoJSON in degrees, as a person or the page's script sends it: checked and repaired as `boundaries import` does. */
export function readBoundary(bytes: Uint8Array, of: BoundaryOf): ReadBoundary | Refusal {
  const read = readGeoJson(bytes)
  // Without a name, a geometry is what the page's script sends.
  const value = isRefusal(read) ? bareGeometry(bytes) : read.value
  if (value === undefined) return isRefusal(read) ? read : { why: 'It is empty', repair: 'Choose a file' }
  const areas = areasInFile(value)
  const [only] = areas
  const area =
    areaCalled(areas, of.area === '' ? [of.slug, of.name] : [of.area]) ??
    (areas.length === 1 ? only : undefined)
  if (area === undefined)
    return notFound(
      areas.map(({ name }) => name),
      of,
    )
  const asWritten = drawn(area.geometries)
  if (of.within === undefined) return asWritten
  if (!isRefusal(asWritten) && isNear(boundsOf(asWritten.geometry), of.within)) return asWritten
  const turned = drawn(area.geometries.map(geometry => exchanged(geometry)))
  if (!isRefusal(turned) && isNear(boundsOf(turned.geometry), of.within)) {
    return { ...turned, repaired: ['Exchanged latitude and longitude', ...turned.repaired] }
  }
  if (isRefusal(asWritten)) return asWritten
  const bounds = boundsOf(asWritten.geometry)
  return {
    why: `It lies at ${formatPlace(bounds)}, ${kilometersApart(bounds, of.within)} km from the region`,
    repair: 'Check that it is the right file, in degrees (WGS84)',
  }
}

function drawn(geometries: readonly unknown[]): ReadBoundary | Refusal {
  const name = 'It'
  const features = geometries.map(geometry => ({ type: 'Feature', properties: { name }, geometry }))
  const imported = importBoundaries({ type: 'FeatureCollection', features }, { nameField: 'name' })
  const [refusal] = imported.refused
  const [body] = imported.bodies
  if (refusal !== undefined) return { why: refusal.why, repair: refusal.repair }
  if (body === undefined) return { why: 'It has no areas', repair: 'Choose a file of areas (polygons)' }
  return { geometry: body.geometry, repaired: imported.repaired.map(({ what }) => what) }
}

function notFound(names: readonly string[], { area, name }: BoundaryOf): Refusal {
  if (names.length === 0) return { why: 'It has no areas', repair: 'Choose a file of areas (polygons)' }
  const listed = names.slice(0, NAMED).join(', ')
  return {
    why: `It has ${names.length} areas, and none that is certainly ${area || name}`,
    repair: `Type the name of the one you mean: ${listed}${names.length > NAMED ? ', …' : ''}`,
  }
}

function bareGeometry(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  if (!/^\s*\{\s*"type"\s*:\s*"(?:Multi)?Polygon"/.test(text)) return undefined
  const read = readGeoJson(new TextEncoder().encode(`{"type":"Feature","properties":{},"geometry":${text}}`))
  return isRefusal(read) ? undefined : read.value
}

// No deeper than a MultiPolygon is: a file can nest lists until the stack ends.
function exchanged(geometry: unknown, depth = 0): unknown {
  if (Array.isArray(geometry)) {
    const [x, y] = geometry
    if (typeof x === 'number') return [y, x]
    return depth > 4 ? [] : geometry.map(inner => exchanged(inner, depth + 1))
  }
  if (typeof geometry !== 'object' || geometry === null || !('coordinates' in geometry)) return geometry
  return { ...geometry, coordinates: depth > 0 ? [] : exchanged(geometry.coordinates, 1) }
}
