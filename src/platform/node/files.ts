import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { problem } from '../../core/problem.ts'
import type { Bytes, Files } from '../platform.ts'

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
const RETRY_AFTER_SECONDS = 30
const HOUR = 3_600_000

export function diskFiles(folder: string): Files {
  const pathOf = (key: string) => {
    if (!/^[\w-]+(?:\/[\w-]+)*$/.test(key)) throw new Error('a file key is made of letters, digits, - and _')
    return join(folder, key)
  }
  return {
    async put(key, size, pieces) {
      const path = pathOf(key)
      await unlessUnavailable(async () => {
        await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
        await write(path, size, pieces)
      })
    },
    async get(key) {
      const path = pathOf(key)
      const found = await unlessUnavailable(() => unlessMissing(stat(path)))
      if (!found?.isFile()) return null
      return {
        size: found.size,
        read: () => piecesOf(path),
        type: () => unlessMissing(readFile(`${path}.type`, 'utf8')),
      }
    },
    async delete(key) {
      const path = pathOf(key)
      await unlessUnavailable(() =>
        Promise.all([path, `${path}.type`].map(each => rm(each, { force: true }))),
      )
    },
    async *list(key, first = '') {
      const path = pathOf(key)
      for await (const entry of (await unlessMissing(opendir(path))) ?? []) {
        // Names with a dot are types of files from earlier versions, and incomplete `.part` files.
        if (!entry.isFile() || !entry.name.startsWith(first) || entry.name.includes('.')) continue
        const found = await unlessMissing(stat(join(path, entry.name)))
        if (found !== undefined) yield { id: entry.name, changedAt: found.mtimeMs }
      }
    },
  }
}

/** Removes access that earlier versions granted to others, and partial files. Returns how many. */
export async function secureFolder(folder: string, now: number): Promise<{ modes: number; parts: number }> {
  const done = { modes: 0, parts: 0 }
  const found = await unlessMissing(stat(folder))
  if (found === undefined) return done
  const secure = async (path: string, mode: number, required: number) => {
    if ((mode & 0o777) === required) return
    await chmod(path, required)
    done.modes++
  }
  await secure(folder, found.mode, FOLDER_MODE)
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const below = await secureFolder(path, now)
      done.modes += below.modes
      done.parts += below.parts
      continue
    }
    const file = await unlessMissing(stat(path))
    if (file === undefined) continue
    if (entry.name.endsWith('.part') && file.mtimeMs < now - HOUR) {
      await rm(path, { force: true })
      done.parts++
    } else await secure(path, file.mode, FILE_MODE)
  }
  return done
}

// Atomic, also on power loss: a new file, synced, then renamed.
async function write(path: string, size: number, pieces: AsyncIterable<Bytes>): Promise<void> {
  const part = `${path}.${randomUUID()}.part`
  try {
    const file = await open(part, 'wx', FILE_MODE)
    try {
      let length = 0
      for await (const piece of pieces) {
        await file.writeFile(piece)
        length += piece.length
      }
      if (length !== size) throw new Error(`a file of ${size} bytes came with ${length}`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw error
  }
}

async function* piecesOf(path: string): AsyncGenerator<Bytes> {
  const pieces = createReadStream(path)
  try {
    for await (const piece of pieces) yield new Uint8Array(piece as Buffer)
  } catch (cause) {
    throw unavailable(cause)
  } finally {
    pieces.destroy()
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

// A full or read-only disk is temporary: the operator fixes it, and the caller retries.
async function unlessUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof Error && 'syscall' in cause ? unavailable(cause) : cause
  }
}

function unavailable(cause: unknown) {
  return problem('storage-unavailable', { cause, retryAfterSeconds: RETRY_AFTER_SECONDS })
}
