import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The newest seal of each jurisdiction, so that a rebuilt chain is not mistaken for the original. */
export const sealHead = sqliteTable('seal_head', {
  jurisdiction: text('jurisdiction').primaryKey(),
  number: integer('number').notNull(),
  hash: text('hash').notNull(),
  at: integer('at').notNull(),
})

/** Append-only. Removing seals unnoticed also takes rewriting this chain and its external copies. */
export const sealAnchor = sqliteTable(
  'seal_anchor',
  {
    number: integer('number').primaryKey(),
    jurisdiction: text('jurisdiction').notNull(),
    seal: integer('seal').notNull(),
    sealHash: text('seal_hash').notNull(),
    at: integer('at').notNull(),
    /** SHA-256 over the previous hash and the rest of this row, hex. */
    hash: text('hash').notNull(),
  },
  table => [index('seal_anchor_of').on(table.jurisdiction, table.number)],
)
