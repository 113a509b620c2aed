import { geoJson, yaml } from '../regions/documents/export.ts'
import { loadJurisdictions, type RegionFiles } from '../regions/documents/load.ts'
import type { JurisdictionDocument } from '../regions/documents/schemas.ts'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import { type BoundaryImport, importBoundaries } from './boundaries/import.ts'
import { proposeCode } from './codes.ts'

export interface BoundaryOptions {
  readonly nameField: string
  readonly kind: JurisdictionDocument['kind']
  readonly only: ReadonlyMap<string, string>
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface BoundaryFiles extends BoundaryImport {
  readonly files: RegionFiles
}

/** One file per body. With `from`, an existing boundary holds until then; without it, it is replaced. */
export function boundaryFiles(
  geojson: unknown,
  present: RegionFiles,
  options: BoundaryOptions,
): BoundaryFiles {
  const { kind, from, to } = options
  const imported = importBoundaries(chosen(geojson, options.only), options)
  const jurisdictions = new Map(loadJurisdictions(present).map(held => [held.slug, held]))
  const codes = new Set([...jurisdictions.values()].map(({ code }) => code))
  const files = new Map<string, string>()
  for (const { name, slug, geometry } of imported.bodies) {
    const earlier = from === undefined ? [] : endedBy(jurisdictions.get(slug)?.boundary ?? [], from)
    const properties = { ...(from && { from }), ...(to && { to }) }
    files.set(`${slug}/boundary.geojson`, geoJson([...earlier, { properties, coordinates: geometry }]))
    if (present.has(`${slug}/jurisdiction.yaml`)) continue
    const code = proposeCode(name, codes)
    codes.add(code)
    const document: JurisdictionDocument = { name: inTitleCase(name), kind, code }
    files.set(`${slug}/jurisdiction.yaml`, yaml('../../../docs/schemas/jurisdiction', document))
  }
  return { ...imported, files }
}

function endedBy(boundary: Jurisdiction['boundary'], day: string): Jurisdiction['boundary'] {
  return boundary
    .filter(({ properties: { from } }) => !from || from < day)
    .map(({ properties, coordinates }) => {
      const to = properties.to && properties.to < day ? properties.to : day
      return { properties: { ...properties, to }, coordinates }
    })
}

function chosen(geojson: unknown, only: ReadonlyMap<string, string>): unknown {
  const file = geojson as { features?: unknown } | null
  if (only.size === 0 || !Array.isArray(file?.features)) return geojson
  const features = file.features.filter((feature: { properties?: Record<string, unknown> } | null) =>
    [...only].every(([key, value]) => String(feature?.properties?.[key]) === value),
  )
  return { ...file, features }
}

function inTitleCase(name: string): string {
  if (name !== name.toUpperCase()) return name
  return name.toLowerCase().replace(/(?<=^|[\s-])\p{L}/gu, letter => letter.toUpperCase())
}
