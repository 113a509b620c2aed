import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Documents, Snapshot } from './documents/snapshot.ts'

// In each region's database: every version of its configuration, so that any decision can be replayed.

export const configuration = sqliteTable('configuration', {
  version: integer('version').primaryKey(),
  hash: text('hash').notNull(),
  /** JSON. Text, because it is large: `snapshotOf` reads it only when it is used. */
  documents: text('documents').notNull(),
  appliedAt: integer('applied_at').notNull(),
  appliedBy: text('applied_by').notNull(),
})

export function snapshotOf(region: string, row: typeof configuration.$inferSelect): Snapshot {
  const { version, hash, appliedAt, documents } = row
  return { region, version, hash, appliedAt, documents: JSON.parse(documents) as Documents }
}
