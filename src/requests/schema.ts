import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/* In each jurisdiction's database. No tenant_id: the database is the tenant's. Instants are milliseconds since 1970 UTC. */

export const statuses = ['submitted', 'acknowledged', 'in_progress', 'closed'] as const
export type Status = (typeof statuses)[number]

/** Why a request was closed. There is no "not responsible": that is a handoff. */
export const closeReasons = [
  'completed',
  'not-found',
  'duplicate',
  'no-action',
  'withdrawn',
  'invalid',
] as const
export type CloseReason = (typeof closeReasons)[number]

/** `passed`: kept as a record; another jurisdiction holds it now. */
export const custodies = ['held', 'passed'] as const
export type Custody = (typeof custodies)[number]

export const channels = ['web', 'open311', 'phone', 'counter', 'field'] as const
export type Channel = (typeof channels)[number]

export const request = sqliteTable(
  'request',
  {
    /** Row number: what full-text search and the place index refer to. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    /** The tracking number; GeoReport's service_request_id. */
    id: text('id').notNull().unique(),
    serviceCode: text('service_code').notNull(),
    /** The resident's matter that this is a share of: its tracking number, for life. */
    caseId: text('case_id').notNull().default(''),
    /** The jurisdiction whose number the case has, and whose database keeps the case's public face. */
    origin: text('origin').notNull().default(''),
    custody: text('custody', { enum: custodies }).notNull().default('held'),
    /** To whom custody passed. */
    passedTo: text('passed_to'),
    /** Everyone who has held it, in order, as a JSON list of slugs. */
    trail: text('trail').notNull().default('[]'),
    /** At the origin: the status of the whole case, rolled up from its shares. Elsewhere: this share's. */
    caseStatus: text('case_status', { enum: statuses }).notNull().default('submitted'),
    /** As it was called on the day, in the region's first language. */
    serviceName: text('service_name').notNull(),
    status: text('status', { enum: statuses }).notNull(),
    closeReason: text('close_reason', { enum: closeReasons }),
    /** Public words on the present status. */
    statusNotes: text('status_notes'),
    /** Counts up with every change; a change names the version it saw. */
    version: integer('version').notNull(),
    description: text('description').notNull().default(''),
    address: text('address'),
    addressId: text('address_id'),
    zipcode: text('zipcode'),
    lat: real('lat'),
    long: real('long'),
    /** Radius of the location error in metres. */
    accuracy: real('accuracy').notNull().default(0),
    /** `Answer[]` as JSON. */
    answers: text('answers').notNull().default('[]'),
    private: integer('private', { mode: 'boolean' }).notNull(),
    urgent: integer('urgent', { mode: 'boolean' }).notNull(),
    /** The resolution of the day as JSON, for replay. */
    resolution: text('resolution').notNull(),
    accountable: text('accountable').notNull(),
    /** Who works on it, as GeoReport names it. */
    agencyResponsible: text('agency_responsible').notNull(),
    /** Nobody knows yet whose it is, or the answers ask for a person's judgment. */
    triage: integer('triage', { mode: 'boolean' }).notNull(),
    channel: text('channel', { enum: channels }).notNull(),
    language: text('language').notNull(),
    person: text('person'),
    /** The first photo, so that lists need no second look. */
    media: text('media'),
    mediaUrl: text('media_url'),
    /** When it happened, if it was reported later: routing is as of that instant (S7). */
    incidentAt: integer('incident_at'),
    /** The reporter's clock: it never resets. */
    requestedAt: integer('requested_at').notNull(),
    /** This body's own clock. */
    receivedAt: integer('received_at').notNull().default(0),
    updatedAt: integer('updated_at').notNull(),
    expectedAt: integer('expected_at'),
    closedAt: integer('closed_at'),
  },
  table => [
    index('request_case').on(table.caseId),
    index('request_newest').on(table.requestedAt, table.seq),
    index('request_updated').on(table.updatedAt, table.seq),
    index('request_service').on(table.serviceCode, table.requestedAt, table.seq),
    index('request_status').on(table.status, table.requestedAt, table.seq),
    index('request_triage').on(table.requestedAt).where(sql`triage = 1`),
    index('request_open').on(table.seq).where(sql`custody = 'held' AND status <> 'closed'`),
  ],
)

/** Append-only: timeline, audit, outbox and live feed in one. */
export const event = sqliteTable(
  'event',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    request: text('request').notNull(),
    type: text('type').notNull(),
    actor: text('actor').notNull(),
    at: integer('at').notNull(),
    public: integer('public', { mode: 'boolean' }).notNull(),
    payload: text('payload').notNull(),
    /** Where it happened, if it was told by another jurisdiction, and its number in that one's log. */
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

/** Contact details of a constituent as this jurisdiction knows them, encrypted. Write-only for every public door. */
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
    /** Their account in the region, if they had signed in. */
    account: text('account'),
    /** The person agreed that whoever takes over the matter may have these details too. */
    shared: integer('shared', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
    /** Set when the details were erased, at their wish or the law's. */
    erasedAt: integer('erased_at'),
  },
  table => [index('person_account').on(table.account).where(sql`account IS NOT NULL`)],
)

/** Photos of reports; the bytes are in the platform's files. */
export const media = sqliteTable(
  'media',
  {
    id: text('id').primaryKey(),
    request: text('request').notNull(),
    type: text('type').notNull(),
    bytes: integer('bytes').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  table => [index('media_request').on(table.request)],
)

/** At the origin of a case: every share of it elsewhere, as its holder last told. */
export const share = sqliteTable(
  'share',
  {
    caseId: text('case_id').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    request: text('request').notNull(),
    status: text('status', { enum: statuses }).notNull(),
    closeReason: text('close_reason', { enum: closeReasons }),
    agency: text('agency').notNull(),
    /** False once its custody has passed on. */
    held: integer('held', { mode: 'boolean' }).notNull(),
    receivedAt: integer('received_at').notNull(),
    expectedAt: integer('expected_at'),
    updatedAt: integer('updated_at').notNull(),
    /** The share's own version: an older telling changes nothing. */
    version: integer('version').notNull(),
  },
  table => [
    primaryKey({ columns: [table.jurisdiction, table.request] }),
    index('share_case').on(table.caseId),
  ],
)

/**
 * `proposed` by this jurisdiction, or `asked` of it by the other's → `confirmed` | `declined` → `unlinked`. `passed`: it is
 * with whoever holds the case now.
 */
export const linkStates = ['proposed', 'asked', 'confirmed', 'declined', 'unlinked', 'passed'] as const
export type LinkState = (typeof linkStates)[number]

/** A case held here and another, here or elsewhere, that may be the same matter (S12). Each holder keeps its own side. */
export const duplicate = sqliteTable(
  'duplicate',
  {
    /** The tracking number of the case held here. */
    caseId: text('case_id').notNull(),
    /** The tracking number of the other. */
    other: text('other').notNull(),
    request: text('request').notNull(),
    state: text('state', { enum: linkStates }).notNull(),
    /** Counts up each time the two are proposed anew: what comes late from an earlier round changes nothing. */
    round: integer('round').notNull(),
    /** `CaseFacts` of the other as JSON, once they are known. */
    facts: text('facts'),
    /** The number of the case that goes on. */
    survivor: text('survivor'),
    /** What unlinking restores here, as JSON. */
    before: text('before'),
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

/** At the origin of a case that goes on for its duplicates: whom it tells of its status. */
export const followedBy = sqliteTable(
  'followed_by',
  {
    caseId: text('case_id').notNull(),
    /** The duplicate's tracking number, and the origin that tells its reporter. */
    follower: text('follower').notNull(),
    jurisdiction: text('jurisdiction').notNull(),
    round: integer('round').notNull(),
    /** Unlinked again: nothing more is told. */
    ended: integer('ended', { mode: 'boolean' }).notNull(),
    /** The status it was last told. */
    told: text('told', { enum: statuses }),
  },
  table => [primaryKey({ columns: [table.caseId, table.follower] })],
)
