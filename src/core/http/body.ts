import type { Bytes } from '../../platform/platform.ts'
import { problem } from '../problem.ts'

// Request bodies. Every route reads them here, so that a limit applies before parsing: to the announced
// length and while the body arrives.

/** Default for forms and JSON documents; routes that need less set their own limit. */
export const MAX_BODY_BYTES = 256 * 1024

/** Throws `too-large`. */
export async function readBytes(request: Request, max: number): Promise<Bytes> {
  refuseAnnounced(request, max)
  const announced = request.headers.get('content-length')
  // The runtime reads no more than was announced: faster than a stream, but it holds the body twice.
  if (announced !== null && Number(announced) <= MAX_BODY_BYTES) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > max) throw tooLarge(max)
    return bytes
  }
  const whole = new Growing(max, Number(announced))
  for await (const chunk of chunksOf(request)) whole.append(chunk)
  return whole.take()
}

/** Throws `too-large`, and `bad-request` for a body that is not UTF-8. */
export async function readText(request: Request, max: number): Promise<string> {
  return utf8(await readBytes(request, max))
}

/** Throws `too-large` for a body announced as larger than `max` bytes. */
export function refuseAnnounced(request: Request, max: number): void {
  if (Number(request.headers.get('content-length')) > max) throw tooLarge(max)
}

export function chunksOf(request: Request): AsyncIterable<Uint8Array<ArrayBuffer>> {
  // Canceling would close the connection before the sender has read why it was refused.
  return request.body?.values({ preventCancel: true }) ?? nothing
}

const nothing = (async function* () {})()

/** Collects chunks in one buffer: a list of one-byte chunks would take a hundred times their size. */
export class Growing {
  readonly #max: number
  #bytes: Bytes
  #length = 0

  constructor(max: number, expected = 0) {
    this.#max = max
    this.#bytes = new Uint8Array(expected <= max ? expected : 0)
  }

  get length(): number {
    return this.#length
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (length > this.#max) throw tooLarge(this.#max)
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#max, Math.max(length, this.#bytes.length * 2, 4096)))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(piece, this.#length)
    this.#length = length
  }

  take(): Bytes {
    return this.#bytes.subarray(0, this.#length)
  }
}

export function tooLarge(max: number) {
  const size = max >= 1024 * 1024 ? `${Math.floor(max / 1024 / 1024)} MB` : `${Math.floor(max / 1024)} KB`
  return problem('too-large', { detail: `Send ${size} or less.` })
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw notUtf8()
  }
}

export function notUtf8() {
  return problem('bad-request', { detail: 'The text is not UTF-8.' })
}
