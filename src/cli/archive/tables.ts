import type { Row } from '../../core/database/tables.ts'
import { parseTrackingNumber } from '../../core/ids.ts'
import { registry } from '../../create-app.ts'
import type { SchemaColumn } from '../../platform/node/databases/scratch.ts'
import { notifyKind, syncOriginKind } from '../../requests/events.ts'
import { refuse } from '../command.ts'
import { type ArchiveFile, linesOf } from './archive.ts'

/* What the rows of an exported table must be. docs/leaving.md gives the reasons. */

/** Names that tables had in exports of earlier versions. */
const earlierNames: readonly string[] = ['partner_word', 'seen']

/** Only positions in the log may be imported into this table, and never the mark of an import. */
const CURSORS = new RegExp(
  `^(?:${notifyKind.kind}|${syncOriginKind.kind}|tell-origin|reroute-version|reroute-at|poll-partner:[a-z0-9-]{1,64})$`,
)

export function isCursor({ name }: Row): boolean {
  return CURSORS.test(String(name))
}

const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp']

export interface ArchiveTable {
  readonly name: string
  readonly path: string
  readonly columns: readonly SchemaColumn[]
}

/** Throws `bad-request` for a file that is not a table an export may contain. */
export function tableOf(path: string, schema: ReadonlyMap<string, readonly SchemaColumn[]>): ArchiveTable {
  const name = path.slice('tables/'.length, -'.jsonl'.length)
  const columns =
    registry.exportedTables.includes(name) || earlierNames.includes(name) ? schema.get(name) : undefined
  if (columns === undefined) throw refuse(`${path} is not a table that can be imported.`)
  return { name, path, columns }
}

/** Exactly the table's columns, each of its type. Throws `bad-request` with the line number. */
export function readRow({ name, path, columns }: ArchiveTable, line: string, number: number): Row {
  const fail = (why: string): never => {
    throw refuse(`${path}, line ${number}: ${why}.`)
  }
  const row = parse(line) ?? fail('is not a row')
  const known = new Set(columns.map(column => column.name))
  const other = Object.keys(row).find(key => !known.has(key))
  if (other !== undefined)
    fail(`has a column that the table does not have: ${JSON.stringify(other.slice(0, 64))}`)
  for (const column of columns) {
    if (!Object.hasOwn(row, column.name)) fail(`has no column ${column.name}`)
    if (!fits(column, row[column.name])) fail(`${column.name} has the wrong type`)
  }
  const why = errorOf(name, row as Row)
  if (why !== undefined) fail(why)
  return row as Row
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const row: unknown = JSON.parse(line)
    return typeof row === 'object' && row !== null && !Array.isArray(row)
      ? (row as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function fits({ type, isNullable }: SchemaColumn, value: unknown): boolean {
  if (value === null) return isNullable
  if (type === 'TEXT') return typeof value === 'string'
  if (type === 'INTEGER') return Number.isSafeInteger(value)
  return type === 'REAL' && typeof value === 'number' && Number.isFinite(value)
}

function errorOf(table: string, row: Row): string | undefined {
  if (table === 'consumer' && !isCursor(row)) return 'is not a position in the log'
  if (table === 'request' && parseTrackingNumber(String(row.id))?.id !== row.id)
    return 'has no tracking number'
  if (table === 'media' && !PHOTO_TYPES.includes(String(row.type))) return 'does not have the type of a photo'
  if (table === 'media' && !/^[\w-]{1,64}$/.test(String(row.id))) return 'does not have the id of a photo'
  return undefined
}

/** Memory grows only with the keys of tables without numeric ids. Throws `bad-request`. */
export async function checkTable(
  folder: string,
  table: ArchiveTable,
  { rows: expected }: Pick<ArchiveFile, 'rows'>,
  each: (row: Row) => void = () => {},
): Promise<void> {
  const key = table.columns.filter(({ isKey }) => isKey)
  const isNumbered = key.length === 1 && key[0]?.type === 'INTEGER'
  const seen = new Set<string>()
  let last = 0
  let rows = 0
  for await (const line of linesOf(folder, table.path)) {
    const row = readRow(table, line, ++rows)
    const twice = () => refuse(`${table.path}, line ${rows}: occurs twice, or is out of order.`)
    if (isNumbered) {
      const number = Number(row[key[0]?.name ?? ''])
      if (number <= last) throw twice()
      last = number
    } else {
      const name = JSON.stringify(key.map(column => row[column.name]))
      if (seen.has(name)) throw twice()
      seen.add(name)
    }
    each(row)
  }
  if (rows !== expected)
    throw refuse(`${table.path} has ${rows} rows, but the manifest says ${expected ?? 'nothing'}.`)
}
