import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { JWK_EC_Public } from 'jose'
import type { SignInSource, StoredAuthentication } from './sessions/sources.ts'

// Who can sign in; what they may do is in the jurisdictions' databases (`schema.ts`). Addresses are
// encrypted, and looked up by a keyed hash.

export const staff = sqliteTable('staff', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** Encrypted; empty for people who sign in with a provider only. */
  email: text('email').notNull(),
  /** Keyed hash of the address; the id if there is none. */
  emailIndex: text('email_index').notNull().unique(),
  createdAt: integer('created_at').notNull(),
  verifiedAt: integer('verified_at'),
  demo: integer('demo', { mode: 'boolean' }).notNull().default(false),
})

export const staffIdentity = sqliteTable(
  'staff_identity',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    staff: text('staff').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index('staff_identity_staff').on(table.staff),
  ],
)

export const passkey = sqliteTable(
  'passkey',
  {
    id: text('id').primaryKey(),
    staff: text('staff').notNull(),
    publicKey: text('public_key').notNull(),
    counter: integer('counter').notNull(),
    transports: text('transports', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
    /** What vouches for it: what its holder had just proved when adding it. */
    sources: text('sources', { mode: 'json' }).$type<readonly SignInSource[]>().notNull().default([]),
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  table => [index('passkey_staff').on(table.staff)],
)

/** Where to look for a person's grants; may list jurisdictions without any. */
export const staffJurisdiction = sqliteTable(
  'staff_jurisdiction',
  { staff: text('staff').notNull(), jurisdiction: text('jurisdiction').notNull() },
  table => [primaryKey({ columns: [table.staff, table.jurisdiction] })],
)

export const regionRoles = ['administrator', 'reviewer'] as const
export type RegionRole = (typeof regionRoles)[number]

/** Administrators change the region's configuration, reviewers read it. Neither gains access to a jurisdiction's data. */
export const regionGrant = sqliteTable(
  'region_grant',
  {
    id: text('id').primaryKey(),
    staff: text('staff').notNull(),
    role: text('role', { enum: regionRoles }).notNull().default('administrator'),
    madeBy: text('made_by').notNull(),
    madeAt: integer('made_at').notNull(),
    endedBy: text('ended_by'),
    endedAt: integer('ended_at'),
  },
  table => [index('region_grant_staff').on(table.staff)],
)

export const sessionKinds = ['staff', 'account'] as const
export const signInMethods = ['oidc', 'passkey', 'email', 'sms', 'demo'] as const
export type SignInMethod = (typeof signInMethods)[number]

export const session = sqliteTable(
  'session',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: sessionKinds }).notNull(),
    holder: text('holder').notNull(),
    method: text('method', { enum: signInMethods }).notNull(),
    authentications: text('authentications', { mode: 'json' })
      .$type<readonly StoredAuthentication[]>()
      .notNull()
      .default([]),
    device: text('device').notNull(),
    /** Increases with each renewal of the cookie; an older cookie that returns has been copied. */
    rotation: integer('rotation').notNull().default(0),
    rotatedAt: integer('rotated_at').notNull(),
    createdAt: integer('created_at').notNull(),
    until: integer('until').notNull(),
    endedAt: integer('ended_at'),
  },
  table => [index('session_holder').on(table.kind, table.holder), index('session_until').on(table.until)],
)

/** Secrets valid once and briefly: links, codes, OIDC states, passkey challenges. */
export const oneTime = sqliteTable(
  'one_time',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').notNull(),
    holder: text('holder'),
    /** Keyed hash: with the database alone, short codes cannot be searched. */
    hash: text('hash').notNull(),
    data: text('data', { mode: 'json' }).$type<unknown>().notNull().default({}),
    attempts: integer('attempts').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    until: integer('until').notNull(),
    usedAt: integer('used_at'),
  },
  table => [
    index('one_time_holder').on(table.purpose, table.holder, table.createdAt),
    index('one_time_until').on(table.until),
  ],
)

/** A resident's sign-in. Each jurisdiction with a report of theirs has its own `person`. */
export const account = sqliteTable(
  'account',
  {
    id: text('id').primaryKey(),
    email: text('email'),
    emailIndex: text('email_index'),
    phone: text('phone'),
    phoneIndex: text('phone_index'),
    language: text('language').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Made in a demonstration: it keeps no address once that is over. */
    demo: integer('demo', { mode: 'boolean' }).notNull().default(false),
    erasedAt: integer('erased_at'),
  },
  table => [
    uniqueIndex('account_email').on(table.emailIndex).where(sql`email_index IS NOT NULL`),
    uniqueIndex('account_phone').on(table.phoneIndex).where(sql`phone_index IS NOT NULL`),
  ],
)

/** Where to look for an account's reports; may list jurisdictions without any. */
export const accountJurisdiction = sqliteTable(
  'account_jurisdiction',
  { account: text('account').notNull(), jurisdiction: text('jurisdiction').notNull() },
  table => [primaryKey({ columns: [table.account, table.jurisdiction] })],
)

/** Allows this jurisdiction to see the resident's reports to the others. */
export const historyConsent = sqliteTable(
  'history_consent',
  {
    account: text('account').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    givenAt: integer('given_at').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.jurisdiction] })],
)

export const signingKey = sqliteTable('signing_key', {
  kid: text('kid').primaryKey(),
  publicJwk: text('public_jwk', { mode: 'json' }).$type<JWK_EC_Public & { kty: 'EC' }>().notNull(),
  privateJwk: text('private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  signsFrom: integer('signs_from').notNull(),
  signsUntil: integer('signs_until').notNull(),
  /** Until when a token that it signed may be valid. */
  publishedUntil: integer('published_until').notNull(),
})
