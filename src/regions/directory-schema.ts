import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const region = sqliteTable('region', {
  slug: text('slug').primaryKey(),
  addedAt: integer('added_at').notNull(),
})

export const host = sqliteTable('host', {
  /** Lower case, without port; `*` matches all other host names. */
  host: text('host').primaryKey(),
  region: text('region').notNull(),
  jurisdiction: text('jurisdiction'),
})

/** The migration ledger: one row per database of the deployment. */
export const database = sqliteTable(
  'database',
  {
    kind: text('kind', { enum: ['region', 'places', 'tenant'] }).notNull(),
    region: text('region').notNull(),
    slug: text('slug').notNull(),
    /** Its schema, `name@mark` (`core/database/migrate.ts`); empty: none yet. */
    migratedTo: text('migrated_to').notNull().default(''),
    migratedAt: integer('migrated_at'),
    /** When it was made; null where that was not recorded. */
    createdAt: integer('created_at'),
    lastError: text('last_error'),
    /** Failures since it was last migrated, and when to try again. */
    attempts: integer('attempts').notNull().default(0),
    retryAt: integer('retry_at'),
  },
  table => [
    primaryKey({ columns: [table.kind, table.region, table.slug] }),
    index('database_behind').on(table.kind, table.migratedTo),
  ],
)
