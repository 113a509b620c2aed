import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import type { DatabaseName } from '../../platform/platform.ts'
import { slug } from '../../regions/documents/schemas/values.ts'
import { refuse } from '../command.ts'
import { type BackupStore, readStored } from './store.ts'

/* What a backup consists of; docs/backup.md describes the files. */

const FORMAT = 'countyline-backup'
const VERSION = 1
export const FOLDER = 'backups'
export const PHOTOS = 'photos'
const MANIFEST = 'manifest.json'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const instant = v.pipe(v.string(), v.isoTimestamp())
/** No dots but in the ending, so that no name leads out of the backup. */
const file = v.pipe(v.string(), v.regex(/^(?:[\w-]+\/)*[\w-]+\.(?:db|jsonl)$/))

const database = v.strictObject({
  kind: v.picklist(['directory', 'region', 'places', 'tenant']),
  region: v.optional(slug),
  slug: v.optional(slug),
  file,
  bytes: count,
  sha256,
  /** The database is as it was then. */
  at: instant,
  /** Names of its newest migration. */
  schema: v.string(),
  isEncrypted: v.boolean(),
  /** Rows of each table. */
  rows: v.record(v.string(), count),
})

const manifest = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  id: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  program: v.string(),
  source: v.picklist(['files', 'server']),
  startedAt: instant,
  finishedAt: instant,
  databases: v.array(database),
  /** Could not be copied. */
  missing: v.array(v.strictObject({ database: v.string(), reason: v.string() })),
  photos: v.array(v.strictObject({ region: slug, file, sha256, count, bytes: count })),
  /** One-way derivations, to tell at a restore whether these are the right keys. */
  keys: v.strictObject({ MASTER_KEY: v.nullable(v.string()), DATABASE_KEY: v.nullable(v.string()) }),
})

export type Manifest = v.InferOutput<typeof manifest>
export type BackedUpDatabase = v.InferOutput<typeof database>

export async function writeManifest(
  store: BackupStore,
  contents: Omit<Manifest, 'format' | 'version'>,
): Promise<Manifest> {
  const whole = { format: FORMAT, version: VERSION, ...contents } as const
  const text = `${JSON.stringify(whole, null, 2)}\n`
  await store.putBytes(`${FOLDER}/${contents.id}/${MANIFEST}`, new TextEncoder().encode(text))
  return whole
}

/** Complete ones and others, oldest first. */
export async function listBackups(store: BackupStore): Promise<{ id: string; isComplete: boolean }[]> {
  const found = new Map<string, boolean>()
  for await (const { name } of store.list(FOLDER)) {
    const [, id = '', rest] = /^backups\/([^/]+)\/(.+)$/.exec(name) ?? []
    if (id !== '') found.set(id, found.get(id) === true || rest === MANIFEST)
  }
  return [...found].map(([id, isComplete]) => ({ id, isComplete })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The one of that name, else the newest complete one. Throws `bad-request`. */
export async function readManifest(store: BackupStore, id?: string): Promise<Manifest> {
  const complete = id ?? (await listBackups(store)).findLast(({ isComplete }) => isComplete)?.id
  if (complete === undefined) throw refuse(`There is no complete backup in ${store.name}.`)
  const text = await readStored(store, `${FOLDER}/${complete}/${MANIFEST}`)
  if (text === undefined)
    throw refuse(`There is no complete backup ${complete} in ${store.name}. See countyline backup list.`)
  const read = v.safeParse(manifest, parsed(text))
  if (read.success) return read.output
  const [issue] = read.issues
  throw refuse(
    `The manifest of ${complete} is not valid: ${v.getDotPath(issue) ?? 'document'}: ${issue.message}.`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function nameOf({ kind, region = '', slug = '' }: BackedUpDatabase): DatabaseName {
  if (kind === 'directory') return { kind }
  return kind === 'tenant' ? { kind, region, slug } : { kind, region }
}

export interface Photo {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export function photosIn(text: string): Photo[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Photo)
}

export function programVersion(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
