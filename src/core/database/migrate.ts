import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import {
  type DatabaseClient,
  type DatabaseName,
  databaseLabel,
  type NewContent,
  noDeadlines,
  type Platform,
} from '../../platform/platform.ts'
import { writeIdentity } from './clients.ts'
import { completeSchemas } from './complete-schemas.ts'
import { type AppliedMigration as Applied, compareLedger, type Migration, type Migrations } from './ledger.ts'

export type { Migration, Migrations } from './ledger.ts'

export function readMigration(name: string, text: string): Migration {
  const statements = text
    .replaceAll('\r\n', '\n')
    .split('--> statement-breakpoint')
    .map(part => part.trim())
  return { name, statements, hash: bytesToHex(sha256(utf8ToBytes(JSON.stringify(statements)))) }
}

const MARK_DIGITS = 12
const MAX_CAUSES = 10

/** Why this version cannot use a database. Names the database and, where known, the migration. */
export class MigrationError extends Error {
  readonly database: string
  readonly migration: string | undefined

  constructor(database: string, migration: string | undefined, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause })
    this.name = 'MigrationError'
    this.database = database
    this.migration = migration
  }
}

export interface MigrateOptions {
  /** False: the database existed before, so a missing one is an error and is not created. */
  readonly mayCreate?: boolean
}

/** Can be killed and repeated, or run by two processes: each migration is one transaction with its ledger row. Throws `MigrationError`. */
export async function migrateDatabase(
  platform: Platform,
  name: DatabaseName,
  migrations: Migrations,
  { mayCreate = true }: MigrateOptions = {},
): Promise<string> {
  const shipped = migrations[name.kind]
  const content = newContent(name, shipped, platform.clock.now())
  if (mayCreate && (await platform.databases.create(name, content))) return newest(migrations, name.kind)
  const client = platform.databases.client(name)
  if (await isEmpty(client)) {
    if (!mayCreate) throw new MigrationError(databaseLabel(name), undefined, LOST)
    if (await fill(platform, name, content)) return newest(migrations, name.kind)
  }
  await withRetries(() => readLedger(client))
  const missing = missingIn(databaseLabel(name), await withRetries(() => adopt(client, shipped)), shipped)
  for (const migration of missing) {
    const withLongTimeout = platform.databases.client(name, noDeadlines)
    await withRetries(() => apply(withLongTimeout, name, migration, platform.clock.now()))
  }
  await withRetries(() => writeIdentity(platform, name))
  return newest(migrations, name.kind)
}

export function newest(migrations: Migrations, kind: DatabaseName['kind']): string {
  return markOf(migrations[kind])
}

function markOf(all: readonly Migration[]): string {
  const mark = bytesToHex(sha256(utf8ToBytes(all.map(({ hash }) => hash).join()))).slice(0, MARK_DIGITS)
  return `${all.at(-1)?.name ?? ''}@${mark}`
}

const LEDGER =
  'CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL, hash TEXT)'

function newContent(name: DatabaseName, shipped: readonly Migration[], now: number): NewContent {
  const mark = markOf(shipped)
  // What they leave, without their ALTERs: a third of the work for the server.
  const complete = completeSchemas[name.kind]
  const statements =
    complete.mark === mark ? complete.statements : shipped.flatMap(({ statements }) => statements)
  const applied = shipped.map(({ name, hash }) => `(${quoted(name)}, ${now}, ${quoted(hash)})`)
  const ledger = `INSERT INTO migration (name, applied_at, hash) VALUES ${applied.join(', ')}`
  return {
    mark,
    common: [LEDGER, ...statements, ...(applied.length === 0 ? [] : [ledger])],
    own: [`INSERT INTO identity (label, created_at) VALUES (${quoted(databaseLabel(name))}, ${now})`],
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

const LOST = 'it is empty, and had tables before: restore it from a backup'

async function isEmpty(client: DatabaseClient): Promise<boolean> {
  const { rows } = await withRetries(() => client.execute('SELECT count(*) AS tables FROM sqlite_master'))
  return rows[0]?.tables === 0
}

// All migrations in one transaction. False if that fails: applied one by one, they show why.
async function fill(platform: Platform, name: DatabaseName, { common, own }: NewContent): Promise<boolean> {
  try {
    await platform.databases.client(name, noDeadlines).batch([...common, ...own], 'write')
    return true
  } catch {
    return false
  }
}

/** What went wrong, for the log and the command line, in the driver's words. */
export function failureOf(error: unknown): { readonly migration?: string; readonly reason: string } {
  const found = causes(error).find(cause => cause instanceof MigrationError)
  if (found !== undefined) {
    const { migration, message } = found
    return { ...(migration === undefined ? {} : { migration }), reason: message }
  }
  return { reason: causes(error).at(-1)?.message ?? 'unknown' }
}

function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let at = error; at instanceof Error && found.length < MAX_CAUSES; at = at.cause) found.push(at)
  return found
}

async function readLedger(client: DatabaseClient): Promise<Applied[]> {
  await client.execute(LEDGER)
  const columns = await client.execute(`SELECT name FROM pragma_table_info('migration')`)
  if (!columns.rows.some(row => row.name === 'hash')) {
    await client.execute('ALTER TABLE migration ADD COLUMN hash TEXT')
  }
  const { rows } = await client.execute('SELECT name, hash FROM migration ORDER BY name')
  return rows as unknown as Applied[]
}

// Gives each ledger row the hash and the name that its migration has in this version.
async function adopt(client: DatabaseClient, shipped: readonly Migration[]): Promise<Applied[]> {
  const before = await readLedger(client)
  const unhashed = shipped.filter(({ name }) => before.some(line => line.name === name && line.hash === null))
  const renamed = shipped.filter(({ name, hash }) =>
    before.some(line => line.hash === hash && line.name !== name),
  )
  if (unhashed.length + renamed.length === 0) return before
  await client.batch(
    [
      ...unhashed.map(({ name, hash }) => ({
        sql: 'UPDATE migration SET hash = ? WHERE name = ? AND hash IS NULL',
        args: [hash, name],
      })),
      // In two steps, because two files may have swapped names.
      ...renamed.map(({ hash }) => ({
        sql: 'UPDATE migration SET name = hash WHERE hash = ?',
        args: [hash],
      })),
      ...renamed.map(({ name, hash }) => ({
        sql: 'UPDATE migration SET name = ? WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM migration WHERE name = ?)',
        args: [name, hash, name],
      })),
    ],
    'write',
  )
  return readLedger(client)
}

function missingIn(
  database: string,
  ledger: readonly Applied[],
  shipped: readonly Migration[],
): readonly Migration[] {
  const { unknown } = compareLedger(ledger, shipped)
  if (unknown !== undefined) {
    const reason = shipped.some(({ name }) => name === unknown)
      ? 'it was changed after it had been applied here'
      : 'this version does not know it: a newer version of Countyline has written the database'
    throw new MigrationError(database, unknown, reason)
  }
  const applied = new Set(ledger.map(({ hash }) => hash))
  return shipped.filter(({ hash }) => !applied.has(hash))
}

async function apply(
  client: DatabaseClient,
  name: DatabaseName,
  { name: migration, hash, statements }: Migration,
  now: number,
): Promise<void> {
  try {
    await client.batch(
      [
        ...statements,
        {
          sql: 'INSERT INTO migration (name, applied_at, hash) VALUES (?, ?, ?)',
          args: [migration, now, hash],
        },
      ],
      'write',
    )
  } catch (error) {
    // Another process may have applied it first; then its tables already exist.
    if ((await readLedger(client)).some(line => line.hash === hash)) return
    if (isBusy(error)) throw error
    throw new MigrationError(databaseLabel(name), migration, failureOf(error).reason, error)
  }
}

const TRIES = 8
const FIRST_WAIT_MILLISECONDS = 50

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === TRIES || !isBusy(error)) throw error
      await new Promise(resolve => setTimeout(resolve, FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1)))
    }
  }
}

function isBusy(error: unknown): boolean {
  return causes(error).some(cause => {
    const text = `${'code' in cause ? cause.code : ''} ${cause.message}`
    return /SQLITE_BUSY|SQLITE_LOCKED|database is locked|duplicate column name: hash/.test(text)
  })
}
