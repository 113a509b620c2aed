import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/* The directory database: which regions there are, and what must be migrated. */

export const region = sqliteTable('region', {
  slug: text('slug').primaryKey(),
  addedAt: integer('added_at').notNull(),
})

export const host = sqliteTable('host', {
  /** Lower case, without port; `*` answers for every host nobody else has. */
  host: text('host').primaryKey(),
  region: text('region').notNull(),
  jurisdiction: text('jurisdiction'),
})

/** The ledger of migrations: one row for every database of the deployment. */
export const database = sqliteTable(
  'database',
  {
    kind: text('kind', { enum: ['region', 'tenant'] }).notNull(),
    region: text('region').notNull(),
    /** Empty for the region's own database. */
    slug: text('slug').notNull(),
    /** Name of the newest migration that it has; empty: none yet. */
    migratedTo: text('migrated_to').notNull().default(''),
    migratedAt: integer('migrated_at'),
    lastError: text('last_error'),
  },
  table => [
    primaryKey({ columns: [table.kind, table.region, table.slug] }),
    index('database_behind').on(table.kind, table.migratedTo),
  ],
)
