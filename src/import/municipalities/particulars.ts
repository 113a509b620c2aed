import { CsvError, parse } from 'csv-parse/browser/esm/sync'
import type { Refusal } from '../../geography/refusal.ts'

export const particularsColumns = [
  'name',
  'slug',
  'kind',
  'code',
  'email',
  'phone',
  'url',
  'hosts',
  'languages',
  'hours',
  'timezone',
] as const
export type ParticularsColumn = (typeof particularsColumns)[number]

/** One line of the table: trimmed texts, and none for an empty cell. */
export interface ParticularsRow {
  /** In the file, counted from 1. */
  readonly line: number
  readonly cells: Readonly<Partial<Record<ParticularsColumn, string>>>
}

export interface Particulars {
  readonly rows: readonly ParticularsRow[]
  /** Columns that nothing is taken from. */
  readonly ignored: readonly string[]
  readonly encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252'
}

/** In bytes. A line of every municipality of a state takes less than one million. */
export const MAX_PARTICULARS_BYTES = 5_000_000
const MAX_ROWS = 5000

// Words that counties use for the columns, without spaces and marks.
const aliases: Readonly<Record<string, ParticularsColumn>> = {
  municipality: 'name',
  city: 'name',
  town: 'name',
  id: 'slug',
  folder: 'slug',
  type: 'kind',
  mail: 'email',
  contactemail: 'email',
  telephone: 'phone',
  tel: 'phone',
  website: 'url',
  web: 'url',
  host: 'hosts',
  domain: 'hosts',
  domains: 'hosts',
  hostnames: 'hosts',
  language: 'languages',
  openinghours: 'hours',
  officehours: 'hours',
}

/**
 * A table of municipalities: comma, semicolon or tab, in UTF-8, UTF-16 or Windows-1252. Cells are texts and nothing
 * else; what looks like a formula stays as it is.
 */
export function readParticulars(bytes: Uint8Array): Particulars | Refusal {
  if (bytes.length > MAX_PARTICULARS_BYTES)
    return { why: 'The table has more than 5 MB', repair: 'Leave out the columns that are not needed' }
  const { text, encoding } = decodedTable(bytes)
  if (text.includes('\0'))
    return { why: 'The table is not text', repair: 'Save the sheet as CSV (comma separated)' }
  const read = tableLines(text)
  if ('why' in read) return read
  const [heading, ...lines] = read
  if (heading === undefined) return { why: 'The table is empty', repair: 'Add a line of column names' }
  if (lines.length > MAX_ROWS) {
    return { why: `The table has ${lines.length} rows`, repair: `Import at most ${MAX_ROWS} at a time` }
  }
  const columns = heading.cells.map(columnOf)
  const twice = columns.find((column, i) => column !== undefined && columns.indexOf(column) !== i)
  if (twice !== undefined) {
    return { why: `Two columns of the table are ${twice}`, repair: 'Remove or rename one of them' }
  }
  if (!columns.includes('name') && !columns.includes('slug')) {
    return {
      why: `The table has no column "name" or "slug"; it has ${heading.cells.join(', ').slice(0, 200)}`,
      repair: `Name the columns ${particularsColumns.join(', ')}`,
    }
  }
  const ignored = heading.cells.filter((written, i) => columns[i] === undefined && written.trim() !== '')
  const rows = lines.map(({ line, cells }) => ({ line, cells: named(columns, cells) }))
  return { rows: rows.filter(({ cells }) => Object.keys(cells).length > 0), ignored, encoding }
}

/** UTF-8, UTF-16 or, if it is neither, Windows-1252. */
export function decodedTable(bytes: Uint8Array): { text: string; encoding: Particulars['encoding'] } {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' }
  if (first === 0xfe && second === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' }
  }
}

export interface TableLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** The lines of a table with commas, semicolons or tabs. Cells are texts and nothing else. */
export function tableLines(text: string): readonly TableLine[] | Refusal {
  const [heading = ''] = text.split(/\r?\n/, 1)
  const parts = (mark: string) => heading.split(mark).length
  const [delimiter = ','] = [',', ';', '\t'].toSorted((a, b) => parts(b) - parts(a))
  try {
    const lines: TableLine[] = []
    parse(text, {
      bom: true,
      delimiter,
      on_record: (cells, info) => {
        lines.push({ line: info.lines, cells })
        return null
      },
      relax_column_count_less: true,
      skip_empty_lines: true,
      trim: true,
    })
    return lines
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const isWide = error.code.startsWith('CSV_RECORD_INCONSISTENT')
    return {
      why: isWide
        ? `Line ${Number(error.lines)} of the table has more cells than there are columns`
        : `The table cannot be read at line ${Number(error.lines)}`,
      repair: 'Put texts with commas, quotation marks or line breaks in quotation marks',
    }
  }
}

function columnOf(written: string): ParticularsColumn | undefined {
  const word = written.toLowerCase().replace(/[^a-z]/g, '')
  return particularsColumns.find(column => column === word) ?? aliases[word]
}

function named(
  columns: readonly (ParticularsColumn | undefined)[],
  cells: readonly string[],
): ParticularsRow['cells'] {
  const found: Partial<Record<ParticularsColumn, string>> = {}
  for (const [i, column] of columns.entries()) {
    const text = cells[i]?.trim().replace(/\s+/g, ' ') ?? ''
    if (column !== undefined && text !== '') found[column] = text
  }
  return found
}
