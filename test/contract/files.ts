import { expect, it } from 'vitest'
import type { Bytes, Files } from '../../src/platform/platform.ts'

/** What every storage of photos does: a folder, R2, and any S3-compatible store. */
export function filesContract(files: () => Files): void {
  const bytes = (text: string): Bytes => new TextEncoder().encode(text)
  const pieces = async function* (...parts: readonly Bytes[]) {
    yield* parts
  }
  const put = (key: string, text: string) => {
    const [one, two] = [bytes(text.slice(0, 3)), bytes(text.slice(3))]
    return files().put(key, one.length + two.length, pieces(one, two))
  }
  const read = async (key: string) => {
    const stored = await files().get(key)
    if (stored === null) return null
    const parts: Bytes[] = []
    for await (const piece of stored.read()) parts.push(piece)
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer())
    expect(whole.length).toBe(stored.size)
    return new TextDecoder().decode(whole)
  }
  const listed = async (folder: string, first?: string) => {
    const ids: string[] = []
    for await (const { id, changedAt } of files().list(folder, first)) {
      expect(Number.isFinite(changedAt)).toBe(true)
      ids.push(id)
    }
    return ids.sort()
  }

  it('gives back what was stored, and the newest of two', async () => {
    await files().delete('lake/key-1/one')
    expect(await read('lake/key-1/one')).toBeNull()
    await put('lake/key-1/one', 'a photo')
    expect(await read('lake/key-1/one')).toBe('a photo')
    await put('lake/key-1/one', 'another photo')
    expect(await read('lake/key-1/one')).toBe('another photo')
  })

  it('stores nothing that is shorter or longer than was said', async () => {
    await expect(files().put('lake/key-1/short', 9, pieces(bytes('a photo')))).rejects.toThrow()
    await expect(files().put('lake/key-1/long', 3, pieces(bytes('a photo')))).rejects.toThrow()
    expect(await read('lake/key-1/short')).toBeNull()
    expect(await read('lake/key-1/long')).toBeNull()
  })

  it('lists the files of one folder by the beginning of their names', async () => {
    await Promise.all(
      ['list/key-1/a1', 'list/key-1/a2', 'list/key-1/b1', 'list/plain'].map(key => put(key, 'photo')),
    )
    expect(await listed('list/key-1')).toEqual(['a1', 'a2', 'b1'])
    expect(await listed('list/key-1', 'a')).toEqual(['a1', 'a2'])
    expect(await listed('list')).toEqual(['plain'])
    expect(await listed('nothing')).toEqual([])
  })

  it('deletes a file, and one that is not there', async () => {
    await put('lake/key-1/gone', 'a photo')
    await files().delete('lake/key-1/gone')
    await files().delete('lake/key-1/gone')
    expect(await read('lake/key-1/gone')).toBeNull()
  })
}
