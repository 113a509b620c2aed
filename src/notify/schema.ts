import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What each follower is told of each event: one letter, whose row stands before it is sent and says when it was. */
export const notice = sqliteTable(
  'notice',
  {
    /** Its number in the log; 0: the letter that asks whether they meant to follow. */
    event: integer('event').notNull(),
    follower: text('follower').notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    sentAt: integer('sent_at'),
    /** The mailbox refused it, or took it in none of ten tries. */
    parkedAt: integer('parked_at'),
  },
  table => [
    primaryKey({ columns: [table.event, table.follower] }),
    index('notice_due').on(table.dueAt).where(sql`sent_at IS NULL AND parked_at IS NULL`),
  ],
)
