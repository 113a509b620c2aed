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
  /** What who applied it said about the change. */
  why: text('why'),
  /** The draft that it came of. */
  draft: text('draft'),
})

/** One row at most: the configuration that is being applied, whose databases may not all be ready. */
export const pendingConfiguration = sqliteTable('pending_configuration', {
  id: integer('id').primaryKey(),
  hash: text('hash').notNull(),
  /** As in `configuration`. */
  documents: text('documents').notNull(),
  requestedAt: integer('requested_at').notNull(),
  requestedBy: text('requested_by').notNull(),
  /** The number to give a region's first version. */
  first: integer('first').notNull(),
  /** Once it is in force, its number. */
  version: integer('version'),
  /** The last jurisdiction, in order of slugs, that was told of the new version. */
  notifiedTo: text('notified_to').notNull().default(''),
  /** A JSON list of those before it that could not be told yet. */
  missed: text('missed').notNull().default('[]'),
  /** As in `configuration`. */
  why: text('why'),
  draft: text('draft'),
})

export function snapshotOf(region: string, row: typeof configuration.$inferSelect): Snapshot {
  const { version, hash, appliedAt, documents } = row
  return { region, version, hash, appliedAt, documents: JSON.parse(documents) as Documents }
}

export function pendingOf({ documents, missed, ...row }: typeof pendingConfiguration.$inferSelect) {
  return {
    ...row,
    documents: JSON.parse(documents) as Documents,
    missed: JSON.parse(missed) as readonly string[],
  }
}
