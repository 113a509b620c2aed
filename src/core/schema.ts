import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/* In every database, whatever its kind. */

/** One row. A database opened under the wrong name is refused. */
export const identity = sqliteTable('identity', {
  label: text('label').primaryKey(),
  createdAt: integer('created_at').notNull(),
})

/** Work that must survive; see `jobs.ts`. */
export const job = sqliteTable(
  'job',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').notNull(),
    /** At most one row a key: ringing again while it waits or runs only counts `rung` up. */
    key: text('key').notNull().unique(),
    payload: text('payload').notNull().default('{}'),
    rung: integer('rung').notNull().default(1),
    dueAt: integer('due_at').notNull(),
    leasedUntil: integer('leased_until').notNull().default(0),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    /** Set after ten failed tries: it waits for an operator. */
    parkedAt: integer('parked_at'),
    createdAt: integer('created_at').notNull(),
  },
  table => [index('job_due').on(table.dueAt)],
)

/** The keys of encrypted fields, each wrapped by the deployment's master key; see `encryption.ts`. */
export const dataKey = sqliteTable('data_key', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  /** `fields` encrypts; `index` makes the keyed hashes by which encrypted values are found. */
  purpose: text('purpose', { enum: ['fields', 'index'] }).notNull(),
  wrapped: text('wrapped').notNull(),
  /** Names the master key that it is wrapped by. */
  master: text('master').notNull(),
  createdAt: integer('created_at').notNull(),
  /** A newer one encrypts; this one still opens what it has encrypted. */
  retiredAt: integer('retired_at'),
})

/** How far a consumer of the event log has read. */
export const consumer = sqliteTable('consumer', {
  name: text('name').primaryKey(),
  seq: integer('seq').notNull(),
})

/** Answers already given, by the caller's Idempotency-Key. */
export const idempotency = sqliteTable(
  'idempotency',
  {
    key: text('key').primaryKey(),
    /** SHA-256 of what was asked: the key for anything else is refused. */
    fingerprint: text('fingerprint').notNull(),
    /** What was done, as JSON. */
    outcome: text('outcome').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [index('idempotency_age').on(table.createdAt)],
)
