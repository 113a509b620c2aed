import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Bytes, Platform, StoredFile } from '../../platform/platform.ts'
import type { RegionDb, RegionReader } from '../database/handles.ts'
import { randomText } from '../ids.ts'
import { problem } from '../problem.ts'
import { currentFileKey, type DataKey, fileKeyIds, fileKeyOf } from './fields.ts'

// Files of a region, such as photos; nothing else reads or writes `platform.files`. Each is encrypted with
// its own key, derived from the region's data key, a salt, the region and the file's name, in frames of
// AES-256-GCM that are bound to their position and to being the last: a file that was changed, truncated or
// renamed does not decrypt. Files are in `<region>/key-<data key id>/<id>`; those from before encryption,
// plain, in `<region>/<id>`.

const MAGIC = new TextEncoder().encode('CLF1')
const SALT_BYTES = 32
const FRAME_BYTES = 64 * 1024
const TAG_BYTES = 16
const PLAIN = 'application/octet-stream'

export interface FileContent {
  readonly bytes: Bytes
  readonly type: string
}

export interface OpenedFile {
  readonly type: string
  readonly size: number
  /** Must be read to its end or canceled. */
  readonly stream: ReadableStream<Bytes>
}

/** Durable when it returns. Overwrites. Throws `storage-unavailable`, with nothing written. */
export async function storeFile(
  platform: Platform,
  db: RegionDb,
  id: string,
  { bytes, type }: FileContent,
): Promise<void> {
  await put(platform, db, { id, type, size: bytes.length, pieces: [bytes] })
}

/** Null when missing. Throws `storage-unavailable`, and `fault` for a changed file. */
export async function openFile(platform: Platform, db: RegionReader, id: string): Promise<OpenedFile | null> {
  for await (const folder of foldersOf(platform, db)) {
    const stored = await platform.files.get(`${folder.path}/${id}`)
    if (stored !== null)
      return folder.key === undefined ? opened(stored) : decrypted(platform, db, id, folder.key, stored)
  }
  return null
}

export async function readFile(
  platform: Platform,
  db: RegionReader,
  id: string,
): Promise<FileContent | null> {
  const file = await openFile(platform, db, id)
  return file === null
    ? null
    : { type: file.type, bytes: new Uint8Array(await new Response(file.stream).arrayBuffer()) }
}

export async function deleteFile(platform: Platform, db: RegionReader, id: string): Promise<void> {
  for await (const { path } of foldersOf(platform, db)) await platform.files.delete(`${path}/${id}`)
}

/** Files of the region whose name begins with `first`, in no order. */
export async function* listFiles(
  platform: Platform,
  db: RegionReader,
  first: string,
): AsyncGenerator<{ readonly id: string; readonly changedAt: number }> {
  for await (const { path } of foldersOf(platform, db)) yield* platform.files.list(path, first)
}

/** As they are stored, encrypted: for backups. No key is needed. */
export async function* storedFiles(
  platform: Platform,
  db: RegionReader,
): AsyncGenerator<{ readonly folder: string; readonly ids: readonly string[] }> {
  const folders = [...(await fileKeyIds(platform, db, 'anew')).map(id => folderOf(db, id)), db.region]
  for (const folder of folders) yield { folder, ids: await storedIds(platform, folder) }
}

export async function storedIds(platform: Platform, folder: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of platform.files.list(folder)) ids.push(id)
  return ids
}

/** Null when missing. Throws `storage-unavailable`. */
export function readStoredFile(platform: Platform, path: string): Promise<StoredFile | null> {
  return platform.files.get(path)
}

/** Puts back what `readStoredFile` gave. */
export function writeStoredFile(platform: Platform, path: string, bytes: Bytes): Promise<void> {
  const pieces = async function* () {
    yield bytes
  }
  return platform.files.put(path, bytes.length, pieces())
}

/** Stores a small file, reads and deletes it. Throws `storage-unavailable`, or `fault` if it reads something else. */
export async function probeStorage(platform: Platform): Promise<void> {
  const path = `probe/${randomText(platform.random, 16)}`
  const bytes = platform.random.bytes(64)
  await writeStoredFile(platform, path, bytes)
  try {
    const stored = await platform.files.get(path)
    const read: number[] = []
    for await (const piece of stored?.read() ?? []) read.push(...piece)
    if (read.join() !== bytes.join()) {
      throw problem('fault', { detail: 'What was stored is not what was read.' })
    }
  } finally {
    await platform.files.delete(path)
  }
}

/** Covers plain files and those under earlier keys, up to the time `until`. Returns whether none is left. */
export async function reencryptFiles(platform: Platform, db: RegionDb, until: number): Promise<boolean> {
  const [current] = await fileKeyIds(platform, db, 'anew')
  let isDone = true
  for await (const folder of foldersOf(platform, db)) {
    if (folder.key !== undefined && folder.key.id === current) continue
    for await (const { id } of platform.files.list(folder.path)) {
      if (platform.clock.now() > until) return false
      const path = `${folder.path}/${id}`
      isDone = (await moved(platform, db, id, path, folder.key)) && isDone
    }
  }
  return isDone
}

async function moved(
  platform: Platform,
  db: RegionDb,
  id: string,
  path: string,
  key: DataKey | undefined,
): Promise<boolean> {
  const stored = await platform.files.get(path)
  if (stored === null) return true
  try {
    const file = key === undefined ? await opened(stored) : await decrypted(platform, db, id, key, stored)
    await put(platform, db, { id, type: file.type, size: file.size, pieces: piecesOf(file.stream) })
  } catch (error) {
    if (!isUnreadable(error)) throw error
    platform.log('error', 'file-unreadable', { region: db.region, file: id })
    return false
  }
  await platform.files.delete(path)
  return true
}

interface Folder {
  readonly path: string
  readonly key: DataKey | undefined
}

// Folders a file may be in, likeliest first. Ends with a fresh read of the keys, as another process may have
// added one.
async function* foldersOf(platform: Platform, db: RegionReader): AsyncGenerator<Folder> {
  const tried = new Set<number>()
  for (const ids of [() => fileKeyIds(platform, db), () => fileKeyIds(platform, db, 'anew')]) {
    for (const id of await ids()) {
      if (tried.has(id)) continue
      tried.add(id)
      yield { path: folderOf(db, id), key: await fileKeyOf(platform, db, id) }
    }
  }
  yield { path: db.region, key: undefined }
}

function folderOf({ region }: RegionReader, key: number): string {
  return `${region}/key-${key}`
}

interface PlainFile {
  readonly id: string
  readonly type: string
  readonly size: number
  readonly pieces: Iterable<Bytes> | AsyncIterable<Bytes>
}

async function put(platform: Platform, db: RegionDb, { id, type, size, pieces }: PlainFile): Promise<void> {
  const key = await currentFileKey(platform, db)
  const salt = platform.random.bytes(SALT_BYTES)
  const head = headOf(salt, type)
  const encryptedSize = head.length + size + TAG_BYTES * framesOf(size)
  const own = ownKey(key, salt, db, id, type)
  await platform.files.put(
    `${folderOf(db, key.id)}/${id}`,
    encryptedSize,
    encrypted(platform, own, head, size, pieces),
  )
}

async function* encrypted(
  platform: Platform,
  key: Bytes,
  head: Bytes,
  size: number,
  pieces: Iterable<Bytes> | AsyncIterable<Bytes>,
): AsyncGenerator<Bytes> {
  yield head
  const last = framesOf(size) - 1
  let number = 0
  for await (const frame of inFrames(pieces, FRAME_BYTES)) {
    yield await platform.cipher.seal(key, ivOf(number, number === last), noBytes, frame)
    number++
  }
}

async function decrypted(
  platform: Platform,
  db: RegionReader,
  id: string,
  dataKey: DataKey,
  stored: StoredFile,
): Promise<OpenedFile> {
  const input = new Pieces(stored.read())
  try {
    const start = await input.exactly(MAGIC.length + SALT_BYTES + 1)
    if (!MAGIC.every((byte, at) => start[at] === byte)) throw new Unreadable('no such file')
    const typeLength = start[start.length - 1] ?? 0
    const type = new TextDecoder().decode(await input.exactly(typeLength))
    const key = ownKey(dataKey, start.slice(MAGIC.length, -1), db, id, type)
    const left = stored.size - start.length - typeLength
    const frames = Math.ceil(left / (FRAME_BYTES + TAG_BYTES))
    const open = async (number: number) => {
      const encrypted = await input.upTo(FRAME_BYTES + TAG_BYTES)
      const iv = ivOf(number, number === frames - 1)
      return platform.cipher.open(key, iv, noBytes, encrypted).catch(cause => {
        throw new Unreadable('changed', { cause })
      })
    }
    // Decrypts the first frame before anything is returned, so that a wrong key fails early.
    const first = await open(0)
    const rest = async function* () {
      try {
        if (first.length > 0) yield first
        for (let number = 1; number < frames; number++) yield await open(number)
      } finally {
        await input.close()
      }
    }
    return { type, size: left - frames * TAG_BYTES, stream: streamOf(rest(), () => input.close()) }
  } catch (cause) {
    await input.close()
    throw isUnreadable(cause) ? problem('fault', { cause }) : cause
  }
}

async function opened(stored: StoredFile): Promise<OpenedFile> {
  const input = new Pieces(stored.read())
  const rest = async function* () {
    try {
      for (let piece = await input.upTo(FRAME_BYTES); piece.length > 0; piece = await input.upTo(FRAME_BYTES))
        yield piece
    } finally {
      await input.close()
    }
  }
  return {
    type: (await stored.type()) ?? PLAIN,
    size: stored.size,
    stream: streamOf(rest(), () => input.close()),
  }
}

class Unreadable extends Error {}

function isUnreadable(error: unknown): boolean {
  return error instanceof Unreadable || (error instanceof Error && error.cause instanceof Unreadable)
}

function headOf(salt: Bytes, type: string): Bytes {
  const typeBytes = new TextEncoder().encode(type)
  return new Uint8Array([...MAGIC, ...salt, typeBytes.length, ...typeBytes])
}

function ownKey({ key }: DataKey, salt: Bytes, { region }: RegionReader, id: string, type: string): Bytes {
  return new Uint8Array(hkdf(sha256, key, salt, new TextEncoder().encode(`file ${region}/${id} ${type}`), 32))
}

// Each key encrypts one file, so the frame number is a unique IV.
function ivOf(number: number, isLast: boolean): Bytes {
  const iv = new Uint8Array(12)
  new DataView(iv.buffer).setUint32(7, number)
  iv[11] = isLast ? 1 : 0
  return iv
}

function framesOf(size: number): number {
  return Math.max(1, Math.ceil(size / FRAME_BYTES))
}

const noBytes = new Uint8Array(0)

// Yields at least one frame, empty if there is no input; all but the last are full.
async function* inFrames(
  pieces: Iterable<Bytes> | AsyncIterable<Bytes>,
  size: number,
): AsyncGenerator<Bytes> {
  const input = new Pieces(pieces)
  let isFirst = true
  for (let frame = await input.upTo(size); isFirst || frame.length > 0; frame = await input.upTo(size)) {
    yield frame
    isFirst = false
  }
}

// Re-chunks a stream into pieces of the size requested.
class Pieces {
  readonly #from: Iterator<Bytes> | AsyncIterator<Bytes>
  #piece: Bytes = noBytes

  constructor(from: Iterable<Bytes> | AsyncIterable<Bytes>) {
    this.#from = Symbol.asyncIterator in from ? from[Symbol.asyncIterator]() : from[Symbol.iterator]()
  }

  async upTo(count: number): Promise<Bytes> {
    if (this.#piece.length >= count) return this.#cut(count)
    const whole = new Uint8Array(count)
    let length = 0
    while (length < count) {
      if (this.#piece.length === 0) {
        const { done, value } = await this.#from.next()
        if (done) break
        this.#piece = value
      }
      const part = this.#cut(Math.min(count - length, this.#piece.length))
      whole.set(part, length)
      length += part.length
    }
    return whole.subarray(0, length)
  }

  async exactly(count: number): Promise<Bytes> {
    const bytes = await this.upTo(count)
    if (bytes.length < count) throw new Unreadable('cut short')
    return bytes
  }

  async close(): Promise<void> {
    await this.#from.return?.()
  }

  #cut(count: number): Bytes {
    const part = this.#piece.subarray(0, count)
    this.#piece = this.#piece.subarray(count)
    return part
  }
}

function streamOf(pieces: AsyncGenerator<Bytes>, close: () => Promise<void>): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      // A generator that was never started does not run its `finally`.
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}

async function* piecesOf(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes> {
  yield* stream.values()
}
