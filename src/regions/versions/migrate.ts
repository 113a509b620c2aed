import { and, eq, ne } from 'drizzle-orm'
import { setUnavailable } from '../../core/database/clients.ts'
import { type DirectoryDb, openDirectory } from '../../core/database/handles.ts'
import { failureOf, type Migrations, migrateDatabase, newest } from '../../core/database/migrate.ts'
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
    for (const row of behind) {
      const name = nameOf(row)
      try {
        await migrateListed(platform, directory, row, migrations)
        migrated++
        onProgress(databaseLabel(name))
      } catch (error) {
        const { migration, reason } = failureOf(error)
        const file = migration === undefined ? {} : { migration: `${kind}/${migration}.sql` }
        failed.push({ database: databaseLabel(name), ...file, error: reason })
        setUnavailable(platform, name, new Error(reason, { cause: error }))
        await mark(directory, name, { lastError: reason })
      }
    }
  }
  return { migrated, failed }
}

export async function listDatabases(platform: Platform): Promise<readonly WorkDatabaseName[]> {
  const rows = await openDirectory(platform).select().from(database)
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

function nameOf({
  kind,
  region,
  slug,
}: Pick<typeof database.$inferSelect, 'kind' | 'region' | 'slug'>): Exclude<
  DatabaseName,
  { kind: 'directory' }
> {
  return kind === 'tenant' ? { kind, region, slug } : { kind, region }
}

export async function addDatabase(
  platform: Platform,
  name: Exclude<DatabaseName, { kind: 'directory' }>,
  migrations: Migrations,
): Promise<void> {
  const directory = openDirectory(platform)
  const slug = name.kind === 'tenant' ? name.slug : ''
  await directory
    .insert(database)
    .values({ kind: name.kind, region: name.region, slug })
    .onConflictDoNothing()
  const [row] = await directory
    .select()
    .from(database)
    .where(isDatabase(name.kind, name.region, slug))
  if (row !== undefined) await migrateListed(platform, directory, row, migrations)
}

async function migrateListed(
  platform: Platform,
  directory: DirectoryDb,
  row: typeof database.$inferSelect,
  migrations: Migrations,
) {
  const name = nameOf(row)
  // A database that had tables and is missing was lost: an empty one in its place would hide that.
  const mayCreate = row.migratedTo === ''
  const migratedTo = await migrateDatabase(platform, name, migrations, { mayCreate })
  setUnavailable(platform, name, undefined)
  await mark(directory, name, { migratedTo, migratedAt: platform.clock.now(), lastError: null })
}

async function mark(
  directory: DirectoryDb,
  name: DatabaseName,
  values: Partial<typeof database.$inferInsert>,
) {
  if (name.kind === 'directory') return
  const slug = name.kind === 'tenant' ? name.slug : ''
  await directory
    .update(database)
    .set(values)
    .where(isDatabase(name.kind, name.region, slug))
}

function isDatabase(kind: 'region' | 'places' | 'tenant', region: string, slug: string) {
  return and(eq(database.kind, kind), eq(database.region, region), eq(database.slug, slug))
}
