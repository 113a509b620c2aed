import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { roles, scopes } from './roles.ts'

/** Immutable, except that it can be ended. */
export const grant = sqliteTable(
  'grant',
  {
    id: text('id').primaryKey(),
    staff: text('staff').notNull(),
    role: text('role', { enum: roles }).notNull(),
    /** Their codes; null: all services. */
    services: text('services', { mode: 'json' }).$type<readonly string[]>(),
    fromAt: integer('from_at').notNull(),
    toAt: integer('to_at'),
    /** `oidc`: updated from the claims of the jurisdiction's provider at each sign-in. */
    source: text('source', { enum: ['staff', 'oidc', 'command', 'demo'] }).notNull(),
    madeBy: text('made_by').notNull(),
    madeAt: integer('made_at').notNull(),
    endedBy: text('ended_by'),
    endedAt: integer('ended_at'),
  },
  table => [index('grant_staff').on(table.staff).where(sql`ended_at IS NULL`)],
)

export const endedSession = sqliteTable('ended_session', {
  id: text('id').primaryKey(),
  endedAt: integer('ended_at').notNull(),
  until: integer('until').notNull(),
})

/** `client`: an OAuth 2.0 client, whose secret is exchanged for access tokens. */
export const keyKinds = ['key', 'client'] as const

export const apiKey = sqliteTable('api_key', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  scope: text('scope', { enum: scopes }).notNull(),
  kind: text('kind', { enum: keyKinds }).notNull().default('key'),
  /** SHA-256 of the secret, hex. The secret itself is not stored. */
  hash: text('hash').notNull(),
  createdBy: text('created_by').notNull().default('system:keys'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
  /** Created in a demonstration, and valid only while it is on. */
  demo: integer('demo', { mode: 'boolean' }).notNull().default(false),
})
