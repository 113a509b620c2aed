import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { roles, scopes } from './roles.ts'

/* In each jurisdiction's database: whom it lets work on its data, people and programs. */

/** What the jurisdiction lets a person do. Never changed, only ended and made anew. */
export const grant = sqliteTable(
  'grant',
  {
    id: text('id').primaryKey(),
    /** `staff.id` in the region's database. */
    staff: text('staff').notNull(),
    role: text('role', { enum: roles }).notNull(),
    /** Codes of the services that it is limited to, as JSON; null: all. */
    services: text('services'),
    /** Half-open. */
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at'),
    /** `oidc`: follows the claims of the jurisdiction's own provider at each sign-in. */
    source: text('source', { enum: ['staff', 'oidc', 'command', 'demo'] }).notNull(),
    madeBy: text('made_by').notNull(),
    madeAt: integer('made_at').notNull(),
    endedBy: text('ended_by'),
    endedAt: integer('ended_at'),
  },
  table => [index('grant_staff').on(table.staff).where(sql`ended_at IS NULL`)],
)

/** Sessions that were ended before their time: what they had opened here is closed at once. */
export const endedSession = sqliteTable('ended_session', {
  id: text('id').primaryKey(),
  endedAt: integer('ended_at').notNull(),
  /** After that, its cookie is of no use anyway. */
  until: integer('until').notNull(),
})

/** `client`: an OAuth 2.0 client, whose secret buys access tokens. */
export const keyKinds = ['key', 'client'] as const

/** The keys it has given to programs. */
export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  scope: text('scope', { enum: scopes }).notNull(),
  kind: text('kind', { enum: keyKinds }).notNull().default('key'),
  /** SHA-256 of the secret, hex. The secret itself is shown once and kept nowhere. */
  hash: text('hash').notNull(),
  createdBy: text('created_by').notNull().default('system:keys'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  /** To the hour. */
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
})
