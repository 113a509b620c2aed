import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** At the origin of a case: who is told by e-mail what happens to it. Shown to nobody. */
export const follower = sqliteTable(
  'follower',
  {
    id: text('id').primaryKey(),
    caseId: text('case_id').notNull(),
    /** Encrypted. */
    email: text('email').notNull(),
    /** A keyed hash of the address. Null in a row from before, until the job `reencrypt` has been at it. */
    emailHash: text('email_hash'),
    language: text('language').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null until whoever reads that mailbox has said yes. A reporter has, by asking for it with the report. */
    confirmedAt: integer('confirmed_at'),
  },
  table => [
    uniqueIndex('follower_once').on(table.caseId, table.emailHash),
    index('follower_waiting').on(table.createdAt),
  ],
)
