import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row. A database opened under the wrong name is refused. */
export const identity = sqliteTable('identity', {
  label: text('label').primaryKey(),
  createdAt: integer('created_at').notNull(),
})

export const job = sqliteTable(
  'job',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').notNull(),
    /** At most one row per key: enqueueing it again while it waits or runs only increments `enqueued`. */
    key: text('key').notNull().unique(),
    payload: text('payload').notNull().default('{}'),
    enqueued: integer('enqueued').notNull().default(1),
    dueAt: integer('due_at').notNull(),
    leasedUntil: integer('leased_until').notNull().default(0),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    parkedAt: integer('parked_at'),
    createdAt: integer('created_at').notNull(),
  },
  table => [index('job_due').on(table.dueAt)],
)

/** Keys of encrypted fields, each wrapped by the deployment's master key; see `encryption/fields.ts`. */
export const dataKey = sqliteTable('data_key', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  /** `fields` encrypts; `index` makes the keyed hashes by which encrypted values are found. */
  purpose: text('purpose', { enum: ['fields', 'index'] }).notNull(),
  wrapped: text('wrapped').notNull(),
  master: text('master').notNull(),
  createdAt: integer('created_at').notNull(),
  retiredAt: integer('retired_at'),
})

export const consumer = sqliteTable('consumer', {
  name: text('name').primaryKey(),
  seq: integer('seq').notNull(),
})

export const idempotency = sqliteTable(
  'idempotency',
  {
    key: text('key').primaryKey(),
    fingerprint: text('fingerprint').notNull(),
    outcome: text('outcome').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [index('idempotency_age').on(table.createdAt)],
)
