import type { Bytes, Platform, StoredFile } from '../../platform/platform.ts'
import type { RegionDb, RegionReader } from '../database/handles.ts'
import { randomText } from '../ids.ts'
import { problem } from '../problem.ts'
import { currentFileKey, type DataKey, fileKeyIds, fileKeyOf } from './fields.ts'
import {
  decryptFile,
  encryptFile,
  isUnreadable,
  type OpenedFile,
  openPlainFile,
  type PlainFile,
} from './file-format.ts'
import { piecesOf } from './pieces.ts'

export type { OpenedFile } from './file-format.ts'

// Files of a region, such as photos; nothing else reads or writes `platform.files`. They are encrypted
// (`file-format.ts`) in `<region>/key-<data key id>/<id>`; those from before encryption, plain, in
// `<region>/<id>`.

export interface FileContent {
  readonly bytes: Bytes
  readonly type: string
}

/** Durable when it returns. Overwrites. Throws `storage-unavailable`, with nothing written. */
export async function storeFile(
  platform: Platform,
  db: RegionDb,
  id: string,
  { bytes, type }: FileContent,
): Promise<void> {
  await put(platform, db, id, { type, size: bytes.length, pieces: [bytes] })
}

/** Null when missing. Throws `storage-unavailable`, and `fault` for a changed file. */
export async function openFile(platform: Platform, db: RegionReader, id: string): Promise<OpenedFile | null> {
  for await (const folder of foldersOf(platform, db)) {
    const stored = await platform.files.get(`${folder.path}/${id}`)
    if (stored !== null) return open(platform, db, id, folder.key, stored)
  }
  return null
}

export async function readFile(
  platform: Platform,
  db: RegionReader,
  id: string,
): Promise<FileContent | null> {
  const file = await openFile(platform, db, id)
  return file === null
    ? null
    : { type: file.type, bytes: new Uint8Array(await new Response(file.stream).arrayBuffer()) }
}

export async function deleteFile(platform: Platform, db: RegionReader, id: string): Promise<void> {
  for await (const { path } of foldersOf(platform, db)) await platform.files.delete(`${path}/${id}`)
}

/** Files of the region whose name begins with `first`, in no order. */
export async function* listFiles(
  platform: Platform,
  db: RegionReader,
  first: string,
): AsyncGenerator<{ readonly id: string; readonly changedAt: number }> {
  for await (const { path } of foldersOf(platform, db)) yield* platform.files.list(path, first)
}

/** As they are stored, encrypted: for backups. No key is needed. */
export async function* storedFiles(
  platform: Platform,
  db: RegionReader,
): AsyncGenerator<{ readonly folder: string; readonly ids: readonly string[] }> {
  const folders = [...(await fileKeyIds(platform, db, 'anew')).map(id => folderOf(db, id)), db.region]
  for (const folder of folders) yield { folder, ids: await storedIds(platform, folder) }
}

export async function storedIds(platform: Platform, folder: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of platform.files.list(folder)) ids.push(id)
  return ids
}

/** Of a region that is being deleted. */
export async function deleteAllFiles(platform: Platform, db: RegionReader): Promise<void> {
  for await (const { folder, ids } of storedFiles(platform, db)) {
    for (const id of ids) await platform.files.delete(`${folder}/${id}`)
  }
}

/** Null when missing. Throws `storage-unavailable`. */
export function readStoredFile(platform: Platform, path: string): Promise<StoredFile | null> {
  return platform.files.get(path)
}

/** Puts back what `readStoredFile` gave. */
export function writeStoredFile(platform: Platform, path: string, bytes: Bytes): Promise<void> {
  const pieces = async function* () {
    yield bytes
  }
  return platform.files.put(path, bytes.length, pieces())
}

/** Stores a small file, reads and deletes it. Throws `storage-unavailable`, or `fault` if it reads something else. */
export async function probeStorage(platform: Platform): Promise<void> {
  const path = `probe/${randomText(platform.random, 16)}`
  const bytes = platform.random.bytes(64)
  await writeStoredFile(platform, path, bytes)
  try {
    const stored = await platform.files.get(path)
    const read: number[] = []
    for await (const piece of stored?.read() ?? []) read.push(...piece)
    if (read.join() !== bytes.join()) {
      throw problem('fault', { detail: 'What was stored is not what was read.' })
    }
  } finally {
    await platform.files.delete(path)
  }
}

/** Covers plain files and those under earlier keys, up to the time `until`. Returns whether none is left. */
export async function reencryptFiles(platform: Platform, db: RegionDb, until: number): Promise<boolean> {
  const [current] = await fileKeyIds(platform, db, 'anew')
  let isDone = true
  for await (const folder of foldersOf(platform, db)) {
    if (folder.key !== undefined && folder.key.id === current) continue
    for await (const { id } of platform.files.list(folder.path)) {
      if (platform.clock.now() > until) return false
      const path = `${folder.path}/${id}`
      isDone = (await moved(platform, db, id, path, folder.key)) && isDone
    }
  }
  return isDone
}

async function moved(
  platform: Platform,
  db: RegionDb,
  id: string,
  path: string,
  key: DataKey | undefined,
): Promise<boolean> {
  const stored = await platform.files.get(path)
  if (stored === null) return true
  try {
    const file = await open(platform, db, id, key, stored)
    await put(platform, db, id, { type: file.type, size: file.size, pieces: piecesOf(file.stream) })
  } catch (error) {
    if (!isUnreadable(error)) throw error
    platform.log('error', 'file-unreadable', { region: db.region, file: id })
    return false
  }
  await platform.files.delete(path)
  return true
}

interface Folder {
  readonly path: string
  readonly key: DataKey | undefined
}

// Folders a file may be in, likeliest first. Ends with a fresh read of the keys, as another process may have
// added one.
async function* foldersOf(platform: Platform, db: RegionReader): AsyncGenerator<Folder> {
  const tried = new Set<number>()
  for (const ids of [() => fileKeyIds(platform, db), () => fileKeyIds(platform, db, 'anew')]) {
    for (const id of await ids()) {
      if (tried.has(id)) continue
      tried.add(id)
      yield { path: folderOf(db, id), key: await fileKeyOf(platform, db, id) }
    }
  }
  yield { path: db.region, key: undefined }
}

function folderOf({ region }: RegionReader, key: number): string {
  return `${region}/key-${key}`
}

function open(
  platform: Platform,
  { region }: RegionReader,
  id: string,
  key: DataKey | undefined,
  stored: StoredFile,
): Promise<OpenedFile> {
  return key === undefined ? openPlainFile(stored) : decryptFile(platform, key, `${region}/${id}`, stored)
}

async function put(platform: Platform, db: RegionDb, id: string, file: PlainFile): Promise<void> {
  const key = await currentFileKey(platform, db)
  const { size, pieces } = encryptFile(platform, key, `${db.region}/${id}`, file)
  await platform.files.put(`${folderOf(db, key.id)}/${id}`, size, pieces)
}
