import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { databaseLabel } from '../../platform/platform.ts'
import { refuse } from '../command.ts'
import type { Progress } from './backup.ts'
import { countRows } from './content.ts'
import { refuseUnsound, sha256Of, sourceOf } from './copy.ts'
import { type BackedUpDatabase, FOLDER, type Manifest, nameOf, PHOTOS, photosIn } from './manifest.ts'
import { type BackupStore, readStored, reasonOf, writePieces } from './store.ts'

export interface BackupFault {
  readonly what: string
  readonly reason: string
}

/** Reads all of it: each file is what the manifest says, each database sound, each photo there. */
export async function verifyBackup(
  platform: NodePlatform,
  store: BackupStore,
  manifest: Manifest,
  progress: Progress,
): Promise<readonly BackupFault[]> {
  const faults: BackupFault[] = [
    ...manifest.missing.map(({ database, reason }) => ({ what: database, reason })),
  ]
  const scratch = await store.scratch()
  try {
    for (const [index, database] of manifest.databases.entries()) {
      const label = databaseLabel(nameOf(database))
      try {
        const file = join(scratch, `${label}.db`)
        await fetchDatabase(store, manifest, database, file)
        await refuseOther(platform, database, file)
        await rm(file)
      } catch (error) {
        faults.push({ what: label, reason: reasonOf(error) })
      }
      progress('databases', index + 1, manifest.databases.length)
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  for (const list of manifest.photos) faults.push(...(await faultsOfPhotos(store, manifest, list, progress)))
  return faults
}

/** Into a new file. Throws if it is not what the manifest says. */
export async function fetchDatabase(
  store: BackupStore,
  { id }: Manifest,
  { file, sha256 }: BackedUpDatabase,
  to: string,
): Promise<void> {
  const pieces = await store.get(`${FOLDER}/${id}/${file}`)
  if (pieces === undefined) throw refuse(`${file} is missing in the backup.`)
  await writePieces(pieces, to)
  if ((await sha256Of(to)) !== sha256) throw refuse(`${file} was changed since the backup was made.`)
}

async function refuseOther(platform: NodePlatform, database: BackedUpDatabase, file: string): Promise<void> {
  const label = databaseLabel(nameOf(database))
  const copy = openCopy(file, fileKeys(platform.secrets.get, label))
  try {
    refuseUnsound(copy, label)
    const counted = await countRows(sourceOf(copy))
    const other = Object.keys({ ...counted, ...database.rows }).find(
      table => counted[table] !== database.rows[table],
    )
    if (other !== undefined)
      throw refuse(`${other} has ${counted[other] ?? 0} rows instead of ${database.rows[other] ?? 0}.`)
  } finally {
    copy.close()
  }
}

/** Paths and digests of a region's photos. Throws if the list was changed. */
export async function photosOf(
  store: BackupStore,
  { id }: Manifest,
  list: Manifest['photos'][number],
): Promise<ReturnType<typeof photosIn>> {
  const text = await readStored(store, `${FOLDER}/${id}/${list.file}`)
  const digest = createHash('sha256')
    .update(text ?? '')
    .digest('hex')
  if (digest !== list.sha256)
    throw refuse(`${list.file} is missing or was changed since the backup was made.`)
  return photosIn(text ?? '')
}

async function faultsOfPhotos(
  store: BackupStore,
  manifest: Manifest,
  list: Manifest['photos'][number],
  progress: Progress,
): Promise<BackupFault[]> {
  const faults: BackupFault[] = []
  try {
    const photos = await photosOf(store, manifest, list)
    for (const [index, { path, sha256 }] of photos.entries()) {
      const hash = createHash('sha256')
      const pieces = await store.get(`${PHOTOS}/${path}`)
      for await (const piece of pieces ?? []) hash.update(piece)
      if (pieces === undefined) faults.push({ what: path, reason: 'missing' })
      else if (hash.digest('hex') !== sha256) faults.push({ what: path, reason: 'changed' })
      if (index % 500 === 499) progress(`photos of ${list.region}`, index + 1, photos.length)
    }
  } catch (error) {
    faults.push({ what: list.file, reason: reasonOf(error) })
  }
  return faults
}
