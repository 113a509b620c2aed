import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Resolution } from '../routing/types.ts'
import type { Before, CaseFacts } from './case/duplicates.ts'
import type { GivenAnswer } from './draft.ts'

// In each jurisdiction's database, hence no tenant id. Instants are milliseconds since 1970 UTC.

export const statuses = ['submitted', 'acknowledged', 'in_progress', 'closed'] as const
export type Status = (typeof statuses)[number]

/** There is no "not responsible": that is a transfer. */
export const closeReasons = [
  'completed',
  'not-found',
  'duplicate',
  'no-action',
  'withdrawn',
  'invalid',
] as const
export type CloseReason = (typeof closeReasons)[number]

/** `passed`: another jurisdiction holds it, and this row is a record. */
export const custodies = ['held', 'passed'] as const
export type Custody = (typeof custodies)[number]

export const channels = ['web', 'open311', 'phone', 'counter', 'field'] as const
export type Channel = (typeof channels)[number]

/** Why a person has to review a request; `emergency:<topic>` for what its words are about. */
export const triageReasons = [
  'answer',
  'place',
  'unresolved',
  'nobody',
  'staff',
  'no-receiver',
  'undecided',
  'undelivered',
  'follow-ups',
  'returned',
  'not-fixed',
  'partner-reopened',
] as const
export type TriageReason = (typeof triageReasons)[number] | `emergency:${string}`

export const heldAndOpen = sql`custody = 'held' AND status <> 'closed'`

export const request = sqliteTable(
  'request',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    /** The tracking number; GeoReport's service_request_id. */
    id: text('id').notNull().unique(),
    serviceCode: text('service_code').notNull(),
    /** Tracking number of the case that this is a share of; never changes. */
    caseId: text('case_id').notNull().default(''),
    /** The jurisdiction that issued the case's number and stores its public state. */
    origin: text('origin').notNull().default(''),
    custody: text('custody', { enum: custodies }).notNull().default('held'),
    passedTo: text('passed_to'),
    /** Slugs, in order. */
    holders: text('holders', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
    /** At the origin: of the whole case, rolled up from its shares. Elsewhere: of this share. */
    caseStatus: text('case_status', { enum: statuses }).notNull().default('submitted'),
    /** At the time, in the region's first language. */
    serviceName: text('service_name').notNull(),
    status: text('status', { enum: statuses }).notNull(),
    closeReason: text('close_reason', { enum: closeReasons }),
    /** Public. */
    statusNotes: text('status_notes'),
    /** Increases with every change; a change names the version that the caller saw. */
    version: integer('version').notNull(),
    description: text('description').notNull().default(''),
    address: text('address'),
    addressId: text('address_id'),
    zipcode: text('zipcode'),
    lat: real('lat'),
    long: real('long'),
    /** Radius of the location error in meters. */
    accuracy: real('accuracy').notNull().default(0),
    answers: text('answers', { mode: 'json' }).$type<readonly GivenAnswer[]>().notNull().default([]),
    private: integer('private', { mode: 'boolean' }).notNull(),
    urgent: integer('urgent', { mode: 'boolean' }).notNull(),
    /** As of the report, or of the last location correction, so that it can be replayed. */
    resolution: text('resolution', { mode: 'json' }).$type<Resolution>().notNull(),
    accountable: text('accountable').notNull(),
    agencyResponsible: text('agency_responsible').notNull(),
    triage: integer('triage', { mode: 'boolean' }).notNull(),
    triageReasons: text('triage_reasons', { mode: 'json' })
      .$type<readonly TriageReason[]>()
      .notNull()
      .default([]),
    triageSince: integer('triage_since'),
    /** How often it was escalated because nobody reviewed it. */
    triageLevel: integer('triage_level').notNull().default(0),
    channel: text('channel', { enum: channels }).notNull(),
    language: text('language').notNull(),
    person: text('person'),
    /** The first photo, to spare lists another read. */
    media: text('media'),
    mediaUrl: text('media_url'),
    /** If before the report; routing is as of this instant (S7). */
    incidentAt: integer('incident_at'),
    /** Never reset by transfers. */
    requestedAt: integer('requested_at').notNull(),
    receivedAt: integer('received_at').notNull().default(0),
    updatedAt: integer('updated_at').notNull(),
    expectedAt: integer('expected_at'),
    closedAt: integer('closed_at'),
  },
  table => [
    index('request_case').on(table.caseId),
    index('request_person').on(table.person).where(sql`person IS NOT NULL`),
    index('request_newest').on(table.requestedAt, table.seq),
    index('request_updated').on(table.updatedAt, table.seq),
    index('request_service').on(table.serviceCode, table.requestedAt, table.seq),
    index('request_status').on(table.status, table.requestedAt, table.seq),
    index('request_triage').on(table.requestedAt).where(sql`triage = 1`),
    index('request_open').on(table.seq).where(heldAndOpen),
  ],
)

/** Append-only: timeline, audit log and outbox in one. */
export const event = sqliteTable(
  'event',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    request: text('request').notNull(),
    type: text('type').notNull(),
    actor: text('actor').notNull(),
    at: integer('at').notNull(),
    public: integer('public', { mode: 'boolean' }).notNull(),
    /** Text, because others keep a copy of it and seals cover it: `eventOf` reads it. */
    payload: text('payload').notNull(),
    /** For events of another jurisdiction: its slug, and the number in its log. */
    source: text('source'),
    sourceSeq: integer('source_seq'),
  },
  table => [
    index('event_request').on(table.request, table.seq),
    index('event_staff').on(table.actor, table.seq).where(sql`actor >= 'staff:' AND actor < 'staff~'`),
    index('event_public').on(table.at).where(sql`public = 1`),
    index('event_rerouted').on(table.seq).where(sql`type = 'rerouted'`),
    uniqueIndex('event_told_once')
      .on(table.request, table.source, table.sourceSeq)
      .where(sql`source IS NOT NULL`),
  ],
)

/** Encrypted. No public endpoint reads it. */
export const person = sqliteTable(
  'person',
  {
    id: text('id').primaryKey(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    email: text('email'),
    phone: text('phone'),
    deviceId: text('device_id'),
    accountId: text('account_id'),
    account: text('account'),
    shared: integer('shared', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    /** Details under legal retention are erased when it ends. */
    eraseAskedAt: integer('erase_asked_at'),
    erasedAt: integer('erased_at'),
    /** Version of the terms in `person_term`; null: not indexed yet. */
    indexed: integer('indexed'),
  },
  table => [
    index('person_account').on(table.account).where(sql`account IS NOT NULL`),
    index('person_kept').on(table.createdAt).where(sql`erased_at IS NULL`),
    index('person_asked').on(table.eraseAskedAt).where(sql`erase_asked_at IS NOT NULL AND erased_at IS NULL`),
  ],
)

/** Keyed hashes by which a person is found (`contact-terms.ts`). */
export const personTerm = sqliteTable(
  'person_term',
  {
    hash: text('hash').notNull(),
    person: text('person').notNull(),
  },
  table => [
    primaryKey({ columns: [table.hash, table.person] }),
    index('person_term_person').on(table.person),
  ],
)

/** Files are in the region's storage, so a transferred case keeps its photos. */
export const media = sqliteTable(
  'media',
  {
    id: text('id').notNull(),
    request: text('request').notNull(),
    type: text('type').notNull(),
    bytes: integer('bytes').notNull(),
    /** For staff and the reporter only, though its request is public. */
    private: integer('private', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
  },
  table => [primaryKey({ columns: [table.id, table.request] }), index('media_request').on(table.request)],
)

/** At the case's origin, as last reported by their holders. */
export const share = sqliteTable(
  'share',
  {
    caseId: text('case_id').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    request: text('request').notNull(),
    status: text('status', { enum: statuses }).notNull(),
    closeReason: text('close_reason', { enum: closeReasons }),
    agency: text('agency').notNull(),
    held: integer('held', { mode: 'boolean' }).notNull(),
    receivedAt: integer('received_at').notNull(),
    expectedAt: integer('expected_at'),
    updatedAt: integer('updated_at').notNull(),
    /** The share's own version; older updates are ignored. */
    version: integer('version').notNull(),
  },
  table => [
    primaryKey({ columns: [table.jurisdiction, table.request] }),
    index('share_case').on(table.caseId),
  ],
)

/** `proposed` here or `asked` by the other → `confirmed` | `declined` → `unlinked`. */
export const linkStates = ['proposed', 'asked', 'confirmed', 'declined', 'unlinked', 'passed'] as const
export type LinkState = (typeof linkStates)[number]

/** A possible duplicate (S12). Each holder stores its own side. */
export const duplicate = sqliteTable(
  'duplicate',
  {
    caseId: text('case_id').notNull(),
    other: text('other').notNull(),
    request: text('request').notNull(),
    state: text('state', { enum: linkStates }).notNull(),
    /** Increases with each new proposal; late messages of an earlier round are ignored. */
    round: integer('round').notNull(),
    /** Once known. */
    facts: text('facts', { mode: 'json' }).$type<CaseFacts>(),
    survivor: text('survivor'),
    /** What unlinking restores here. */
    before: text('before', { mode: 'json' }).$type<Before>(),
    text: text('text').notNull().default(''),
    proposedAt: integer('proposed_at').notNull(),
    answeredAt: integer('answered_at'),
    version: integer('version').notNull().default(1),
  },
  table => [
    primaryKey({ columns: [table.caseId, table.other] }),
    index('duplicate_state').on(table.state, table.proposedAt),
  ],
)

/** What a resident thought of how the case was handled: at its origin, and at its holder. */
export const rating = sqliteTable('rating', {
  caseId: text('case_id').primaryKey(),
  /** 1 is very badly, 5 very well. */
  score: integer('score').notNull(),
  at: integer('at').notNull(),
})

export const followedBy = sqliteTable(
  'followed_by',
  {
    caseId: text('case_id').notNull(),
    follower: text('follower').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    round: integer('round').notNull(),
    ended: integer('ended', { mode: 'boolean' }).notNull(),
    informed: text('informed', { enum: statuses }),
  },
  table => [primaryKey({ columns: [table.caseId, table.follower] })],
)
