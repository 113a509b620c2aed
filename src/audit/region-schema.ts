import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** In the region's database: the newest seal of each jurisdiction, so that a chain made anew is not taken for the old one. */
export const sealHead = sqliteTable('seal_head', {
  jurisdiction: text('jurisdiction').primaryKey(),
  number: integer('number').notNull(),
  hash: text('hash').notNull(),
  at: integer('at').notNull(),
})
