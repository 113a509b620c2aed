import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const setupKinds = ['start', 'secret', 'operator'] as const

/** One set-up code, and the region that is being set up with it. */
export const setup = sqliteTable('setup', {
  /** Hash of what the browser's cookie holds, which is derived from the code. */
  id: text('id').primaryKey(),
  /** `start`: printed by a server without regions; `secret`: SETUP_CODE; `operator`: made by the command. */
  kind: text('kind', { enum: setupKinds }).notNull(),
  /** From which, with the master key, every process derives the code of kind `start`. */
  nonce: text('nonce'),
  madeBy: text('made_by').notNull(),
  createdAt: integer('created_at').notNull(),
  until: integer('until'),
  /** Encrypted with a key that is derived from the code. */
  answers: text('answers'),
  /** Services read from another site, as JSON. */
  services: text('services', { mode: 'json' }).$type<unknown>(),
  /** The first jurisdiction's boundary: a FeatureCollection. */
  boundary: text('boundary', { mode: 'json' }).$type<unknown>(),
  revision: integer('revision').notNull().default(0),
  /** The slug of the region, once it was asked for: no other code can take it then. */
  region: text('region').unique(),
  /** When its configuration was requested and its administrator added. */
  requestedAt: integer('requested_at'),
  endedAt: integer('ended_at'),
})
