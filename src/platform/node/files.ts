import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Files } from '../platform.ts'

/** Files under `folder`: the bytes and, beside them, their media type. */
export function diskFiles(folder: string): Files {
  const pathOf = (key: string) => {
    if (!/^[\w-]+(?:\/[\w-]+)*$/.test(key)) throw new Error('a file key is made of letters, digits, - and _')
    return join(folder, key)
  }
  return {
    async put(key, bytes, type) {
      const path = pathOf(key)
      await mkdir(dirname(path), { recursive: true })
      await write(`${path}.type`, new TextEncoder().encode(type))
      await write(path, bytes)
    },
    async get(key) {
      try {
        const [bytes, type] = await Promise.all([
          readFile(pathOf(key)),
          readFile(`${pathOf(key)}.type`, 'utf8'),
        ])
        return { bytes: new Uint8Array(bytes), type }
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
        throw error
      }
    },
    async delete(key) {
      await Promise.all([rm(pathOf(key), { force: true }), rm(`${pathOf(key)}.type`, { force: true })])
    },
  }
}

/** Whole or not at all, also when the power goes: a new file, synced, then renamed. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`
  const file = await open(part, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}
