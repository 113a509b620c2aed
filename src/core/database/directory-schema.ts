import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const keyCheck = sqliteTable('key_check', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  setAt: integer('set_at').notNull(),
})
