import { type ByteSource, type ByteStream, bytesOf } from '../bytes.ts'
import { UnreadableFile } from '../unreadable.ts'

/** One file in an archive. */
export interface ZipEntry extends ByteStream {
  /** Its path in the archive. */
  readonly name: string
  /** In bytes, not compressed. */
  readonly size: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_LENGTH = 22
const MAX_COMMENT = 65_535
const MAX_DIRECTORY = 32 * 1024 * 1024
/** What deflate cannot do with any table or map: above both, the file is made to exhaust its reader. */
const BOMB = { ratio: 500, size: 256 * 1024 * 1024 }

const DAMAGED = 'Download it again, to its end'

/** The files of a zip archive (APPNOTE 6.3, with its 64-bit sizes), from its directory. Throws `UnreadableFile`. */
export async function zipEntries(source: ByteSource): Promise<readonly ZipEntry[]> {
  const { offset, size } = await directoryPlace(source)
  if (size > MAX_DIRECTORY || offset + size > source.size) throw cutShort()
  const bytes = await bytesOf(source.read(offset, offset + size))
  const view = viewOf(bytes)
  const entries: ZipEntry[] = []
  for (let at = 0; at + 46 <= bytes.length && view.getUint32(at, true) === ENTRY; ) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(field =>
      view.getUint16(at + field, true),
    )
    const nameEnd = at + 46 + (nameLength ?? 0)
    const extraEnd = nameEnd + (extraLength ?? 0)
    if (extraEnd > bytes.length) throw cutShort()
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd))
    const sizes = [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]
    const [full = 0, compressed = 0, header = 0] = wideSizes(sizes, view, nameEnd, extraEnd)
    const method = view.getUint16(at + 10, true)
    const isLocked = (view.getUint16(at + 8, true) & 1) === 1
    const member = { name, method, isLocked, size: full, compressed, header }
    if (!name.endsWith('/')) entries.push({ name, size: full, read: () => entryBytes(source, member) })
    at = extraEnd + (commentLength ?? 0)
  }
  return entries
}

interface Member {
  readonly name: string
  readonly method: number
  readonly isLocked: boolean
  readonly size: number
  readonly compressed: number
  /** Where its local header begins. */
  readonly header: number
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

async function directoryPlace(source: ByteSource): Promise<{ offset: number; size: number }> {
  const from = Math.max(0, source.size - END_LENGTH - MAX_COMMENT)
  const bytes = await bytesOf(source.read(from))
  const view = viewOf(bytes)
  for (let at = bytes.length - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue
    const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)]
    const isWide = size === WIDE || offset === WIDE || view.getUint16(at + 10, true) === 0xffff
    if (!isWide || at < 20 || view.getUint32(at - 20, true) !== LOCATOR_64) return { offset, size }
    const record = Number(view.getBigUint64(at - 12, true))
    const end = viewOf(await bytesOf(source.read(record, record + 56)))
    if (end.byteLength < 56 || end.getUint32(0, true) !== END_64) throw cutShort()
    return { size: Number(end.getBigUint64(40, true)), offset: Number(end.getBigUint64(48, true)) }
  }
  throw cutShort()
}

function cutShort(): UnreadableFile {
  return new UnreadableFile('It is a zip archive without its end', DAMAGED)
}

const WIDE = 0xffffffff

// In the extra field 1, in this order, only those that are too large for 32 bits.
function wideSizes(sizes: readonly number[], view: DataView, from: number, to: number): number[] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let field = at + 4
    return sizes.map(size => {
      if (size !== WIDE || field + 8 > to) return size
      field += 8
      return Number(view.getBigUint64(field - 8, true))
    })
  }
  return [...sizes]
}

async function* entryBytes(source: ByteSource, member: Member): AsyncIterable<Uint8Array> {
  const { name, method, size, compressed, header } = member
  if (member.isLocked) {
    throw new UnreadableFile(`${name} is locked with a password`, 'Make the archive again without a password')
  }
  if (method !== 0 && method !== 8) {
    throw new UnreadableFile(
      `${name} is compressed by a method that is not read here (${method})`,
      'Make the archive again, with the usual compression (deflate)',
    )
  }
  if (size > BOMB.size && size > compressed * BOMB.ratio) {
    throw new UnreadableFile(
      `${name} is ${size} bytes in ${compressed}, which no real table or map is`,
      'Leave it out',
    )
  }
  const local = viewOf(await bytesOf(source.read(header, Math.min(header + 30, source.size))))
  if (local.byteLength < 30 || local.getUint32(0, true) !== LOCAL) throw cutShort()
  const begin = header + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  if (begin + compressed > source.size) throw cutShort()
  const stored = source.read(begin, begin + compressed)
  let length = 0
  for await (const chunk of method === 0 ? stored : inflated(stored, 'deflate-raw', name)) {
    length += chunk.length
    if (length > size) throw new UnreadableFile(`${name} is larger than its archive says`, DAMAGED)
    yield chunk
  }
  if (length < size) throw new UnreadableFile(`${name} ends in the middle, after ${length} bytes`, DAMAGED)
}

/** Throws `UnreadableFile` where the bytes are damaged. */
export async function* inflated(
  chunks: AsyncIterable<Uint8Array>,
  format: CompressionFormat,
  name: string,
): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  const reader = compressed.pipeThrough(new DecompressionStream(format)).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw error
    throw new UnreadableFile(`${name} cannot be unpacked: its bytes are damaged`, DAMAGED)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
