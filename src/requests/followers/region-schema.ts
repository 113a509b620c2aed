import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

// No addresses in these tables, only keyed hashes.

/** Kept for a day, to limit their number. */
export const confirmationEmail = sqliteTable(
  'confirmation_email',
  {
    /** The jurisdiction and `follower.id`, so that retries count once. */
    id: text('id').primaryKey(),
    recipient: text('recipient').notNull(),
    asker: text('asker'),
    createdAt: integer('created_at').notNull(),
  },
  table => [
    index('confirmation_email_recipient').on(table.recipient, table.createdAt),
    index('confirmation_email_asker').on(table.asker, table.createdAt),
  ],
)

export const emailOptOut = sqliteTable('email_opt_out', {
  recipient: text('recipient').primaryKey(),
  createdAt: integer('created_at').notNull(),
})
