import { parseDocument } from 'yaml'
import { geoJson, yaml } from '../../regions/documents/export.ts'
import type { RegionFiles } from '../../regions/documents/load.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { MunicipalitiesPlan } from './plan.ts'

/** The documents of a plan as files of a region's folder; only those that differ. Comments in present ones stay. */
export function municipalityFiles(
  { jurisdictions, hosts }: MunicipalitiesPlan,
  present: RegionFiles,
): RegionFiles {
  const files = new Map<string, string>()
  for (const jurisdiction of jurisdictions) {
    const { slug, boundary } = jurisdiction
    files.set(`${slug}/boundary.geojson`, geoJson(boundary))
    files.set(
      `${slug}/jurisdiction.yaml`,
      documentText(jurisdiction, present.get(`${slug}/jurisdiction.yaml`)),
    )
  }
  const region = present.get('region.yaml')
  if (hosts.size > 0 && region !== undefined) files.set('region.yaml', withHosts(region, hosts))
  return new Map([...files].filter(([file, text]) => present.get(file) !== text))
}

function documentText(jurisdiction: Jurisdiction, present: string | undefined): string {
  const { slug, boundary, districts, ...document } = jurisdiction
  if (present === undefined) return yaml('../../../docs/schemas/jurisdiction', document)
  const parsed = parseDocument(present)
  const before = JSON.stringify(parsed.toJS())
  for (const [key, value] of Object.entries(document)) {
    if (JSON.stringify(parsed.toJS()[key]) !== JSON.stringify(value)) parsed.set(key, value)
  }
  return JSON.stringify(parsed.toJS()) === before ? present : parsed.toString({ lineWidth: 0 })
}

function withHosts(text: string, hosts: ReadonlyMap<string, string>): string {
  const parsed = parseDocument(text)
  let isChanged = false
  for (const [host, slug] of hosts) {
    if (parsed.getIn(['jurisdictionHosts', host]) === slug) continue
    parsed.setIn(['jurisdictionHosts', host], slug)
    isChanged = true
  }
  return isChanged ? parsed.toString({ lineWidth: 0 }) : text
}
