import type { Bytes } from '../../platform/platform.ts'
import { problem } from '../problem.ts'
import { Growing, tooLarge } from './body.ts'

// Streaming `multipart/form-data` (RFC 7578): a part is announced by its header before any of its content is
// kept, and its consumer sets the limit. Time and memory grow linearly with the bytes, however they are
// chunked.

export interface Part {
  readonly name: string
  /** Undefined for a field; empty for a file input without a file. */
  readonly fileName: string | undefined
  hasContent(): Promise<boolean>
  /** Throws `too-large`; the rest is then skipped. */
  read(max: number): Promise<Bytes>
}

export interface MultipartLimits {
  readonly bytes: number
  readonly parts: number
}

const MAX_HEAD_BYTES = 8 * 1024
const CR = 13
const LF = 10
const HYPHEN = 45
const END_OF_HEAD = new Uint8Array([CR, LF, CR, LF])

/** Throws `bad-request` for a content type without a boundary. */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw unreadable()
  return boundary
}

/** Throws `too-large`, and `bad-request` for a malformed or truncated form. */
export async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits,
): AsyncGenerator<Part, void, void> {
  const input = new Input(chunks[Symbol.asyncIterator](), limits.bytes)
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  await passOver(input, delimiter)
  for (let parts = 0; !(await isLast(input)); parts++) {
    if (parts === limits.parts) {
      throw problem('too-large', { detail: `Send ${limits.parts} fields or fewer.` })
    }
    const part = await readHead(input, delimiter)
    yield part
    await part.skip()
  }
}

async function isLast(input: Input): Promise<boolean> {
  await input.need(2)
  if (input.at(0) === HYPHEN && input.at(1) === HYPHEN) return true
  while (input.at(0) === 32 || input.at(0) === 9) {
    input.drop(1)
    await input.need(2)
  }
  if (input.at(0) !== CR || input.at(1) !== LF) throw unreadable()
  return false
}

async function passOver(input: Input, mark: Uint8Array): Promise<void> {
  for (let piece = await input.pass(mark); piece !== undefined; ) piece = await input.pass(mark)
}

async function readHead(input: Input, delimiter: Uint8Array): Promise<OpenPart> {
  // The line break of the boundary is the first of the two that end an empty header.
  const head = new Growing(MAX_HEAD_BYTES)
  for (
    let piece = await input.pass(END_OF_HEAD);
    piece !== undefined;
    piece = await input.pass(END_OF_HEAD)
  ) {
    head.append(piece)
  }
  const text = new TextDecoder().decode(head.take())
  const disposition = /^content-disposition:[ \t]*form-data[ \t]*(;.*)$/im.exec(text)?.[1] ?? ''
  const name = parameter(disposition, NAME)
  if (name === undefined) throw unreadable()
  const fileName = parameter(disposition, FILE_NAME)
  return new OpenPart(input, delimiter, name, fileName)
}

const NAME = /;[ \t]*name=(?:"([^"]*)"|([^\s;"]*))/i
const FILE_NAME = /;[ \t]*filename\*?=(?:"([^"]*)"|([^\s;"]*))/i

// Browsers percent-encode only quotes and line breaks (HTML, "Multipart form data").
function parameter(disposition: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(disposition)
  const value = found?.[1] ?? found?.[2]
  return value?.replace(/%(22|0d|0a)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

class OpenPart implements Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly #input: Input
  readonly #delimiter: Uint8Array
  #first: Uint8Array | undefined
  #isOver = false

  constructor(input: Input, delimiter: Uint8Array, name: string, fileName: string | undefined) {
    this.#input = input
    this.#delimiter = delimiter
    this.name = name
    this.fileName = fileName
  }

  async hasContent(): Promise<boolean> {
    this.#first ??= (await this.#next())?.slice()
    return this.#first !== undefined
  }

  async read(max: number): Promise<Bytes> {
    const whole = new Growing(max)
    for (let piece = this.#first ?? (await this.#next()); piece !== undefined; piece = await this.#next()) {
      whole.append(piece)
    }
    return whole.take()
  }

  async skip(): Promise<void> {
    this.#first = undefined
    if (!this.#isOver) await passOver(this.#input, this.#delimiter)
    this.#isOver = true
  }

  async #next(): Promise<Uint8Array | undefined> {
    this.#first = undefined
    if (this.#isOver) return undefined
    const piece = await this.#input.pass(this.#delimiter)
    this.#isOver = piece === undefined
    return piece
  }
}

// Bytes that have arrived and are not consumed, in a buffer that is moved only when full.
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #max: number
  #bytes = new Uint8Array(64 * 1024)
  #from = 0
  #to = 2
  #came = 0

  constructor(chunks: AsyncIterator<Uint8Array>, max: number) {
    this.#chunks = chunks
    this.#max = max
    this.#bytes.set([CR, LF])
  }

  at(index: number): number | undefined {
    return this.#from + index < this.#to ? this.#bytes[this.#from + index] : undefined
  }

  drop(count: number): void {
    this.#from += count
  }

  async need(count: number): Promise<void> {
    while (this.#to - this.#from < count) await this.#fill()
  }

  /** The next piece before `mark`, valid until the next call; undefined once the mark is reached and consumed. */
  async pass(mark: Uint8Array): Promise<Uint8Array | undefined> {
    await this.need(mark.length)
    const found = this.#find(mark)
    const end = found ?? this.#to - mark.length + 1
    if (found === this.#from) {
      this.#from += mark.length
      return undefined
    }
    const piece = this.#bytes.subarray(this.#from, end)
    this.#from = end
    return piece
  }

  /** Looks at no byte more than twice: a mark has one line break, at its beginning, or consists of two. */
  #find(mark: Uint8Array): number | undefined {
    const bytes = this.#bytes
    const last = this.#to - mark.length
    for (let at = this.#from; at <= last; at++) {
      if (bytes[at] !== CR) continue
      let same = 1
      while (same < mark.length && bytes[at + same] === mark[same]) same++
      if (same === mark.length) return at
    }
    return undefined
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#chunks.next()
    if (done) throw unreadable()
    this.#came += value.length
    if (this.#came > this.#max) throw tooLarge(this.#max)
    const kept = this.#to - this.#from
    if (this.#to + value.length > this.#bytes.length) {
      const room = Math.max(this.#bytes.length, 2 * (kept + value.length))
      const moved = room > this.#bytes.length ? new Uint8Array(room) : this.#bytes
      moved.set(this.#bytes.subarray(this.#from, this.#to))
      this.#bytes = moved
      this.#from = 0
      this.#to = kept
    }
    this.#bytes.set(value, this.#to)
    this.#to += value.length
  }
}

function unreadable() {
  return problem('bad-request', { detail: 'The multipart form cannot be read.' })
}
