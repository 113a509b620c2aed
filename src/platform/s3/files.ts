import { problem } from '../../core/problem.ts'
import type { Files } from '../platform.ts'
import { type Bucket, BucketError } from './bucket.ts'

const RETRY_AFTER_SECONDS = 30

/** Files in a bucket, under the names that they have on disk and in R2. */
export function s3Files(bucket: Bucket): Files {
  return {
    async put(key, size, pieces) {
      // The signature needs the whole; a photo fits in memory.
      const whole = new Uint8Array(size)
      let length = 0
      for await (const piece of pieces) {
        if (length + piece.length <= size) whole.set(piece, length)
        length += piece.length
      }
      if (length !== size) throw new Error(`a file of ${size} bytes came with ${length}`)
      await unlessUnavailable(() => bucket.put(key, whole))
    },
    async get(key) {
      const stored = await unlessUnavailable(() => bucket.get(key))
      if (stored === null) return null
      return {
        size: stored.size,
        async *read() {
          try {
            yield* stored.read()
          } catch (error) {
            throw unavailable(error)
          }
        },
        type: async () => stored.type,
      }
    },
    delete: key => unlessUnavailable(() => bucket.delete(key)),
    async *list(folder, first = '') {
      const start = `${folder}/`.length
      try {
        for await (const { key, changedAt } of bucket.list(`${folder}/${first}`, true))
          yield { id: key.slice(start), changedAt }
      } catch (error) {
        throw unavailable(error)
      }
    },
  }
}

async function unlessUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(cause: unknown): unknown {
  if (!(cause instanceof BucketError)) return cause
  const logged = { reason: cause.code }
  return problem('storage-unavailable', { cause, logged, retryAfterSeconds: RETRY_AFTER_SECONDS })
}
