import type { Refusal } from '../../geography/refusal.ts'
import { binaryFormat, textFormat } from '../../import/boundaries/format.ts'
import { type ByteSource, type ByteStream, firstBytes } from './bytes.ts'
import { openCsv } from './formats/csv.ts'
import { openGeoJson } from './formats/geojson.ts'
import type { Table } from './table.ts'
import { orRefusal } from './unreadable.ts'

const HEAD = 65_536
const SAVE_AS = 'Save it as CSV or GeoJSON, in QGIS (Export > Save Features As) or with ogr2ogr'

/** The file as a table, by its content and not by its name, or why it cannot be read here and what to do. */
export function openTable(source: ByteSource): Promise<Table | Refusal> {
  return orRefusal(() => openStream(source))
}

async function openStream(stream: ByteStream): Promise<Table | Refusal> {
  const bytes = await firstBytes(stream, HEAD)
  if (bytes.length === 0) return { why: 'It is empty', repair: 'Download it again' }
  const binary = binaryFormat(bytes)
  if (binary !== undefined) return { why: `It is ${binary}, which cannot be read here`, repair: SAVE_AS }
  const head = headOf(bytes)
  if (head.replaceAll('\x1e', '').trimStart().startsWith('{')) return openGeoJson(stream, head)
  const other = textFormat(head)
  if (other !== undefined && !other.why.includes('(CSV)')) return { why: other.why, repair: SAVE_AS }
  if (head.includes('\0'))
    return { why: 'It is not text, and of no format that is known here', repair: SAVE_AS }
  return openCsv(stream, head)
}

function headOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
