import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/* In each jurisdiction's database: what it has passed on to bodies that are not on the platform. */

/** `waiting` to be sent → `sent`: with them → `done`, or `returned`: not theirs, and back in triage. */
export const forwardStates = ['waiting', 'sent', 'done', 'returned'] as const

export const forward = sqliteTable(
  'forward',
  {
    /** Names it to the partner, so that what is sent twice can be told from two. */
    id: text('id').primaryKey(),
    request: text('request').notNull(),
    partner: text('partner').notNull(),
    /** As the partner was called on the day. */
    name: text('name').notNull(),
    method: text('method', { enum: ['open311', 'email'] }).notNull(),
    state: text('state', { enum: forwardStates }).notNull().default('waiting'),
    /** Their number of it, once it is known; by e-mail, ours. */
    receipt: text('receipt'),
    /** What they gave in place of a number that was to come later. */
    token: text('token'),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at'),
    /** Why the last try failed. */
    lastError: text('last_error'),
  },
  table => [
    index('forward_request').on(table.request),
    index('forward_open').on(table.partner).where(sql`state = 'sent'`),
    // It is with one partner at a time.
    uniqueIndex('forward_one_open').on(table.request).where(sql`state IN ('waiting', 'sent')`),
  ],
)

export type ForwardRow = typeof forward.$inferSelect

/** What a partner has said, each word once: its key stands in the batch of its effect. */
export const partnerWord = sqliteTable(
  'partner_word',
  {
    forward: text('forward').notNull(),
    word: text('word').notNull(),
    at: integer('at').notNull(),
  },
  table => [primaryKey({ columns: [table.forward, table.word] })],
)
