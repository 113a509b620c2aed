import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** `uploading` → `uploaded` → `running` → `done`; a run that is `cancelled` or has `failed` can go on where it stopped. */
export const importStates = ['uploading', 'uploaded', 'running', 'done', 'cancelled', 'failed'] as const
export type ImportState = (typeof importStates)[number]

/** Past requests that were uploaded to be imported. Deleted a week after the import ended, with all that belongs to it. */
export const pastImport = sqliteTable('past_import', {
  id: text('id').primaryKey(),
  source: text('source').notNull(),
  state: text('state', { enum: importStates }).notNull(),
  /** Names of its columns and the mapping, encrypted: a file without a heading has a person's data in their place. */
  content: text('content').notNull(),
  rows: integer('rows').notNull(),
  pieces: integer('pieces').notNull(),
  /** The first piece that is not imported yet. */
  next: integer('next').notNull().default(0),
  imported: integer('imported').notNull().default(0),
  /** Imported before. */
  known: integer('known').notNull().default(0),
  rejected: integer('rejected').notNull().default(0),
  /** Who uploaded it, then who started it: the actor of its events. */
  by: text('by').notNull(),
  createdAt: integer('created_at').notNull(),
  endedAt: integer('ended_at'),
})

/** Rows of the file, encrypted, until they are imported. `id` is the import's with the number of the piece. */
export const pastImportPiece = sqliteTable(
  'past_import_piece',
  {
    id: text('id').primaryKey(),
    import: text('import').notNull(),
    piece: integer('piece').notNull(),
    content: text('content').notNull(),
  },
  table => [index('past_import_piece_order').on(table.import, table.piece)],
)

/** Rows of a piece that could not be imported, encrypted, with the reasons. */
export const pastImportReject = sqliteTable(
  'past_import_reject',
  {
    id: text('id').primaryKey(),
    import: text('import').notNull(),
    piece: integer('piece').notNull(),
    content: text('content').notNull(),
  },
  table => [index('past_import_reject_order').on(table.import, table.piece)],
)
