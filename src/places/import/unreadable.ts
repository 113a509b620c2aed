import type { Refusal } from '../../geography/refusal.ts'

/** Thrown while a file is read, where its bytes turn out to be unusable; also inside an async iteration. */
export class UnreadableFile extends Error {
  readonly refusal: Refusal

  constructor(why: string, repair: string) {
    super(`${why}. ${repair}.`)
    this.refusal = { why, repair }
  }
}

/** The result, or why the file could not be read. Other errors pass. */
export async function orRefusal<T extends object>(reading: () => Promise<T | Refusal>): Promise<T | Refusal> {
  try {
    return await reading()
  } catch (error) {
    if (error instanceof UnreadableFile) return error.refusal
    throw error
  }
}
