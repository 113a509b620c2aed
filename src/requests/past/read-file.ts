import { type GeoReportElement, readGeoReportRequests, textOf } from '../../core/georeport/document.ts'
import { asProblem } from '../../core/problem.ts'
import { bytesSource } from '../../places/import/bytes.ts'
import { openTable } from '../../places/import/open.ts'
import { UnreadableFile } from '../../places/import/unreadable.ts'
import type { Bytes } from '../../platform/platform.ts'

/* A small file of past requests, whole in memory. Larger ones are streamed by the command. */

export interface PastRow {
  /** One for each column; none for a line that is no whole row. */
  readonly cells: readonly string[]
  /** Of that line, counted from 1. */
  readonly brokenAt?: number
}

export interface PastFile {
  readonly columns: readonly string[]
  readonly rows: readonly PastRow[]
}

/** In bytes. */
export const MAX_PAST_BYTES = 4 * 1024 * 1024
export const MAX_PAST_ROWS = 20_000
const MAX_COLUMNS = 100

export type FileRefusal = 'unreadable' | 'too-many-rows'

/** A table in text, or a list as an Open311 server answers it, in JSON or XML. */
export async function readPastFile(bytes: Bytes): Promise<PastFile | FileRefusal> {
  const file = await readAny(bytes)
  if (file === undefined || file.rows.length === 0) return 'unreadable'
  if (file.columns.length === 0 || file.columns.length > MAX_COLUMNS) return 'unreadable'
  return file.rows.length > MAX_PAST_ROWS ? 'too-many-rows' : file
}

async function readAny(bytes: Bytes): Promise<PastFile | undefined> {
  const head = new TextDecoder().decode(bytes.subarray(0, 64)).replace(/^\uFEFF/, '')
  if (/^\s*[[{<]/.test(head)) return readList(bytes)
  // No archives: they may hold far more than was sent.
  return isText(bytes) ? readTable(bytes) : undefined
}

function isText(bytes: Bytes): boolean {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return isUtf16 || (!(bytes[0] === 0x1f && bytes[1] === 0x8b) && !bytes.includes(0))
}

function readList(bytes: Bytes): PastFile | undefined {
  let list: readonly GeoReportElement[]
  try {
    list = readGeoReportRequests(new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes))
  } catch (error) {
    // Too deep for its reader, or no such list.
    if (error instanceof RangeError || asProblem(error).slug === 'bad-request') return undefined
    throw error
  }
  const columns = [...new Set(list.flatMap(element => Object.keys(element)))]
  if (columns.length > MAX_COLUMNS) return undefined
  if (list.length > MAX_PAST_ROWS) return { columns, rows: list.map(() => ({ cells: [] })) }
  return { columns, rows: list.map(element => ({ cells: columns.map(name => textOf(element, name)) })) }
}

function isUtf8(bytes: Bytes): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

async function readTable(bytes: Bytes): Promise<PastFile | undefined> {
  const table = await openTable(bytesSource('upload', bytes))
  if ('why' in table) return undefined
  let columns: readonly string[] = []
  const rows: PastRow[] = []
  try {
    for await (const records of table.records()) {
      for (const { values, fault, line = 0 } of records) {
        if (rows.length > MAX_PAST_ROWS) return { columns, rows }
        if (fault === undefined && columns.length === 0) columns = Object.keys(values)
        rows.push(
          fault === undefined
            ? { cells: columns.map(name => textOf(values, name)) }
            : { cells: [], brokenAt: line },
        )
      }
    }
  } catch (error) {
    if (error instanceof UnreadableFile) return undefined
    throw error
  }
  return { columns, rows }
}

/** As `readPast` takes it. */
export function valuesOf(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))
}
