import * as v from 'valibot'
import {
  type JurisdictionDocument,
  jurisdictionDocument,
} from '../../regions/documents/schemas/jurisdiction.ts'
import { type RowIssue, type RowIssueCode, rowError } from './issues.ts'
import { readHours } from './opening-hours.ts'
import type { ParticularsColumn, ParticularsRow } from './particulars.ts'

/** What a row says of its municipality; only what it says, and what can be used. */
export interface RowValues {
  readonly document: Partial<JurisdictionDocument>
  readonly hosts: readonly string[]
  readonly languages: readonly string[]
}

// Towns and cities call themselves many things; what they are here is one.
const kinds: Readonly<Record<string, JurisdictionDocument['kind']>> = {
  city: 'municipality',
  town: 'municipality',
  village: 'municipality',
  borough: 'municipality',
  township: 'municipality',
  municipality: 'municipality',
  county: 'county',
  'special district': 'special-district',
  district: 'special-district',
  agency: 'agency',
}

/** Reads the cells of a row. What cannot be used is an issue and left out. */
export function readRow({ cells }: ParticularsRow, issues: RowIssue[]): RowValues {
  const document: { -readonly [K in keyof JurisdictionDocument]?: JurisdictionDocument[K] } = {}
  const text = (column: ParticularsColumn): string | undefined => {
    const written = cells[column]
    if (written === undefined || !isFormula(column, written)) return written
    issues.push(rowError('formula', column, written))
    return undefined
  }
  const checked = <T extends v.GenericSchema<string, string>>(
    column: ParticularsColumn,
    schema: T,
    code: RowIssueCode,
  ) => {
    const written = text(column)
    if (written === undefined) return undefined
    if (v.is(schema, written)) return written
    issues.push(rowError(code, column, written))
    return undefined
  }
  const { entries } = jurisdictionDocument
  const take = (column: 'name' | 'code' | 'email' | 'phone' | 'url' | 'timezone', code: RowIssueCode) => {
    const entry = entries[column]
    const value = checked(column, entry.type === 'optional' ? entry.wrapped : entry, code)
    if (value !== undefined) document[column] = value
  }
  take('name', 'name-invalid')
  take('code', 'code-invalid')
  take('email', 'email-invalid')
  take('phone', 'phone-invalid')
  take('url', 'url-invalid')
  take('timezone', 'timezone-invalid')
  const kind = text('kind')
  if (kind !== undefined) {
    const known = kinds[kind.toLowerCase().replaceAll('-', ' ')]
    if (known === undefined) issues.push(rowError('kind-invalid', 'kind', kind))
    else document.kind = known
  }
  const written = text('hours')
  if (written !== undefined) {
    const hours = readHours(written)
    if (hours === undefined) issues.push(rowError('hours-invalid', 'hours', written))
    else document.hours = hours
  }
  return { document, hosts: hostsOf(text('hosts'), issues), languages: listOf(text('languages')) }
}

function hostsOf(written: string | undefined, issues: RowIssue[]): readonly string[] {
  return listOf(written).filter(host => {
    const isHost =
      /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/.test(host)
    if (!isHost) issues.push(rowError('host-invalid', 'hosts', host))
    return isHost
  })
}

function listOf(written = ''): string[] {
  return [
    ...new Set(
      written
        .toLowerCase()
        .split(/[\s,;|/]+/)
        .filter(Boolean),
    ),
  ]
}

// What a spreadsheet would evaluate when the table is opened again. A telephone number may begin with +.
function isFormula(column: ParticularsColumn, written: string): boolean {
  return column === 'phone' ? /^[=@]|^[+-].*[a-z!]/i.test(written) : /^[=@+-]/.test(written)
}
