import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/**
 * `waiting` to be sent → `sent` → `done`, or `returned`: not the partner's responsibility, and back in triage.
 * `failed`: it could not be delivered, or the partner refused it. `done` → `sent` when the partner reopens it.
 */
export const forwardStates = ['waiting', 'failed', 'sent', 'done', 'returned'] as const

export const forward = sqliteTable(
  'forward',
  {
    /** Identifies it to the partner, so that a repeated delivery is not taken for a second request. */
    id: text('id').primaryKey(),
    request: text('request').notNull(),
    partner: text('partner').notNull(),
    name: text('name').notNull(),
    method: text('method', { enum: ['open311', 'email'] }).notNull(),
    state: text('state', { enum: forwardStates }).notNull().default('waiting'),
    receipt: text('receipt'),
    token: text('token'),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at'),
    doneAt: integer('done_at'),
    /** For staff: why it has not been sent, in the partner's own words where it has given some. */
    lastError: text('last_error'),
  },
  table => [
    index('forward_request').on(table.request),
    index('forward_heard').on(table.partner).where(sql`state IN ('sent', 'done')`),
    index('forward_failed').on(table.request).where(sql`state = 'failed'`),
    uniqueIndex('forward_one_open').on(table.request).where(sql`state IN ('waiting', 'sent')`),
  ],
)

export type ForwardRow = typeof forward.$inferSelect

/** Keys are inserted in the same batch as the update's effect, which makes it happen once. */
export const partnerUpdate = sqliteTable(
  'partner_update',
  {
    forward: text('forward').notNull(),
    key: text('key').notNull(),
    at: integer('at').notNull(),
  },
  table => [primaryKey({ columns: [table.forward, table.key] })],
)
