import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** At the origin of a case: who is told by e-mail what happens to it. Shown to nobody. */
export const follower = sqliteTable(
  'follower',
  {
    id: text('id').primaryKey(),
    caseId: text('case_id').notNull(),
    email: text('email').notNull(),
    language: text('language').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null until whoever reads that mailbox has said yes. A reporter has, by asking for it with the report. */
    confirmedAt: integer('confirmed_at'),
  },
  table => [
    uniqueIndex('follower_once').on(table.caseId, table.email),
    index('follower_waiting').on(table.createdAt),
  ],
)
