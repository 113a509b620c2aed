import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { reading } from './tenants.ts'

/** A file on disk, read a piece at a time and from any place. Throws `bad-request` where there is none. */
export async function fileSource(path: string) {
  const { size } = await reading(path, async file => {
    const found = await stat(file)
    if (found.isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR' })
    return found
  })
  return {
    name: basename(path),
    size,
    async *read(from = 0, to = size): AsyncIterable<Uint8Array> {
      if (from < to) yield* createReadStream(path, { start: from, end: to - 1 })
    },
  }
}

/** The files beside one that have its name and another extension, in small letters or capitals. */
export function siblingsOf(path: string): (extension: string) => Promise<FileSource | undefined> {
  return async extension => {
    for (const written of [extension, extension.toUpperCase()]) {
      const sibling = path.replace(/\.[^.]*$/, `.${written}`)
      if (await stat(sibling).catch(() => undefined)) return fileSource(sibling)
    }
    return undefined
  }
}

export type FileSource = Awaited<ReturnType<typeof fileSource>>
