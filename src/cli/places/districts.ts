import { districtNotices } from '../../places/districts/notices.ts'
import type { Mapping } from '../../places/import/columns/mapping.ts'
import type { ImportKind } from '../../places/import/rows/rows.ts'
import type { Survey } from '../../places/import/survey.ts'
import type { Table } from '../../places/import/table.ts'
import { districtSetsOf, type OwnedDistrictSet } from '../../regions/documents/district-sets.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { refuse } from '../command.ts'

/** The set of the documents that a file of districts belongs to; undefined for files of another kind. */
export function districtSetFor(
  kind: ImportKind,
  source: string | undefined,
  documents: Documents,
): OwnedDistrictSet | undefined {
  if (kind !== 'districts' && kind !== 'district-facts') return undefined
  const sets = districtSetsOf(documents)
  const found = sets.find(({ key }) => key === source)
  if (found !== undefined) return found
  const known = sets.map(({ key }) => key).join(', ')
  const repair = known === '' ? 'Describe it in districts.yaml and apply that' : `It has ${known}`
  throw refuse(`--source "${source ?? ''}" must be a set of districts of the region. ${repair}.`)
}

/** Adds `COLUMN=NAME` for each column that residents read. */
export function withFacts(mapping: Mapping, given: readonly string[], columns: readonly string[]): Mapping {
  if (given.length === 0) return mapping
  if (mapping.kind !== 'districts' && mapping.kind !== 'district-facts')
    throw refuse('--fact is for districts and district-facts.')
  const facts = given.map(pair => {
    const at = pair.indexOf('=')
    const [column, name] = at < 1 ? [pair, pair] : [pair.slice(0, at), pair.slice(at + 1).trim()]
    if (!columns.includes(column))
      throw refuse(`--fact "${pair}": the file has no column "${column}". It has ${columns.join(', ')}.`)
    return [column, name || column] as const
  })
  return { ...mapping, facts: Object.fromEntries(facts) }
}

interface Imported {
  readonly table: Table
  readonly mapping: Mapping
  readonly surveyed: Survey
  readonly documents: Documents
}

/** Overlaps, gaps and contacts that are none, as lines for people. */
export async function setLines(
  { owner }: OwnedDistrictSet,
  { table, mapping, surveyed, documents }: Imported,
): Promise<string[]> {
  if (mapping.kind !== 'districts') return []
  const bodies = owner === undefined ? documents.jurisdictions : [owner]
  const now = bodies.flatMap(({ boundary }) => boundary.filter(({ properties }) => !properties.to))
  const ground = {
    whole: now.flatMap(({ coordinates }) => coordinates),
    units: documents.region.units ?? 'us',
  }
  return (await districtNotices(table, mapping, surveyed, ground)).map(notice => `${notice}.`)
}
