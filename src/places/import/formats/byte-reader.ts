/** Takes a stream of bytes by lengths. `take` does not wait, so that small records cost little. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #bytes = new Uint8Array(0)
  #at = 0

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Whether `take(length)` can follow; false only at the end of the stream. */
  async has(length: number): Promise<boolean> {
    while (this.buffered < length) {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      const joined = new Uint8Array(this.buffered + value.length)
      joined.set(this.#bytes.subarray(this.#at))
      joined.set(value, this.buffered)
      this.#bytes = joined
      this.#at = 0
    }
    return true
  }

  /** How many bytes can be taken without waiting. */
  get buffered(): number {
    return this.#bytes.length - this.#at
  }

  /** Valid until the next `has`. */
  take(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
