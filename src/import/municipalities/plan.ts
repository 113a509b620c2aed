import * as v from 'valibot'
import type { JurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import type { RegionDocument } from '../../regions/documents/schemas/region.ts'
import { slug as slugSchema } from '../../regions/documents/schemas/values.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { BoundaryImport, ImportedBody } from '../boundaries/import.ts'
import { guessedName } from '../boundaries/names.ts'
import { shortSlug, slugOf } from '../boundaries/slug.ts'
import { liesElsewhere, type Validity, withBoundary } from '../boundaries/validity.ts'
import { proposeCode } from '../codes.ts'
import { type RowIssue, rowError } from './issues.ts'
import { areaFinder, withoutKind } from './match.ts'
import type { Particulars, ParticularsRow } from './particulars.ts'
import { type RowValues, readRow } from './read-row.ts'

/** What a region has before the import. */
export interface PresentRegion {
  readonly jurisdictions: readonly Jurisdiction[]
  /** Absent where the region has no region.yaml yet. */
  readonly region?: RegionDocument | undefined
  /** Hosts of other regions of the deployment. */
  readonly takenHosts: ReadonlyMap<string, string>
}

/** A row of the table as it would be taken. */
export interface MunicipalityRow {
  readonly line: number
  readonly name: string
  readonly slug: string
  readonly outcome: 'new' | 'changed' | 'unchanged' | 'refused'
  readonly issues: readonly RowIssue[]
  readonly repaired: readonly string[]
  readonly squareMeters?: number | undefined
  readonly vertices?: number | undefined
}

export interface MunicipalitiesPlan {
  readonly rows: readonly MunicipalityRow[]
  /** Areas of the boundary file that no row names: they are not taken. */
  readonly withoutRow: readonly string[]
  /** Of every row that is not refused. */
  readonly jurisdictions: readonly Jurisdiction[]
  /** Host → slug. */
  readonly hosts: ReadonlyMap<string, string>
}

interface Read {
  readonly row: ParticularsRow
  readonly issues: RowIssue[]
  readonly values: RowValues
  readonly slug: string
  readonly body: ImportedBody | undefined
}

/**
 * Matches the rows of a table to the areas of a boundary file, and makes a jurisdiction of each. A row of one that the
 * region has already changes what the row says and nothing else. Doing it again with what came of it changes nothing.
 */
export function planMunicipalities(
  imported: BoundaryImport,
  { rows }: Particulars,
  present: PresentRegion,
  validity: Validity = {},
): MunicipalitiesPlan {
  const find = areaFinder(imported)
  const read = rows.map((row): Read => {
    const issues: RowIssue[] = []
    const values = readRow(row, issues)
    const found = find(row)
    const body = 'code' in found ? undefined : found
    if ('code' in found) issues.push(found)
    return { row, issues, values, slug: slugFor(row, body, issues), body }
  })
  refuseTwice(read)
  const known = new Map(present.jurisdictions.map(own => [own.slug, own]))
  const codes = new Set([
    ...present.jurisdictions.map(({ code }) => code),
    ...read.flatMap(({ values }) => values.document.code ?? []),
  ])
  const hosts = new Map<string, string>()
  const jurisdictions: Jurisdiction[] = []
  const lines = read.map((one): MunicipalityRow => {
    const { row, issues, values, slug, body } = one
    const own = known.get(slug)
    checkAgainst(present, own, one)
    const name = values.document.name ?? own?.name ?? readable(body?.name) ?? row.cells.name ?? slug
    const isRefused = issues.some(({ severity }) => severity === 'error')
    const line = { line: row.line, name, slug, issues, repaired: repairs(imported, body) }
    if (isRefused || body === undefined) return { ...line, outcome: 'refused' }
    for (const host of values.hosts) hosts.set(host, slug)
    const next = jurisdictionOf({ ...one, body, name }, own, codes, validity)
    jurisdictions.push(next)
    const isSame = own !== undefined && sameJurisdiction(own, next) && hostsAreSame(values, slug, present)
    const { squareMeters, vertices } = body
    return { ...line, outcome: own ? (isSame ? 'unchanged' : 'changed') : 'new', squareMeters, vertices }
  })
  const taken = new Set(read.map(({ body }) => body))
  const withoutRow = imported.bodies.filter(body => !taken.has(body)).map(({ name }) => name)
  return { rows: lines, withoutRow, jurisdictions, hosts }
}

function slugFor({ cells }: ParticularsRow, body: ImportedBody | undefined, issues: RowIssue[]): string {
  if (cells.slug !== undefined) {
    if (v.is(slugSchema, cells.slug)) return cells.slug
    issues.push(rowError('slug-invalid', 'slug', cells.slug))
  }
  const slug = shortSlug(slugOf(cells.name ?? body?.name ?? ''))
  if (slug === '') issues.push(rowError('no-name', 'name'))
  return slug
}

function refuseTwice(read: readonly Read[]): void {
  const seen = {
    slug: new Set<unknown>(),
    body: new Set<unknown>(),
    code: new Set<unknown>(),
    host: new Set<unknown>(),
  }
  const isSecond = (kind: keyof typeof seen, value: unknown) => {
    const second = seen[kind].has(value)
    seen[kind].add(value)
    return second
  }
  for (const { issues, values, slug, body } of read) {
    if (slug !== '' && isSecond('slug', slug)) issues.push(rowError('twice-in-table', 'slug', slug))
    if (body !== undefined && isSecond('body', body))
      issues.push(rowError('boundary-twice', 'name', body.name))
    const { code } = values.document
    if (code !== undefined && isSecond('code', code)) issues.push(rowError('twice-in-table', 'code', code))
    for (const host of values.hosts)
      if (isSecond('host', host)) issues.push(rowError('twice-in-table', 'hosts', host))
  }
}

function checkAgainst(
  { jurisdictions, region, takenHosts }: PresentRegion,
  own: Jurisdiction | undefined,
  { issues, values, slug, body }: Read,
): void {
  if (region?.partners?.some(({ id }) => id === slug)) issues.push(rowError('slug-taken', 'slug', slug))
  if (own !== undefined && body !== undefined && liesElsewhere(own.boundary, body.geometry))
    issues.push(rowError('boundary-elsewhere', undefined, own.name))
  else if (own !== undefined && own.boundary.length === 0 && isOther(own, values))
    issues.push(rowError('slug-taken', 'slug', own.name))
  const { code } = values.document
  const [holder] = jurisdictions.filter(other => other.code === code && other.slug !== slug)
  if (code !== undefined && holder !== undefined)
    issues.push(rowError('code-taken', 'code', `${code}: ${holder.name}`))
  const shared = new Set(region?.hosts.map(host => host.toLowerCase()))
  for (const host of values.hosts) {
    const holds = region?.jurisdictionHosts?.[host]
    if (takenHosts.has(host) || shared.has(host) || (holds !== undefined && holds !== slug))
      issues.push(rowError('host-taken', 'hosts', host))
  }
  for (const language of values.languages) {
    if (region !== undefined && !region.languages.some(known => known === language))
      issues.push({ code: 'language-missing', severity: 'warning', column: 'languages', detail: language })
  }
}

// Without a boundary, only its name tells whether a jurisdiction is the one of the row.
function isOther(own: Jurisdiction, { document }: RowValues): boolean {
  const plain = (name: string) => withoutKind(slugOf(name))
  return document.name !== undefined && plain(document.name) !== plain(own.name)
}

interface Taken extends Read {
  readonly body: ImportedBody
  readonly name: string
}

function jurisdictionOf(
  { values, slug, body, name }: Taken,
  own: Jurisdiction | undefined,
  codes: Set<string>,
  validity: Validity,
): Jurisdiction {
  const code = values.document.code ?? own?.code ?? proposeCode(name, codes)
  codes.add(code)
  const kind: JurisdictionDocument['kind'] = own?.kind ?? 'municipality'
  const isDrawn = own?.boundary.some(
    ({ coordinates, properties }) =>
      JSON.stringify(coordinates) === JSON.stringify(body.geometry) &&
      (validity.from === undefined || properties.from === validity.from),
  )
  return {
    ...own,
    slug,
    kind,
    ...values.document,
    name,
    code,
    boundary: isDrawn && own ? own.boundary : withBoundary(own?.boundary ?? [], body.geometry, validity),
  }
}

function sameJurisdiction(a: Jurisdiction, b: Jurisdiction): boolean {
  const sorted = (one: Jurisdiction) =>
    JSON.stringify(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1)))
  return sorted(a) === sorted(b)
}

function hostsAreSame({ hosts }: RowValues, slug: string, { region }: PresentRegion): boolean {
  return hosts.every(host => region?.jurisdictionHosts?.[host] === slug)
}

function readable(name: string | undefined): string | undefined {
  return name === undefined ? undefined : (guessedName(name)?.name ?? name)
}

function repairs({ repaired }: BoundaryImport, body: ImportedBody | undefined): readonly string[] {
  return repaired.filter(({ name }) => name === body?.name).map(({ what }) => what)
}
