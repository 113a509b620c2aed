import { and, eq, lt, ne, or } from 'drizzle-orm'
import { setUnavailable } from '../../core/database/clients.ts'
import { type DirectoryDb, openDirectory } from '../../core/database/handles.ts'
import { failureOf, type Migrations, migrateDatabase, newest } from '../../core/database/migrate.ts'
import { asProblem } from '../../core/problem.ts'
import {
  type DatabaseName,
  databaseLabel,
  type Platform,
  type WorkDatabaseName,
} from '../../platform/platform.ts'
import { database } from '../directory-schema.ts'

export interface MigrationOutcome {
  readonly migrated: number
  readonly failed: readonly MigrationFailure[]
}

export interface MigrationFailure {
  readonly database: string
  readonly migration?: string
  readonly error: string
}

export type ListedName = Exclude<DatabaseName, { kind: 'directory' }>
export type Listed = typeof database.$inferSelect

/** Resumable. A failure is recorded, makes its database unavailable here, and does not stop the others. */
export async function migrateAll(
  platform: Platform,
  migrations: Migrations,
  onProgress: (label: string) => void = () => {},
): Promise<MigrationOutcome> {
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  const directory = openDirectory(platform)
  const failed: MigrationFailure[] = []
  let migrated = 0
  for (const kind of ['region', 'places', 'tenant'] as const) {
    const behind = await directory
      .select()
      .from(database)
      .where(and(eq(database.kind, kind), ne(database.migratedTo, newest(migrations, kind))))
    await migrateListed(platform, directory, behind, migrations, {
      onDone: name => {
        migrated++
        onProgress(databaseLabel(name))
      },
      onFailed: failure => void failed.push(failure),
    })
  }
  return { migrated, failed }
}

/** Those whose schema is older than this version and whose migration has not failed: how many. */
export async function countBehind(platform: Platform, migrations: Migrations): Promise<number> {
  return (await rowsBehind(platform, migrations)).filter(({ lastError }) => lastError === null).length
}

/**
 * A part of what migrates every database, for a worker: up to `limit` of them. Whether to go on at once. The
 * directory must be there.
 */
export async function migrateSome(
  platform: Platform,
  migrations: Migrations,
  { limit, until }: { readonly limit: number; readonly until: number },
): Promise<boolean> {
  await migrateDatabase(platform, { kind: 'directory' }, migrations, { mayCreate: false })
  const now = platform.clock.now()
  const due = (await rowsBehind(platform, migrations)).filter(({ retryAt }) => (retryAt ?? 0) <= now)
  const stopped = await migrateListed(platform, openDirectory(platform), due.slice(0, limit), migrations, {
    until,
    onFailed: failure => platform.log('error', 'migration-failed', { ...failure }),
  })
  return stopped === undefined && due.length > limit
}

// The name of a schema begins with a number: a database that a newer version has migrated is not behind.
async function rowsBehind(platform: Platform, migrations: Migrations): Promise<Listed[]> {
  const kinds = ['region', 'places', 'tenant'] as const
  const isOlder = kinds.map(kind =>
    and(eq(database.kind, kind), lt(database.migratedTo, migrations[kind].at(-1)?.name ?? '')),
  )
  return openDirectory(platform)
    .select()
    .from(database)
    .where(and(ne(database.migratedTo, ''), or(...isOlder)))
}

// On Workers six connections are open at once.
const LANES = { node: 8, workers: 4 }
// So many in a row are a failure of the service, not of the databases.
const FAILURES_IN_A_ROW = 16
const MARKED_TOGETHER = 50
const ASK_EVERY_MILLISECONDS = 1_000

export interface MigrateListed {
  /** Milliseconds since 1970: begins no more after this. */
  readonly until?: number
  /** Asked now and then: if not, it begins no more. */
  readonly isWanted?: () => Promise<boolean>
  readonly onDone?: (name: ListedName) => void
  readonly onFailed?: (failure: MigrationFailure) => void
}

/**
 * Makes and migrates several at once. Each failure is recorded with the time to try again. Stops when the
 * operator must mend something first, or when nothing succeeds: then returns the seconds to wait.
 */
export async function migrateListed(
  platform: Platform,
  directory: DirectoryDb,
  rows: readonly Listed[],
  migrations: Migrations,
  { until = Infinity, isWanted, onDone = () => {}, onFailed = () => {} }: MigrateListed = {},
): Promise<number | undefined> {
  const waiting = rows.values()
  let done: Listed[] = []
  let inARow = 0
  let stopped: number | undefined
  let askedAt = platform.clock.now()
  const isCancelled = async () => {
    if (isWanted === undefined || platform.clock.now() - askedAt < ASK_EVERY_MILLISECONDS) return false
    askedAt = platform.clock.now()
    if (await isWanted()) return false
    stopped = 0
    return true
  }
  const markDone = async () => {
    const marked = done
    done = []
    if (marked.length === 0) return
    const at = platform.clock.now()
    await directory.commit(
      marked.map(row => directory.update(database).set(migrated(row, at)).where(isDatabase(row))),
    )
  }
  const lane = async () => {
    for (const row of waiting) {
      if (await isCancelled()) break
      const name = nameOf(row)
      try {
        const ready = await migrateOne(platform, row, migrations)
        inARow = 0
        done.push(ready)
        if (done.length >= MARKED_TOGETHER) await markDone()
        onDone(name)
      } catch (error) {
        inARow++
        const { slug, retryAfterSeconds } = asProblem(error)
        const { migration, reason } = failureOf(error)
        const file = migration === undefined ? {} : { migration: `${row.kind}/${migration}.sql` }
        onFailed({ database: databaseLabel(name), ...file, error: reason })
        if (row.migratedTo !== '') setUnavailable(platform, name, new Error(reason, { cause: error }))
        const wait = await markFailed(platform, directory, row, reason, retryAfterSeconds)
        if (slug === 'not-configured' || inARow >= FAILURES_IN_A_ROW) stopped ??= wait
      }
      if (stopped !== undefined || platform.clock.now() >= until) break
    }
  }
  await Promise.all(Array.from({ length: LANES[platform.runtime] }, lane))
  await markDone()
  return stopped
}

const FIRST_WAIT_SECONDS = 2
const MAX_WAIT_SECONDS = 15 * 60

async function markFailed(
  platform: Platform,
  directory: DirectoryDb,
  row: Listed,
  lastError: string,
  retryAfterSeconds = 0,
): Promise<number> {
  const backOff = Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(row.attempts, 20))
  const wait = Math.max(backOff, retryAfterSeconds)
  const retryAt = platform.clock.now() + wait * 1000
  await directory
    .update(database)
    .set({ lastError, attempts: row.attempts + 1, retryAt })
    .where(isDatabase(row))
  return wait
}

function migrated({ migratedTo, createdAt }: Listed, at: number) {
  return { migratedTo, createdAt, migratedAt: at, lastError: null, attempts: 0, retryAt: null }
}

/** Those that have been made. */
export async function listDatabases(platform: Platform): Promise<readonly WorkDatabaseName[]> {
  const rows = await openDirectory(platform).select().from(database).where(ne(database.migratedTo, ''))
  return rows.map(nameOf).filter(name => name.kind !== 'places')
}

/** Whether anything has ever been imported: only then the database exists. */
export async function hasPlaces(platform: Platform, region: string): Promise<boolean> {
  const rows = await openDirectory(platform)
    .select({ region: database.region })
    .from(database)
    .where(and(eq(database.kind, 'places'), eq(database.region, region)))
  return rows.length > 0
}

/** Throws why it cannot be made or migrated. */
export async function addDatabase(
  platform: Platform,
  name: ListedName,
  migrations: Migrations,
): Promise<void> {
  const directory = openDirectory(platform)
  const slug = name.kind === 'tenant' ? name.slug : ''
  const key = { kind: name.kind, region: name.region, slug }
  await directory.insert(database).values(key).onConflictDoNothing()
  const [row] = await directory.select().from(database).where(isDatabase(key))
  if (row === undefined) return
  const at = platform.clock.now()
  const ready = await migrateOne(platform, row, migrations)
  await directory.update(database).set(migrated(ready, at)).where(isDatabase(row))
}

async function migrateOne(platform: Platform, row: Listed, migrations: Migrations): Promise<Listed> {
  const name = nameOf(row)
  // A database that had tables and is missing was lost: an empty one in its place would hide that.
  const mayCreate = row.migratedTo === ''
  const migratedTo = await migrateDatabase(platform, name, migrations, { mayCreate })
  setUnavailable(platform, name, undefined)
  return { ...row, migratedTo, createdAt: mayCreate ? platform.clock.now() : row.createdAt }
}

export function nameOf({ kind, region, slug }: Pick<Listed, 'kind' | 'region' | 'slug'>): ListedName {
  return kind === 'tenant' ? { kind, region, slug } : { kind, region }
}

export function isDatabase({ kind, region, slug }: Pick<Listed, 'kind' | 'region' | 'slug'>) {
  return and(eq(database.kind, kind), eq(database.region, region), eq(database.slug, slug))
}
