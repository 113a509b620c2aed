import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openDirectory } from '../../core/database/handles.ts'
import { storedIds, writeStoredFile } from '../../core/encryption/files.ts'
import { masterKeyIds } from '../../core/encryption/master-key.ts'
import { openCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import { readMigrations } from '../../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import type { Environment } from '../../platform/node/settings.ts'
import { type Bytes, databaseLabel } from '../../platform/platform.ts'
import { host, region } from '../../regions/directory-schema.ts'
import { addDatabase, migrateAll } from '../../regions/versions/migrate.ts'
import { refuse } from '../command.ts'
import { databaseKeyCheck, type Progress } from './backup.ts'
import { installNew, isLiving, replaceLiving } from './install.ts'
import { type BackedUpDatabase, type Manifest, nameOf, PHOTOS } from './manifest.ts'
import { prepareCopy } from './prepare-copy.ts'
import type { BackupStore } from './store.ts'
import { fetchDatabase, photosOf } from './verify.ts'

export interface RestoreChoice {
  /** Undefined: the whole deployment, which must be empty. */
  readonly region?: string | undefined
  readonly jurisdiction?: string | undefined
  readonly mayReplace: boolean
  readonly operator: string
}

export interface PlannedDatabase {
  readonly database: BackedUpDatabase
  readonly isLiving: boolean
}

export interface Restored {
  readonly databases: readonly BackedUpDatabase[]
  readonly photos: number
  /** Where what was replaced is kept. */
  readonly kept: readonly string[]
}

/** What a restore would put back. Throws `bad-request` for what keeps it from beginning. */
export async function planRestore(
  platform: NodePlatform,
  environment: Environment,
  manifest: Manifest,
  choice: RestoreChoice,
): Promise<PlannedDatabase[]> {
  const chosen = manifest.databases.filter(
    ({ kind, region, slug }) =>
      choice.region === undefined ||
      (region === choice.region &&
        (choice.jurisdiction === undefined || (kind === 'tenant' && slug === choice.jurisdiction))),
  )
  if (chosen.length === 0) throw refuse(`The backup ${manifest.id} has no such region or jurisdiction.`)
  refuseNewer(manifest, chosen)
  await refuseOtherKeys(platform, manifest, chosen)
  const planned: PlannedDatabase[] = []
  for (const database of chosen)
    planned.push({ database, isLiving: await isLiving(platform, nameOf(database)) })
  const living = planned.filter(each => each.isLiving).map(({ database }) => databaseLabel(nameOf(database)))
  if (choice.region === undefined) {
    if (living.length > 0 && !isContinued(environment, manifest))
      throw refuse(
        `A whole backup is restored into an empty deployment. This one has ${living.slice(0, 3).join(', ')}${living.length > 3 ? ' and others' : ''}: name a region or jurisdiction, or use another DATA_DIR.`,
      )
    return planned
  }
  if (!(await isLiving(platform, { kind: 'directory' })))
    throw refuse('This deployment is empty: restore the whole backup first.')
  if (living.length > 0 && !choice.mayReplace)
    throw refuse(
      `These databases are there: ${living.join(', ')}. With --replace they become what they were in the backup; a copy of each is kept.`,
    )
  return planned
}

function refuseNewer({ program }: Manifest, databases: readonly BackedUpDatabase[]): void {
  const migrations = readMigrations()
  const isNewer = ({ kind, schema }: BackedUpDatabase) => schema > (migrations[kind].at(-1)?.name ?? '')
  if (databases.some(isNewer))
    throw refuse(
      `The backup was made by a newer version of this program (${program}). Restore it with that one.`,
    )
}

async function refuseOtherKeys(
  platform: NodePlatform,
  { keys }: Manifest,
  databases: readonly BackedUpDatabase[],
): Promise<void> {
  const other = (name: string) =>
    refuse(
      `The secret ${name} is not the one that the backup was made with. Set that one, in the environment or in DATA_DIR/secrets.`,
    )
  if (keys.MASTER_KEY !== null && !(await masterKeyIds(platform)).includes(keys.MASTER_KEY))
    throw other('MASTER_KEY')
  const known = ['DATABASE_KEY', 'DATABASE_KEY_PREVIOUS'].map(name => databaseKeyCheck(platform, name))
  if (databases.some(({ isEncrypted }) => isEncrypted) && !known.includes(keys.DATABASE_KEY))
    throw other('DATABASE_KEY')
}

interface Restoring {
  readonly platform: NodePlatform
  readonly environment: Environment
  readonly store: BackupStore
  readonly manifest: Manifest
  readonly progress: Progress
}

/** Can be interrupted and run again. The directory comes last: without it no server serves what is there. */
export async function restoreDatabases(restoring: Restoring, choice: RestoreChoice): Promise<Restored> {
  const { platform, environment, store, manifest, progress } = restoring
  const planned = await planRestore(platform, environment, manifest, choice)
  const { dataDir } = environment
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const scratch = await mkdtemp(join(dataDir, '.restore-'))
  const isBeside = choice.region !== undefined
  const kept: string[] = []
  let photos = 0
  try {
    if (isBeside) await addRegion(restoring, scratch, choice.region)
    else writeFileSync(markOf(environment), manifest.id, { mode: 0o600 })
    if (choice.jurisdiction === undefined) photos += await restorePhotos(restoring, choice.region)
    const ordered = [...planned].sort((a, b) => rank(a) - rank(b))
    for (const [index, { database, isLiving }] of ordered.entries()) {
      const name = nameOf(database)
      const label = databaseLabel(name)
      const file = join(scratch, `${label}.db`)
      await fetchDatabase(store, manifest, database, file)
      prepareCopy(platform, database, file, { ...choice, isBeside })
      if (choice.jurisdiction !== undefined) {
        const own = mediaIn(platform, label, file)
        photos += await restorePhotos(restoring, choice.region, id => own.has(id))
      }
      if (!isLiving) await installNew(platform, name, file)
      else if (isBeside) kept.push(await replaceLiving(platform, name, file, join(dataDir, 'replaced')))
      if (isBeside && name.kind !== 'directory') await addDatabase(platform, name, readMigrations())
      rmSync(file, { force: true })
      progress('databases', index + 1, ordered.length)
    }
    if (!isBeside) await migrateAll(platform, readMigrations())
    return { databases: ordered.map(({ database }) => database), photos, kept }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

const order = ['region', 'places', 'tenant', 'directory']
const rank = ({ database }: PlannedDatabase) => order.indexOf(database.kind)

/** Once all is settled: until then the same restore may be run again. */
export function endRestore(environment: Environment): void {
  rmSync(markOf(environment), { force: true })
}

const markOf = ({ dataDir }: Environment) => join(dataDir, 'restore-unfinished')

function isContinued(environment: Environment, { id }: Manifest): boolean {
  const mark = markOf(environment)
  return existsSync(mark) && readFileSync(mark, 'utf8') === id
}

// A region that the deployment does not have gets its hosts back too.
async function addRegion(
  { platform, store, manifest }: Restoring,
  scratch: string,
  slug = '',
): Promise<void> {
  const backedUp = manifest.databases.find(({ kind }) => kind === 'directory')
  if (backedUp === undefined) return
  const file = join(scratch, 'directory-of-backup.db')
  await fetchDatabase(store, manifest, backedUp, file)
  const copy = openCopy(file, fileKeys(platform.secrets.get, 'directory'))
  try {
    const directory = openDirectory(platform)
    const hosts = copy.rows('SELECT host, jurisdiction FROM host WHERE region = ?', [slug])
    await directory.commit([
      directory.insert(region).values({ slug, addedAt: platform.clock.now() }).onConflictDoNothing(),
      ...hosts.map(([name, jurisdiction]) =>
        directory
          .insert(host)
          .values({
            host: String(name),
            region: slug,
            jurisdiction: jurisdiction === null ? null : String(jurisdiction),
          })
          .onConflictDoNothing(),
      ),
    ])
  } finally {
    copy.close()
    rmSync(file, { force: true })
  }
}

// Only those that are missing, and of one jurisdiction only its own.
async function restorePhotos(
  { platform, store, manifest, progress }: Restoring,
  region: string | undefined,
  isWanted: (id: string) => boolean = () => true,
): Promise<number> {
  let restored = 0
  for (const list of manifest.photos.filter(list => region === undefined || list.region === region)) {
    const photos = await photosOf(store, manifest, list)
    const folders = Map.groupBy(photos, ({ path }) => path.slice(0, path.lastIndexOf('/')))
    for (const [folder, inFolder] of folders) {
      const present = new Set(await storedIds(platform, folder))
      for (const [index, { path }] of inFolder.entries()) {
        const id = path.slice(folder.length + 1)
        if (present.has(id) || !isWanted(id)) continue
        await writeStoredFile(platform, path, await photoOf(store, path))
        restored++
        if (restored % 500 === 0) progress(`photos of ${list.region}`, index + 1, inFolder.length)
      }
    }
  }
  return restored
}

async function photoOf(store: BackupStore, path: string): Promise<Bytes> {
  const pieces = await store.get(`${PHOTOS}/${path}`)
  if (pieces === undefined) throw refuse(`The photo ${path} is missing in the backup.`)
  const parts: Bytes[] = []
  for await (const piece of pieces) parts.push(piece)
  return new Uint8Array(Buffer.concat(parts))
}

function mediaIn(platform: NodePlatform, label: string, file: string): Set<string> {
  const copy = openCopy(file, fileKeys(platform.secrets.get, label))
  try {
    return new Set(copy.rows('SELECT id FROM media').map(([id]) => String(id)))
  } finally {
    copy.close()
  }
}
