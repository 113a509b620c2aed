import { openDirectory } from '../../core/database/handles.ts'
import { isRefusal, type Refusal } from '../../geography/refusal.ts'
import { readGeoJson } from '../../import/boundaries/format.ts'
import { importBoundaries } from '../../import/boundaries/import.ts'
import { nameFieldFor } from '../../import/municipalities/match.ts'
import { readParticulars } from '../../import/municipalities/particulars.ts'
import { type MunicipalitiesPlan, planMunicipalities } from '../../import/municipalities/plan.ts'
import { type DocumentValue, featureCollection } from '../../regions/documents/export.ts'
import { loadRegionValues } from '../../regions/documents/load.ts'
import { takenHosts } from '../../regions/versions/claims.ts'
import type { DocumentEdit } from '../drafts/drafts.ts'
import type { DraftContext } from '../drafts/open-draft.ts'

/** In bytes: the boundaries of a county's municipalities, and of a small state's once simplified to a few meters. */
export const MAX_COUNTY_BYTES = 8 * 1024 * 1024

export interface SentImport {
  readonly county: Uint8Array
  readonly table: Uint8Array
}

/** What a county's file and a table would make of a draft; or which of the two cannot be read. */
export async function planImport(
  { platform, region, values, base }: DraftContext,
  { county, table }: SentImport,
): Promise<MunicipalitiesPlan | { readonly field: 'county' | 'table'; readonly refusal: Refusal }> {
  const particulars = readParticulars(table)
  if (isRefusal(particulars)) return { field: 'table', refusal: particulars }
  const read = readGeoJson(county)
  if (isRefusal(read)) return { field: 'county', refusal: read }
  const nameField = nameFieldFor(read.value, particulars.rows)
  if (nameField === undefined) {
    const refusal = { why: 'None of its names is in the table', repair: 'Check that both are of one county' }
    return { field: 'county', refusal }
  }
  const { draft } = loadRegionValues(region.slug, values)
  const { jurisdictions, region: document } = draft ?? base
  const hosts = await takenHosts(openDirectory(platform), region.slug)
  const present = { jurisdictions, region: document, takenHosts: hosts }
  return planMunicipalities(importBoundaries(read.value, { nameField }), particulars, present)
}

/** Every document of a plan, to be saved together. */
export function importEdits({ jurisdictions, hosts }: MunicipalitiesPlan): DocumentEdit[] {
  const edits = jurisdictions.flatMap(({ slug, boundary, districts: _, ...document }): DocumentEdit[] => [
    { file: `${slug}/jurisdiction.yaml`, edit: () => document },
    { file: `${slug}/boundary.geojson`, edit: () => featureCollection(boundary) },
  ])
  if (hosts.size === 0) return edits
  return [...edits, { file: 'region.yaml', edit: before => withHosts(before, hosts) }]
}

function withHosts(before: DocumentValue | undefined, hosts: ReadonlyMap<string, string>): DocumentValue {
  const present = before?.jurisdictionHosts
  const known = typeof present === 'object' && present !== null ? present : {}
  return { ...before, jurisdictionHosts: { ...known, ...Object.fromEntries(hosts) } }
}
