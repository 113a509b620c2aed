import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/* In each jurisdiction's database: the keys it has given to programs. */
export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  scope: text('scope', { enum: ['report', 'work'] }).notNull(),
  /** SHA-256 of the secret, hex. The secret itself is shown once and kept nowhere. */
  hash: text('hash').notNull(),
  createdAt: integer('created_at').notNull(),
  revokedAt: integer('revoked_at'),
})
