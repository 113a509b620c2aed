import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, type Dirent } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { asProblem } from '../../core/problem.ts'
import { type NodePlatform, openBucket } from '../../platform/node/platform.ts'
import type { Environment } from '../../platform/node/settings.ts'
import type { Bytes, Clock } from '../../platform/platform.ts'
import { type Bucket, BucketError } from '../../platform/s3/bucket.ts'
import { refuse } from '../command.ts'

/** A folder or a bucket with backups. What is stored is complete or not there. */
export interface BackupStore {
  /** For messages. */
  readonly name: string
  /** A new folder, of the operator alone, to make files in. */
  scratch(): Promise<string>
  /** Takes the file away. */
  putFile(name: string, file: string): Promise<void>
  putBytes(name: string, bytes: Bytes): Promise<void>
  get(name: string): Promise<AsyncIterable<Bytes> | undefined>
  /** Everything below a folder, in no order. */
  list(folder: string): AsyncIterable<{ readonly name: string; readonly size: number }>
  delete(name: string): Promise<void>
}

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
const SCRATCH = '.unfinished-'
const DAY = 24 * 3_600_000

/** `place`: a folder, or `s3://bucket/prefix` with the settings of S3 in the environment. */
export function openStore(place: string, platform: NodePlatform, { s3 }: Environment): BackupStore {
  if (!place.startsWith('s3://')) return folderStore(resolve(place), platform.clock)
  const [, bucket = '', prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/([\w./-]*))?$/.exec(place) ?? []
  if (bucket === '') throw refuse(`"${place}": write s3://BUCKET or s3://BUCKET/PREFIX.`)
  return bucketStore(openBucket(s3, platform.secrets, bucket), prefix.replace(/\/+$/, ''))
}

function folderStore(root: string, clock: Clock): BackupStore {
  const put = async (name: string, from: string) => {
    const file = await open(from, 'r+')
    await file.chmod(FILE_MODE)
    await file.sync()
    await file.close()
    const to = join(root, name)
    await mkdir(dirname(to), { recursive: true, mode: FOLDER_MODE })
    await rename(from, to)
    const folder = await open(dirname(to))
    await folder.sync()
    await folder.close()
  }
  const store: BackupStore = {
    name: root,
    async scratch() {
      await mkdir(root, { recursive: true, mode: FOLDER_MODE })
      await removeAbandoned(root, clock.now() - DAY)
      return mkdtemp(join(root, SCRATCH))
    },
    putFile: put,
    async putBytes(name, bytes) {
      const part = join(root, `${SCRATCH}${randomUUID()}`)
      await mkdir(root, { recursive: true, mode: FOLDER_MODE })
      await writeFile(part, bytes, { mode: FILE_MODE })
      await put(name, part)
    },
    async get(name) {
      const found = await unlessMissing(stat(join(root, name)))
      return found?.isFile() ? createReadStream(join(root, name)) : undefined
    },
    async *list(folder) {
      for (const entry of (await unlessMissing(entriesOf(join(root, folder)))) ?? []) {
        const name = `${folder}/${entry.name}`
        if (entry.isDirectory()) yield* store.list(name)
        else if (entry.isFile()) yield { name, size: (await stat(join(root, name))).size }
      }
    },
    async delete(name) {
      await rm(join(root, name), { force: true })
    },
  }
  return store
}

const entriesOf = (folder: string): Promise<Dirent[]> => readdir(folder, { withFileTypes: true })

// Of a backup that was killed; another may be running.
async function removeAbandoned(root: string, before: number): Promise<void> {
  for (const entry of await entriesOf(root)) {
    if (!entry.name.startsWith(SCRATCH)) continue
    const path = join(root, entry.name)
    if ((await stat(path)).mtimeMs < before) await rm(path, { recursive: true, force: true })
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

function bucketStore(bucket: Bucket, prefix: string): BackupStore {
  const keyOf = (name: string) => (prefix === '' ? name : `${prefix}/${name}`)
  return {
    name: `s3://${keyOf(bucket.name)}`,
    scratch: () => mkdtemp(join(tmpdir(), 'countyline-backup-')),
    async putFile(name, file) {
      await told(() => bucket.putPieces(keyOf(name), createReadStream(file)))
      await rm(file)
    },
    putBytes: (name, bytes) => told(() => bucket.put(keyOf(name), bytes)),
    async get(name) {
      return (await told(() => bucket.get(keyOf(name))))?.read()
    },
    async *list(folder) {
      const start = keyOf(folder).length - folder.length
      try {
        for await (const { key, size } of bucket.list(`${keyOf(folder)}/`))
          yield { name: key.slice(start), size }
      } catch (error) {
        throw asRefusal(error)
      }
    },
    delete: name => told(() => bucket.delete(keyOf(name))),
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asRefusal(error)
  }
}

function asRefusal(error: unknown): unknown {
  return error instanceof BucketError ? refuse(`The bucket ${error.message}.`) : error
}

/** Stores the pieces in a file of the operator alone, durably. Returns their number. */
export async function writePieces(pieces: AsyncIterable<Bytes>, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE })
  await pipeline(pieces, createWriteStream(file, { mode: FILE_MODE, flush: true }))
}

/** Whole and in memory: for lists and manifests. */
export async function readStored(store: BackupStore, name: string): Promise<string | undefined> {
  const pieces = await store.get(name)
  if (pieces === undefined) return undefined
  const parts: Bytes[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts).toString('utf8')
}

export function reasonOf(error: unknown): string {
  const { detail, message, cause } = asProblem(error)
  return detail ?? (cause instanceof Error ? cause.message : message)
}
