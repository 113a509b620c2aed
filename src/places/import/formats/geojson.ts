import type { Refusal } from '../../../geography/refusal.ts'
import { jsonFormat } from '../../../import/boundaries/format.ts'
import { truncated } from '../../../import/boundaries/truncation.ts'
import type { ByteStream } from '../bytes.ts'
import { type FileRecord, geometryOfType, type Table } from '../table.ts'
import { UnreadableFile } from '../unreadable.ts'
import { decoded, detectEncoding } from './text.ts'

/** In characters: the outline of a large parcel takes hundreds of thousands. */
const MAX_FEATURE = 20_000_000
const DOWNLOAD = 'Download it again, to its end'

/** A FeatureCollection, or one feature a line (also with RFC 8142's record separators). */
export async function openGeoJson(stream: ByteStream, head: string): Promise<Table | Refusal> {
  const encoding = await detectEncoding(stream)
  const text = () => decoded(stream, encoding)
  if (isLineDelimited(head)) {
    return { format: 'GeoJSON, one feature a line', records: () => lineRecords(text()) }
  }
  // Members such as `crs` may follow the features: they are read once, to the end, before any record is given.
  const members: Record<string, unknown> = {}
  let features = 0
  for await (const objects of topLevel(text(), members)) features += objects.length
  const asked = jsonFormat(members)
  if (asked !== undefined) return asked
  if (members.type !== 'FeatureCollection') {
    return { why: 'It is not a GeoJSON FeatureCollection', repair: 'Export it as GeoJSON (RFC 7946)' }
  }
  if (features === 0) return { why: 'It has no features', repair: 'Export at least one' }
  const cut = truncated(members, features)
  if (cut !== undefined) return cut
  const crs = crsOf(members.crs)
  return {
    format: 'GeoJSON FeatureCollection',
    ...(crs !== undefined && { coordinateSystem: crs }),
    records: () => collectionRecords(text()),
  }
}

function isLineDelimited(head: string): boolean {
  const [first = '', second] = head.replaceAll('\x1e', '').trimStart().split(/\r?\n/)
  const isFeature = /"type"\s*:\s*"Feature"/.test(first) && !/"features"\s*:\s*\[/.test(first)
  return isFeature && (second === undefined || /^\s*(?:\{|$)/.test(second))
}

/** OGC URNs (urn:ogc:def:crs:EPSG::2248) and short names (EPSG:2248); CRS84 is RFC 7946’s own. */
export function crsOf(crs: unknown): string | undefined {
  const name = String((crs as { properties?: { name?: unknown } } | null | undefined)?.properties?.name ?? '')
  if (/CRS:?84$/i.test(name)) return undefined
  const [, code] = /EPSG:+(?:[\d.]*:)?(\d+)$/i.exec(name) ?? []
  return code === undefined ? name || undefined : `EPSG:${code}`
}

async function* lineRecords(chunks: AsyncIterable<string>): AsyncIterable<readonly FileRecord[]> {
  let rest = ''
  let line = 0
  let number = 0
  const take = (lines: readonly string[]) => {
    const records: FileRecord[] = []
    for (const written of lines) {
      line++
      const text = written.replaceAll('\x1e', '').trim()
      if (text !== '') records.push({ line, ...featureRecord(parsed(text), ++number) })
    }
    return records
  }
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_FEATURE) throw tooLong(`Line ${line + lines.length + 1}`)
    yield take(lines)
  }
  yield take([rest])
}

async function* collectionRecords(chunks: AsyncIterable<string>): AsyncIterable<readonly FileRecord[]> {
  let number = 0
  for await (const objects of topLevel(chunks, {})) {
    yield objects.map(text => featureRecord(parsed(text), ++number))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface RawFeature {
  readonly type?: unknown
  readonly id?: unknown
  readonly properties?: unknown
  readonly geometry?: { readonly type?: unknown; readonly coordinates?: unknown } | null
}

function featureRecord(value: unknown, number: number): FileRecord {
  const feature = value as RawFeature | null
  if (typeof feature !== 'object' || feature?.type !== 'Feature') {
    return { number, values: {}, fault: 'not-a-feature' }
  }
  const { id, properties, geometry } = feature
  const values = typeof properties === 'object' && properties !== null ? { ...properties } : {}
  return {
    number,
    values: id === undefined || 'id' in values ? values : { ...values, id },
    geometry: geometryOfType(geometry?.type, geometry?.coordinates),
  }
}

/**
 * The texts of the objects in the file's list `features`, as they come. The other members go to `members`, if they
 * are short. Only braces, brackets and strings are looked at: what is in an object is for its reader to judge.
 */
async function* topLevel(
  chunks: AsyncIterable<string>,
  members: Record<string, unknown>,
): AsyncIterable<readonly string[]> {
  const scanner = new Scanner(members)
  for await (const chunk of chunks) yield scanner.push(chunk)
  scanner.end()
}

const STRUCTURE = /["{}[\],]/g
const STRING_END = /["\\]/g
const MAX_MEMBER = 10_000

class Scanner {
  readonly #members: Record<string, unknown>
  #text = ''
  /** Where to go on in the text. */
  #at = 0
  /** Where the feature, or the member beside `features`, begins. */
  #start = 0
  #depth = 0
  #isInString = false
  #isInFeatures = false
  #isClosed = false
  #length = 0

  constructor(members: Record<string, unknown>) {
    this.#members = members
  }

  push(chunk: string): readonly string[] {
    this.#text += chunk
    this.#length += chunk.length
    const objects: string[] = []
    while (this.#next(objects));
    if (this.#text.length - this.#start > MAX_FEATURE) throw tooLong('A feature')
    this.#text = this.#text.slice(this.#start)
    this.#at -= this.#start
    this.#start = 0
    return objects
  }

  end(): void {
    if (this.#isClosed) return
    const length = this.#length.toLocaleString('en-US')
    throw new UnreadableFile(`It ends in the middle, after ${length} characters`, DOWNLOAD)
  }

  #next(objects: string[]): boolean {
    if (this.#isInString) return this.#endString()
    STRUCTURE.lastIndex = this.#at
    const found = STRUCTURE.exec(this.#text)
    if (found === null) {
      this.#at = this.#text.length
      return false
    }
    this.#at = found.index + 1
    const [mark] = found
    if (mark === '"') this.#isInString = true
    else if (mark === '{' || mark === '[') this.#open(found.index, mark)
    else if (mark === ',') this.#comma(found.index)
    else this.#close(found.index, mark, objects)
    return true
  }

  #endString(): boolean {
    STRING_END.lastIndex = this.#at
    const found = STRING_END.exec(this.#text)
    if (found === null) {
      this.#at = this.#text.length
      return false
    }
    const isEscape = found[0] === '\\'
    // What is escaped may come with the next chunk.
    if (isEscape && found.index + 1 >= this.#text.length) {
      this.#at = found.index
      return false
    }
    this.#isInString = isEscape
    this.#at = found.index + (isEscape ? 2 : 1)
    return true
  }

  #open(index: number, mark: string): void {
    this.#depth++
    if (this.#depth === 1) this.#start = index + 1
    else if (
      this.#depth === 2 &&
      mark === '[' &&
      /"features"\s*:\s*$/.test(this.#text.slice(this.#start, index))
    ) {
      this.#isInFeatures = true
      this.#start = index + 1
    } else if (this.#depth === 3 && this.#isInFeatures) this.#start = index
  }

  #comma(index: number): void {
    if (this.#depth === 1) this.#member(index)
  }

  #close(index: number, mark: string, objects: string[]): void {
    if (this.#depth === 3 && this.#isInFeatures) {
      objects.push(this.#text.slice(this.#start, index + 1))
      this.#start = index + 1
    } else if (this.#depth === 2 && this.#isInFeatures && mark === ']') {
      this.#isInFeatures = false
      this.#start = index + 1
    } else if (this.#depth === 1) {
      this.#member(index)
      this.#isClosed = true
    }
    this.#depth--
  }

  #member(end: number): void {
    const text = this.#text.slice(this.#start, end).trim()
    this.#start = end + 1
    if (text === '' || text.length > MAX_MEMBER) return
    Object.assign(this.#members, parsed(`{${text}}`))
  }
}

function tooLong(what: string): UnreadableFile {
  return new UnreadableFile(
    `${what} has more than ${MAX_FEATURE.toLocaleString('en-US')} characters`,
    'Simplify it, or leave it out',
  )
}
