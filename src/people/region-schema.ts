import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/*
 * In each region's database: who can sign in. What they may do stands in the jurisdictions' own databases (`schema.ts`).
 * Addresses are encrypted (`core/encryption.ts`), and found by a keyed hash of them.
 */

/** Somebody who works for one or more jurisdictions of the region. */
export const staff = sqliteTable('staff', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** Encrypted. */
  email: text('email').notNull(),
  emailIndex: text('email_index').notNull().unique(),
  createdAt: integer('created_at').notNull(),
  /** When they first proved that this mailbox is theirs. Until then, nobody has signed in by it. */
  verifiedAt: integer('verified_at'),
})

/** A sign-in with a jurisdiction's own OpenID provider. Only the pair of issuer and subject names a person. */
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
    /** The credential's id, base64url. */
    id: text('id').primaryKey(),
    staff: text('staff').notNull(),
    /** COSE key, base64url. */
    publicKey: text('public_key').notNull(),
    counter: integer('counter').notNull(),
    /** JSON list. */
    transports: text('transports').notNull().default('[]'),
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  table => [index('passkey_staff').on(table.staff)],
)

/** Where to look for a person's grants: may name more jurisdictions than have given any. */
export const staffReach = sqliteTable(
  'staff_reach',
  { staff: text('staff').notNull(), jurisdiction: text('jurisdiction').notNull() },
  table => [primaryKey({ columns: [table.staff, table.jurisdiction] })],
)

/** Region administrators: they look after who can sign in, and see no jurisdiction's data for it. */
export const regionGrant = sqliteTable(
  'region_grant',
  {
    id: text('id').primaryKey(),
    staff: text('staff').notNull(),
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

/** One sign-in on one device, of staff or of a resident (`sessions.ts`). */
export const session = sqliteTable(
  'session',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: sessionKinds }).notNull(),
    /** `staff.id` or `account.id`. */
    holder: text('holder').notNull(),
    method: text('method', { enum: signInMethods }).notNull(),
    /** Browser and system in a few words, for its owner to know it again. */
    device: text('device').notNull(),
    /** Counts up each time its cookie is renewed; an older cookie that comes back has been copied. */
    rotation: integer('rotation').notNull().default(0),
    rotatedAt: integer('rotated_at').notNull(),
    createdAt: integer('created_at').notNull(),
    /** When its holder last proved who they are: dangerous acts want it to be recent. */
    provedAt: integer('proved_at').notNull(),
    /** The absolute limit. */
    until: integer('until').notNull(),
    endedAt: integer('ended_at'),
  },
  table => [index('session_holder').on(table.kind, table.holder), index('session_until').on(table.until)],
)

/** What may be used once, and soon: a link in a letter, a code in a message, the state of a sign-in elsewhere, a challenge. */
export const oneTime = sqliteTable(
  'one_time',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').notNull(),
    /** Whom it is for, if it is known: `staff.id`, `account.id` or the keyed hash of an address. */
    holder: text('holder'),
    /** Keyed hash of the secret: a short code cannot be searched for by whoever has the database. */
    hash: text('hash').notNull(),
    /** What it is about, as JSON. Addresses in it are encrypted. */
    data: text('data').notNull().default('{}'),
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

/** A resident's sign-in for the region. Each jurisdiction that has a report of theirs keeps its own `person`. */
export const account = sqliteTable(
  'account',
  {
    id: text('id').primaryKey(),
    /** Encrypted. */
    email: text('email'),
    emailIndex: text('email_index'),
    /** Encrypted, as E.164. */
    phone: text('phone'),
    phoneIndex: text('phone_index'),
    language: text('language').notNull(),
    createdAt: integer('created_at').notNull(),
    erasedAt: integer('erased_at'),
  },
  table => [
    uniqueIndex('account_email').on(table.emailIndex).where(sql`email_index IS NOT NULL`),
    uniqueIndex('account_phone').on(table.phoneIndex).where(sql`phone_index IS NOT NULL`),
  ],
)

/** Which jurisdictions may know of an account: may name more than do. */
export const accountReach = sqliteTable(
  'account_reach',
  { account: text('account').notNull(), jurisdiction: text('jurisdiction').notNull() },
  table => [primaryKey({ columns: [table.account, table.jurisdiction] })],
)

/** The resident lets this jurisdiction see what they have reported to the others. */
export const historyConsent = sqliteTable(
  'history_consent',
  {
    account: text('account').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    givenAt: integer('given_at').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.jurisdiction] })],
)

/** Keys that sign the region's access tokens: each is published before it signs and after it has. */
export const signingKey = sqliteTable('signing_key', {
  kid: text('kid').primaryKey(),
  publicJwk: text('public_jwk').notNull(),
  /** Encrypted. */
  privateJwk: text('private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  signsFrom: integer('signs_from').notNull(),
  signsUntil: integer('signs_until').notNull(),
  /** Last day on which a token of it may still be good. */
  publishedUntil: integer('published_until').notNull(),
})
