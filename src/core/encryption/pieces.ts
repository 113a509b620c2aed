import type { Bytes } from '../../platform/platform.ts'

// Bytes that arrive in pieces of any size.

export const noBytes = new Uint8Array(0)

/** A file that is not as it was written. */
export class Unreadable extends Error {}

/** At least one frame, empty if there is no input; all but the last are full. */
export async function* inFrames(
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

/** Gives a stream in pieces of the size requested. */
export class Pieces {
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

export function streamOf(pieces: AsyncGenerator<Bytes>, close: () => Promise<void>): ReadableStream<Bytes> {
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

export async function* piecesOf(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes> {
  yield* stream.values()
}
