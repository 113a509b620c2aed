import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/* In each jurisdiction's database: who saw what, and the chain of hashes that shows tampering with either log. */

/** Append-only: one row for each page or answer in which somebody at work saw requests. */
export const seen = sqliteTable(
  'seen',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    actor: text('actor').notNull(),
    at: integer('at').notNull(),
    /** `request`: one, whole; `list`: as a list shows them; `photo`: one of a private request; `handoff`, `history`, `audit`: as these do. */
    view: text('view').notNull(),
    /** Their numbers, as a JSON list. */
    requests: text('requests').notNull(),
    /** What of them beyond the public fields, as a JSON list: `contacts`, `notes`. */
    fields: text('fields').notNull().default('[]'),
  },
  table => [index('seen_actor').on(table.actor, table.seq)],
)

/** Each covers what was logged since the one before. */
export const seal = sqliteTable('seal', {
  number: integer('number').primaryKey(),
  /** The last row of `event` and of `seen` that it covers. */
  eventsTo: integer('events_to').notNull(),
  seenTo: integer('seen_to').notNull(),
  /** SHA-256 over the hash before and every row in between, hex. */
  hash: text('hash').notNull(),
  at: integer('at').notNull(),
})
