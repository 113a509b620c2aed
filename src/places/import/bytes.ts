/** A file's bytes, which can be read more than once and from any place. */
export interface ByteSource {
  /** As its owner called it; shown, never trusted. */
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** The bytes from `from` (default 0) up to, and without, `to` (default `size`). */
  read(from?: number, to?: number): AsyncIterable<Uint8Array>
}

/** Bytes that come only in order, such as a compressed file's. Each call begins anew. */
export interface ByteStream {
  readonly name: string
  read(): AsyncIterable<Uint8Array>
}

const CHUNK = 65_536

export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async *read(from = 0, to = bytes.length) {
      for (let at = from; at < to; at += CHUNK) yield bytes.subarray(at, Math.min(at + CHUNK, to))
    },
  }
}

/** At most the first `max` bytes. */
export async function firstBytes({ read }: ByteStream, max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of read()) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= max) break
  }
  return joined(chunks, Math.min(length, max))
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = []
  for await (const chunk of chunks) list.push(chunk)
  return joined(
    list,
    list.reduce((sum, { length }) => sum + length, 0),
  )
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, length - at), at)
    at += Math.min(chunk.length, length - at)
  }
  return bytes
}
