import type { Refusal } from '../../geography/refusal.ts'
import { binaryFormat, jsonFormat, textFormat } from '../../import/boundaries/format.ts'
import { type ByteSource, type ByteStream, firstBytes } from './bytes.ts'
import { openCsv } from './formats/csv.ts'
import { openGeoJson } from './formats/geojson.ts'
import { openShapefile } from './formats/shapefile.ts'
import { inflated, zipEntries } from './formats/zip.ts'
import type { Table } from './table.ts'
import { orRefusal } from './unreadable.ts'

export interface OpenOptions {
  /** In an archive with several tables or maps: the path of the one that is meant. */
  readonly member?: string | undefined
  /** Beside a .shp: the file of the same name with another extension, such as `dbf`. */
  readonly sibling?: ((extension: string) => Promise<ByteSource | undefined>) | undefined
}

const HEAD = 65_536
const SAVE_AS = 'Save it as CSV or GeoJSON, in QGIS (Export > Save Features As) or with ogr2ogr'
const ZIP = [0x50, 0x4b]
const GZIP = [0x1f, 0x8b]
const SHAPEFILE = [0x00, 0x00, 0x27, 0x0a]

/**
 * A file of addresses, streets or places as a table, by its content and not by its name: CSV and its like, GeoJSON, a
 * shapefile, or one of them in a zip archive or compressed with gzip. Or why it cannot be read here, and what to do.
 */
export function openTable(source: ByteSource, options: OpenOptions = {}): Promise<Table | Refusal> {
  return orRefusal(async () => {
    const start = [...(await firstBytes(source, 4))]
    const begins = (...bytes: readonly number[]) => bytes.every((byte, i) => start[i] === byte)
    if (begins(...ZIP)) return openArchive(source, options.member)
    if (begins(...GZIP)) {
      const { name } = source
      return openText({ name, read: () => inflated(source.read(), 'gzip', name) })
    }
    if (!begins(...SHAPEFILE)) return openText(source)
    const [dbf, prj, cpg] = await Promise.all(
      ['dbf', 'prj', 'cpg'].map(extension => options.sibling?.(extension)),
    )
    return openShapefile({ shp: source, dbf, prj, cpg })
  })
}

const TABLES = /\.(?:csv|tsv|txt|tab|psv|geojson|json|geojsonl|geojsons|ndjson|jsonl|shp)$/i
/** What goes along with a file, and what macOS adds. */
const BESIDE = /(?:^|\/)(?:__MACOSX\/|\.|(?:readme|licen[cs]e|metadata|attribution)[^/]*$)/i

async function openArchive(source: ByteSource, wanted: string | undefined): Promise<Table | Refusal> {
  const entries = await zipEntries(source)
  const names = entries.map(({ name }) => name)
  const known = names.filter(name => TABLES.test(name) && !BESIDE.test(name))
  const chosen = known.filter(name => wanted === undefined || name === wanted)
  const [name] = chosen
  if (name === undefined) {
    // The names in an archive tell what it is: a spreadsheet, a geodatabase.
    const format = binaryFormat(new TextEncoder().encode(`PK\x03\x04${names.join(' ')}`))
    if (wanted === undefined && format !== 'a zip archive') return unread(format)
    const held = names.slice(0, 5).join(', ') || 'nothing'
    return {
      why: `It is a zip archive without ${wanted ?? 'a CSV, GeoJSON or shapefile (.shp)'}; it has ${held}`,
      repair: 'Put the file itself in the archive, not another archive, or choose another file',
    }
  }
  if (chosen.length > 1) {
    return {
      why: `It is a zip archive of several files: ${chosen.join(', ')}`,
      repair: 'Name the one to import',
    }
  }
  const find = (path: string) => entries.find(entry => entry.name.toLowerCase() === path.toLowerCase())
  const entry = find(name)
  if (entry === undefined || !/\.shp$/i.test(name)) return openText(entry ?? source)
  const [dbf, prj, cpg] = ['dbf', 'prj', 'cpg'].map(extension => find(name.replace(/shp$/i, extension)))
  return openShapefile({ shp: entry, dbf, prj, cpg })
}

async function openText(stream: ByteStream): Promise<Table | Refusal> {
  const bytes = await firstBytes(stream, HEAD)
  if (bytes.length === 0) return { why: 'It is empty', repair: 'Download it again' }
  const binary = binaryFormat(bytes)
  if (binary !== undefined) return unread(binary)
  const head = headOf(bytes)
  if (head.replaceAll('\x1e', '').trimStart().startsWith('{')) return openGeoJson(stream, head)
  const other = /^\s*\[\s*[{[]/.test(head) ? jsonFormat([]) : textFormat(head)
  if (other !== undefined && !other.why.includes('(CSV)')) return { why: other.why, repair: SAVE_AS }
  if (head.includes('\0')) return unread()
  return openCsv(stream, head)
}

function unread(format = 'of no format that is known'): Refusal {
  return { why: `It is ${format}, which cannot be read here`, repair: SAVE_AS }
}

function headOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
