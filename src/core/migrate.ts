import type { DatabaseName, Platform } from '../platform/platform.ts'
import { writeIdentity } from './db.ts'

/** One file of `migrations/<kind>/`, cut at its statement breakpoints. */
export interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}
export type Migrations = Readonly<Record<DatabaseName['kind'], readonly Migration[]>>

export function readMigration(name: string, text: string): Migration {
  return { name, statements: text.split('--> statement-breakpoint').map(part => part.trim()) }
}

/**
 * Brings one database to the newest schema, making it if need be. Each migration and its line in the database's own
 * ledger are one transaction, so it can be killed anywhere and run again. Answers the name of the newest migration.
 */
export async function migrateDatabase(
  platform: Platform,
  name: DatabaseName,
  migrations: Migrations,
): Promise<string> {
  await platform.databases.create(name)
  const client = platform.databases.client(name)
  await client.execute(
    'CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL)',
  )
  const { rows } = await client.execute('SELECT name FROM migration')
  const applied = new Set(rows.map(row => row.name))
  for (const migration of migrations[name.kind]) {
    if (applied.has(migration.name)) continue
    await client.batch(
      [
        ...migration.statements,
        { sql: 'INSERT INTO migration VALUES (?, ?)', args: [migration.name, platform.clock.now()] },
      ],
      'write',
    )
  }
  await writeIdentity(platform, name)
  return newest(migrations, name.kind)
}

export function newest(migrations: Migrations, kind: DatabaseName['kind']): string {
  return migrations[kind].at(-1)?.name ?? ''
}
