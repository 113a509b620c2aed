import * as v from 'valibot'
import { isRefusal, type Refusal } from '../geography/refusal.ts'
import { geoJson } from '../regions/documents/export.ts'
import { areasFile, toFeatures } from '../regions/documents/geojson.ts'
import type { RegionFiles } from '../regions/documents/load.ts'
import type { Documents } from '../regions/documents/snapshot.ts'
import { readGeoJson } from './boundaries/format.ts'
import {
  type BoundaryFields,
  type BoundaryImport,
  importBoundaries,
  refusedWhole,
} from './boundaries/import.ts'
import { guessedName } from './boundaries/names.ts'

const FILE = 'areas.geojson'

export interface AreaOptions extends BoundaryFields {
  readonly kind: 'postal' | 'agreement'
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface AreaFiles extends BoundaryImport {
  readonly files: RegionFiles
}

type Area = Documents['areas'][number]

/**
 * Adds areas of a GeoJSON file's value to `areas.geojson`. One with the same id and kind is replaced; with `from`, it holds until then.
 */
export function areaFiles(geojson: unknown, present: RegionFiles, options: AreaOptions): AreaFiles {
  const { kind, from, to } = options
  const known = presentAreas(present)
  if (isRefusal(known)) return { ...refusedWhole(known), files: new Map() }
  const imported = importBoundaries(geojson, options)
  if (imported.bodies.length === 0) return { ...imported, files: new Map() }
  const ids = new Set(imported.bodies.map(({ slug }) => slug))
  const other = known.find(({ properties }) => ids.has(properties.id) && properties.kind !== kind)
  if (other !== undefined) {
    const { id, kind: own } = other.properties
    const why = `${FILE} already has "${id}" as an area of the kind ${own}`
    return { ...refusedWhole({ why, repair: 'Change one of the two names' }), files: new Map() }
  }
  const added = imported.bodies.map(
    ({ name, slug, geometry }): Area => ({
      properties: {
        id: slug,
        name: guessedName(name)?.name ?? name,
        kind,
        ...(from && { from }),
        ...(to && { to }),
      },
      coordinates: geometry,
    }),
  )
  const kept = known.flatMap(area => (ids.has(area.properties.id) ? endedBy(area, from) : [area]))
  return { ...imported, files: new Map([[FILE, geoJson([...kept, ...added])]]) }
}

function presentAreas(present: RegionFiles): Area[] | Refusal {
  const text = present.get(FILE)
  if (text === undefined) return []
  const read = readGeoJson(new TextEncoder().encode(text))
  if (isRefusal(read)) return { ...read, why: `${FILE}: ${read.why}` }
  const areas = v.safeParse(areasFile, read.value)
  if (areas.success) return toFeatures(areas.output)
  return { why: `${FILE} has errors`, repair: 'Run countyline validate, and correct it first' }
}

function endedBy(area: Area, day: string | undefined): Area[] {
  const { from, to } = area.properties
  if (day === undefined || (from && from >= day)) return []
  return [{ ...area, properties: { ...area.properties, to: to && to < day ? to : day } }]
}
