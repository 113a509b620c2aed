import { and, eq, ne } from 'drizzle-orm'
import { type DirectoryDb, openDirectory } from '../core/db.ts'
import { type Migrations, migrateDatabase, newest } from '../core/migrate.ts'
import { asProblem } from '../core/problem.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { database } from './schema.ts'

export interface MigrationOutcome {
  readonly migrated: number
  readonly failed: readonly { readonly database: string; readonly error: string }[]
}

/**
 * Brings every database in the directory's ledger to the newest schema. Resumable: what is done is in the ledger; one
 * that fails is noted there and does not stop the others. `onProgress` hears of each.
 */
export async function migrateAll(
  platform: Platform,
  migrations: Migrations,
  onProgress: (label: string) => void = () => {},
): Promise<MigrationOutcome> {
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  const directory = openDirectory(platform)
  const failed: { database: string; error: string }[] = []
  let migrated = 0
  for (const kind of ['region', 'tenant'] as const) {
    const behind = await directory
      .select()
      .from(database)
      .where(and(eq(database.kind, kind), ne(database.migratedTo, newest(migrations, kind))))
    for (const row of behind) {
      const name = nameOf(row)
      try {
        await migrateListed(platform, directory, name, migrations)
        migrated++
        onProgress(databaseLabel(name))
      } catch (error) {
        failed.push({ database: databaseLabel(name), error: asProblem(error).message })
        await mark(directory, name, { lastError: asProblem(error).message })
      }
    }
  }
  return { migrated, failed }
}

/** Every region's and jurisdiction's database, as the ledger has them. */
export async function listDatabases(platform: Platform): Promise<readonly DatabaseName[]> {
  const rows = await openDirectory(platform).select().from(database)
  return rows.map(nameOf)
}

function nameOf({ kind, region, slug }: Pick<typeof database.$inferSelect, 'kind' | 'region' | 'slug'>) {
  return kind === 'region' ? { kind, region } : { kind, region, slug }
}

/** Lists a database in the ledger and brings it up: what `apply` does for each new region and jurisdiction. */
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
  await migrateListed(platform, directory, name, migrations)
}

async function migrateListed(
  platform: Platform,
  directory: DirectoryDb,
  name: DatabaseName,
  migrations: Migrations,
) {
  const migratedTo = await migrateDatabase(platform, name, migrations)
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
    .where(and(eq(database.kind, name.kind), eq(database.region, name.region), eq(database.slug, slug)))
}
