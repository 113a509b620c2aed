import { createHash, hkdfSync } from 'node:crypto'
import { statSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegion } from '../../core/database/handles.ts'
import { readStoredFile, storedFiles } from '../../core/encryption/files.ts'
import { type DatabaseCopy, openCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { type Bytes, type DatabaseName, databaseLabel } from '../../platform/platform.ts'
import { countRows } from './content.ts'
import { copyFromServer, refuseUnsound, sha256Of, sourceOf } from './copy.ts'
import {
  type BackedUpDatabase,
  FOLDER,
  type Manifest,
  PHOTOS,
  type Photo,
  photosIn,
  programVersion,
  readManifest,
  writeManifest,
} from './manifest.ts'
import { type BackupStore, readStored, reasonOf } from './store.ts'

const SERVER_AT_ONCE = 4
const PHOTOS_AT_ONCE = 8
const GROUP = 500

export type Progress = (what: string, done: number, of: number) => void

/**
 * Copies a running deployment. Each database is as it was at one instant; all that was acknowledged before the
 * start is in it. The manifest is written last: without it there is no backup.
 */
export async function makeBackup(
  platform: NodePlatform,
  store: BackupStore,
  progress: Progress,
): Promise<Manifest> {
  const startedAt = platform.clock.now()
  const id = new Date(startedAt).toISOString().replace(/[:.]/g, '-')
  const before = await readManifest(store).catch(() => undefined)
  const scratch = await store.scratch()
  try {
    const job: Job = { platform, store, scratch, id }
    const directory = await copyDatabase(job, { kind: 'directory' })
    const { names, masterKey } = directory
    const regions = names.flatMap(name => (name.kind === 'region' ? [name.region] : []))
    const photos = new PhotoCopies(job, before)
    // Photos are copied before and after: one that is encrypted anew between is then kept under both keys.
    for (const region of regions) await photos.copy(region, progress)
    const databases: BackedUpDatabase[] = [directory.database]
    const missing: { database: string; reason: string }[] = []
    await inParallel(names, platform.embedded === undefined ? SERVER_AT_ONCE : 1, async name => {
      try {
        databases.push((await copyDatabase(job, name)).database)
      } catch (error) {
        missing.push({ database: databaseLabel(name), reason: reasonOf(error) })
      }
      progress('databases', databases.length + missing.length, names.length + 1)
    })
    for (const region of regions) await photos.copy(region, progress)
    return await writeManifest(store, {
      id,
      program: programVersion(),
      source: platform.embedded === undefined ? 'server' : 'files',
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date(platform.clock.now()).toISOString(),
      databases,
      missing,
      photos: await photos.lists(),
      keys: { MASTER_KEY: masterKey, DATABASE_KEY: databaseKeyCheck(platform) },
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Job {
  readonly platform: NodePlatform
  readonly store: BackupStore
  readonly scratch: string
  readonly id: string
}

interface Copied {
  readonly database: BackedUpDatabase
  /** Of a directory: the other databases of the deployment. */
  readonly names: readonly Exclude<DatabaseName, { kind: 'directory' }>[]
  readonly masterKey: string | null
}

async function copyDatabase(job: Job, name: DatabaseName): Promise<Copied> {
  const { platform, store, scratch, id } = job
  const label = databaseLabel(name)
  const made = join(scratch, `${label}.db`)
  await rm(made, { force: true })
  const at = platform.clock.now()
  if (platform.embedded === undefined) await copyFromServer(platform, name, made)
  else platform.embedded.copyTo(label, made)
  await durable(made)
  const copy = openCopy(made, fileKeys(platform.secrets.get, label))
  try {
    const source = sourceOf(copy)
    refuseUnsound(copy, label)
    const [newest] = copy.rows('SELECT max(name) FROM migration')
    const database = {
      ...name,
      file: `databases/${label}.db`,
      bytes: statSync(made).size,
      sha256: await sha256Of(made),
      at: new Date(at).toISOString(),
      schema: String(newest?.[0] ?? ''),
      isEncrypted: copy.isEncrypted,
      rows: await countRows(source),
    }
    const listed = name.kind === 'directory' ? directoryOf(copy) : { names: [], masterKey: null }
    copy.close()
    await store.putFile(`${FOLDER}/${id}/${database.file}`, made)
    return { database, ...listed }
  } finally {
    copy.close()
  }
}

function directoryOf(copy: DatabaseCopy): Pick<Copied, 'names' | 'masterKey'> {
  const rows = copy.rows(
    `SELECT kind, region, slug FROM "database" WHERE migrated_to <> '' ORDER BY kind, region, slug`,
  )
  const names = rows.map(([kind, region, slug]) =>
    kind === 'tenant'
      ? { kind: 'tenant' as const, region: String(region), slug: String(slug) }
      : { kind: kind as 'region' | 'places', region: String(region) },
  )
  const [check] = copy.rows(`SELECT value FROM key_check WHERE name = 'MASTER_KEY'`)
  return { names, masterKey: check === undefined ? null : String(check[0]) }
}

/** Photos never change under their path, so only those are copied that are not there yet. */
class PhotoCopies {
  readonly #job: Job
  readonly #before: Manifest | undefined
  readonly #regions = new Map<string, Map<string, Photo>>()

  constructor(job: Job, before: Manifest | undefined) {
    this.#job = job
    this.#before = before
  }

  async copy(region: string, progress: Progress): Promise<void> {
    const { platform, store } = this.#job
    const stored = new Map<string, number>()
    for await (const { name, size } of store.list(`${PHOTOS}/${region}`)) stored.set(name, size)
    const copied = this.#regions.get(region) ?? new Map<string, Photo>()
    this.#regions.set(region, copied)
    const known = await this.#knownBefore(region)
    const db = openRegion(platform, { kind: 'system', reason: 'backup' }, region)
    for await (const { folder, ids } of storedFiles(platform, db)) {
      let done = 0
      await inParallel(ids, PHOTOS_AT_ONCE, async file => {
        const path = `${folder}/${file}`
        const size = stored.get(`${PHOTOS}/${path}`)
        const same = known.get(path)
        if (copied.has(path)) return
        if (same !== undefined && same.bytes === size) copied.set(path, same)
        else await this.#copyOne(path, size, copied)
        if (++done % GROUP === 0) progress(`photos of ${region}`, done, ids.length)
      })
    }
  }

  async #copyOne(path: string, size: number | undefined, copied: Map<string, Photo>): Promise<void> {
    const file = await readStoredFile(this.#job.platform, path)
    // Removed in the meantime.
    if (file === null) return
    const parts: Bytes[] = []
    for await (const piece of file.read()) parts.push(piece)
    const bytes = new Uint8Array(Buffer.concat(parts))
    // One that a backup which was interrupted has stored is whole.
    if (size !== bytes.length) await this.#job.store.putBytes(`${PHOTOS}/${path}`, bytes)
    copied.set(path, { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }

  async #knownBefore(region: string): Promise<Map<string, Photo>> {
    const list = this.#before?.photos.find(photos => photos.region === region)
    if (this.#before === undefined || list === undefined) return new Map()
    const text = await readStored(this.#job.store, `${FOLDER}/${this.#before.id}/${list.file}`)
    return new Map(photosIn(text ?? '').map(photo => [photo.path, photo]))
  }

  async lists(): Promise<Manifest['photos']> {
    const lists: Manifest['photos'] = []
    for (const [region, photos] of this.#regions) {
      const lines = [...photos.values()].map(photo => `${JSON.stringify(photo)}\n`)
      const text = new TextEncoder().encode(lines.join(''))
      const file = `photos/${region}.jsonl`
      await this.#job.store.putBytes(`${FOLDER}/${this.#job.id}/${file}`, text)
      const sha256 = createHash('sha256').update(text).digest('hex')
      const bytes = [...photos.values()].reduce((sum, photo) => sum + photo.bytes, 0)
      lists.push({ region, file, sha256, count: photos.size, bytes })
    }
    return lists
  }
}

async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function durable(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.chmod(0o600)
  await file.sync()
  await file.close()
}

/** Tells whether the secret is the same, and nothing else. */
export function databaseKeyCheck({ secrets }: NodePlatform, name = 'DATABASE_KEY'): string | null {
  const secret = secrets.get(name)
  if (secret === undefined) return null
  return Buffer.from(hkdfSync('sha256', secret, 'countyline', 'database key check', 8)).toString('base64url')
}
