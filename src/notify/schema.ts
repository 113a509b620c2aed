import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The row exists before the email is sent. */
export const notice = sqliteTable(
  'notice',
  {
    /** Event number; 0: the email that asks to confirm the subscription. */
    event: integer('event').notNull(),
    follower: text('follower').notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    sentAt: integer('sent_at'),
    /** The mail server refused it, or ten attempts failed. */
    parkedAt: integer('parked_at'),
  },
  table => [
    primaryKey({ columns: [table.event, table.follower] }),
    index('notice_follower').on(table.follower),
    index('notice_due').on(table.dueAt).where(sql`sent_at IS NULL AND parked_at IS NULL`),
  ],
)
