import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const keyCheck = sqliteTable('key_check', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  setAt: integer('set_at').notNull(),
})

/** What operators watch of each database, as it was when its jobs last ran; zeros are left out (`gauges.ts`). */
export const databaseGauge = sqliteTable(
  'database_gauge',
  {
    /** Its label. */
    database: text('database').notNull(),
    name: text('name').notNull(),
    value: integer('value').notNull(),
  },
  table => [primaryKey({ columns: [table.database, table.name] })],
)

/** When recurring work of the deployment last ran. */
export const heartbeat = sqliteTable('heartbeat', {
  name: text('name').primaryKey(),
  at: integer('at').notNull(),
})
