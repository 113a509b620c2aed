import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Bytes, Platform, StoredFile } from '../../platform/platform.ts'
import { problem } from '../problem.ts'
import type { DataKey } from './fields.ts'
import { inFrames, noBytes, Pieces, streamOf, Unreadable } from './pieces.ts'

// The form of an encrypted file: its own key, derived from the region's data key, a salt, the region and the
// file's name, in frames of AES-256-GCM that are bound to their position and to being the last: a file that was
// changed, truncated or renamed does not decrypt.

const MAGIC = new TextEncoder().encode('CLF1')
const SALT_BYTES = 32
const FRAME_BYTES = 64 * 1024
const TAG_BYTES = 16
const PLAIN = 'application/octet-stream'

export interface OpenedFile {
  readonly type: string
  readonly size: number
  /** Must be read to its end or canceled. */
  readonly stream: ReadableStream<Bytes>
}

export interface PlainFile {
  readonly type: string
  readonly size: number
  readonly pieces: Iterable<Bytes> | AsyncIterable<Bytes>
}

/** `name` is `<region>/<id>`. */
export function encryptFile(
  platform: Platform,
  dataKey: DataKey,
  name: string,
  { type, size, pieces }: PlainFile,
): { readonly size: number; readonly pieces: AsyncIterable<Bytes> } {
  const salt = platform.random.bytes(SALT_BYTES)
  const head = headOf(salt, type)
  const key = ownKey(dataKey, salt, name, type)
  return {
    size: head.length + size + TAG_BYTES * framesOf(size),
    pieces: encrypted(platform, key, head, size, pieces),
  }
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

/** Throws `fault` for a file that was changed, cut short or renamed. */
export async function decryptFile(
  platform: Platform,
  dataKey: DataKey,
  name: string,
  stored: StoredFile,
): Promise<OpenedFile> {
  const input = new Pieces(stored.read())
  try {
    const start = await input.exactly(MAGIC.length + SALT_BYTES + 1)
    if (!MAGIC.every((byte, at) => start[at] === byte)) throw new Unreadable('no such file')
    const typeLength = start[start.length - 1] ?? 0
    const type = new TextDecoder().decode(await input.exactly(typeLength))
    const key = ownKey(dataKey, start.slice(MAGIC.length, -1), name, type)
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

/** One from before encryption. */
export async function openPlainFile(stored: StoredFile): Promise<OpenedFile> {
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

export function isUnreadable(error: unknown): boolean {
  return error instanceof Unreadable || (error instanceof Error && error.cause instanceof Unreadable)
}

function headOf(salt: Bytes, type: string): Bytes {
  const typeBytes = new TextEncoder().encode(type)
  return new Uint8Array([...MAGIC, ...salt, typeBytes.length, ...typeBytes])
}

function ownKey({ key }: DataKey, salt: Bytes, name: string, type: string): Bytes {
  return new Uint8Array(hkdf(sha256, key, salt, new TextEncoder().encode(`file ${name} ${type}`), 32))
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
