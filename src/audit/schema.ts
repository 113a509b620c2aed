import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const accessLog = sqliteTable(
  'access_log',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    actor: text('actor').notNull(),
    at: integer('at').notNull(),
    /** `request`: one in full; `photo`: of a private request; the others: those pages. */
    view: text('view').notNull(),
    requests: text('requests', { mode: 'json' }).$type<readonly string[]>().notNull(),
    /** Shown beyond the public fields: `contacts`, `notes`. */
    fields: text('fields', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  },
  table => [index('access_log_actor').on(table.actor, table.seq)],
)

export const seal = sqliteTable('seal', {
  number: integer('number').primaryKey(),
  eventsTo: integer('events_to').notNull(),
  accessLogTo: integer('access_log_to').notNull(),
  /** 0 in seals older than digests. */
  digestsTo: integer('digests_to').notNull().default(0),
  /** SHA-256 over the previous hash and every row covered, hex. */
  hash: text('hash').notNull(),
  at: integer('at').notNull(),
})

/** Append-only states of rows at their sealing (`rows.ts`), to detect changes that bypass the application. */
export const rowDigest = sqliteTable(
  'row_digest',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    table: text('table_name').notNull(),
    row: text('row_id').notNull(),
    /** Version of the column list and SHA-256; null: the row was removed. */
    digest: text('digest'),
    /** Explains the change. 0 or negative: the row predates digests. Null breaks the chain. */
    event: integer('event'),
  },
  table => [index('row_digest_row').on(table.table, table.row, table.seq)],
)

/** Changed since the newest digest. Written by triggers, so that no code path can omit it. */
export const changedRow = sqliteTable(
  'changed_row',
  {
    table: text('table_name').notNull(),
    row: text('row_id').notNull(),
    /** Counts, so that a change made while the row is being sealed is sealed again. */
    changes: integer('changes').notNull().default(1),
    /** 1: the row is older than digests. */
    baseline: integer('baseline').notNull().default(0),
  },
  table => [primaryKey({ columns: [table.table, table.row] })],
)
