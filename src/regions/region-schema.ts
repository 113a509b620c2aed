import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/* In each region's database: every version of its configuration ever applied, so that any decision can be replayed. */

export const configuration = sqliteTable('configuration', {
  /** Counts up from 1. */
  version: integer('version').primaryKey(),
  hash: text('hash').notNull(),
  /** `Documents` as JSON. */
  documents: text('documents').notNull(),
  appliedAt: integer('applied_at').notNull(),
  appliedBy: text('applied_by').notNull(),
})
