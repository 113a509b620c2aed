import type { ByteStream } from '../bytes.ts'
import { UnreadableFile } from '../unreadable.ts'
import { ByteReader } from './byte-reader.ts'

interface DbfField {
  readonly name: string
  readonly type: string
  readonly from: number
  readonly to: number
}

export type DbfValues = Readonly<Record<string, unknown>>

/** A dBASE table (dBASE III to 7, as shapefiles have), read one record after the other. */
export class DbfReader {
  readonly #reader: ByteReader
  readonly #encoding: string | undefined
  #fields: readonly DbfField[] = []
  #recordLength = 0
  /** As its header says. */
  count = 0
  /** Without an encoding, a text was not UTF-8 and was read as Windows-1252. */
  isGuessed = false

  /** `encoding`: what its .cpg says; without one, the header's, or UTF-8 where the bytes agree. */
  constructor(stream: ByteStream, encoding: string | undefined) {
    this.#reader = new ByteReader(stream.read())
    this.#encoding = encoding
  }

  async open(): Promise<void> {
    if (!(await this.#reader.has(32))) throw damaged()
    const start = this.#reader.take(32)
    const view = new DataView(start.buffer, start.byteOffset, 32)
    this.count = view.getUint32(4, true)
    const rest = view.getUint16(8, true) - 32
    this.#recordLength = view.getUint16(10, true)
    if (rest < 1 || this.#recordLength < 1 || !(await this.#reader.has(rest))) throw damaged()
    this.#fields = fieldsIn(this.#reader.take(rest))
  }

  /** Undefined for a record that is marked as deleted. Throws `UnreadableFile` at the end of the file. */
  async next(): Promise<DbfValues | undefined> {
    if (this.#reader.buffered < this.#recordLength && !(await this.#reader.has(this.#recordLength)))
      throw damaged()
    const bytes = this.#reader.take(this.#recordLength)
    if (bytes[0] === DELETED) return undefined
    const text = SINGLE_BYTES.decode(bytes)
    const isAscii = !/[^\0-\x7f]/.test(text)
    const values: Record<string, unknown> = {}
    for (const { name, type, from, to } of this.#fields) {
      const written = isAscii ? text.slice(from, to) : this.#decoded(bytes.subarray(from, to))
      values[name] = typedValue(type, written.replaceAll('\0', '').trim())
    }
    return values
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  #decoded(bytes: Uint8Array): string {
    if (this.#encoding !== undefined) return new TextDecoder(this.#encoding).decode(bytes)
    try {
      return UTF_8.decode(bytes)
    } catch {
      this.isGuessed = true
      return SINGLE_BYTES.decode(bytes)
    }
  }
}

const DELETED = 0x2a
const SINGLE_BYTES = new TextDecoder('windows-1252')
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

function fieldsIn(bytes: Uint8Array): DbfField[] {
  const fields: DbfField[] = []
  let from = 1
  for (let at = 0; at + 32 <= bytes.length && bytes[at] !== 0x0d; at += 32) {
    const [name = ''] = SINGLE_BYTES.decode(bytes.subarray(at, at + 11)).split('\0')
    const length = bytes[at + 16] ?? 0
    fields.push({
      name: name.trim(),
      type: String.fromCharCode(bytes[at + 11] ?? 0),
      from,
      to: from + length,
    })
    from += length
  }
  return fields
}

// Keys of more than 15 digits are no longer exact as numbers.
function typedValue(type: string, text: string): unknown {
  const isNumber = (type === 'N' || type === 'F') && /^[-+]?[\d.]+(?:e[-+]?\d+)?$/i.test(text)
  return isNumber && text.replace(/\.0*$/, '').length <= 15 ? Number(text) : text
}

function damaged(): UnreadableFile {
  return new UnreadableFile('Its .dbf ends before all of its records', 'Download it again, to its end')
}
