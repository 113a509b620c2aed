import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** Milliseconds for which a subscription may stay unconfirmed. */
export const CONFIRM_WITHIN = 2 * 24 * 3_600_000

export const follower = sqliteTable(
  'follower',
  {
    id: text('id').primaryKey(),
    caseId: text('case_id').notNull(),
    email: text('email').notNull(),
    /** Keyed hash; null in older rows until the job `reencrypt` has processed them. */
    emailHash: text('email_hash'),
    language: text('language').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null until the mailbox's owner has confirmed or signed in by it. */
    confirmedAt: integer('confirmed_at'),
    recipient: text('recipient'),
    asker: text('asker'),
  },
  table => [
    uniqueIndex('follower_once').on(table.caseId, table.emailHash),
    index('follower_waiting').on(table.createdAt),
    index('follower_recipient').on(table.recipient),
  ],
)
