import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/* In each jurisdiction's database: its side of every handoff, and the messages between it and the others. */

/**
 * `offered` → `accepted` | `refused` by the receiver, or `withdrawn` | `timed-out` by the sender → `granted`: only then
 * has custody passed. `appealed`: with the arbitrator, whose decision grants it or leaves it where it is (`kept`).
 */
export const handoffStates = [
  'offered',
  'accepted',
  'refused',
  'withdrawn',
  'timed-out',
  'appealed',
  'kept',
  'granted',
] as const
export type HandoffState = (typeof handoffStates)[number]

/** `transfer`: custody of the request passes. `share`: the receiver gets a request of its own in the same case (S10). */
export const handoffKinds = ['transfer', 'share'] as const
export type HandoffKind = (typeof handoffKinds)[number]

export const handoffSides = ['sender', 'receiver', 'arbitrator'] as const
export type HandoffSide = (typeof handoffSides)[number]

export const handoff = sqliteTable(
  'handoff',
  {
    /** The same at both sides. */
    id: text('id').notNull(),
    /** Which side of it this jurisdiction is on. */
    side: text('side', { enum: handoffSides }).notNull(),
    kind: text('kind', { enum: handoffKinds }).notNull(),
    state: text('state', { enum: handoffStates }).notNull(),
    caseId: text('case_id').notNull(),
    /** This side's own request; the receiver's is there once custody is granted. */
    request: text('request'),
    sender: text('sender').notNull(),
    receiver: text('receiver').notNull(),
    /** From the region's list of reasons. */
    reason: text('reason').notNull(),
    text: text('text').notNull().default(''),
    answerReason: text('answer_reason'),
    answerText: text('answer_text'),
    /** Whom the receiver proposes instead. */
    counter: text('counter'),
    /** The standing agreement that accepted it beforehand. */
    agreement: text('agreement'),
    /** `CrossingContent` as JSON: what the receiver needs to decide, and nothing else. */
    content: text('content').notNull(),
    offeredAt: integer('offered_at').notNull(),
    answerBy: integer('answer_by'),
    answeredAt: integer('answered_at'),
    version: integer('version').notNull().default(1),
  },
  table => [
    primaryKey({ columns: [table.id, table.side] }),
    index('handoff_request').on(table.request),
    index('handoff_case').on(table.caseId),
    index('handoff_state').on(table.side, table.state, table.offeredAt),
    index('handoff_newest').on(table.offeredAt, table.id, table.side),
    // One open offer of a custody at a time: the sender cannot promise it twice.
    uniqueIndex('handoff_one_open')
      .on(table.request)
      .where(sql`side = 'sender' AND kind = 'transfer' AND state IN ('offered', 'accepted', 'appealed')`),
  ],
)

/** The outbox: written in the batch of the change that it tells of, carried by the courier. */
export const message = sqliteTable(
  'message',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    /** Names it at the receiver, who applies it once. */
    id: text('id').notNull().unique(),
    /** Messages of one case to one receiver arrive in order. */
    caseId: text('case_id').notNull(),
    receiver: text('receiver').notNull(),
    kind: text('kind').notNull(),
    body: text('body').notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    deliveredAt: integer('delivered_at'),
    /** After ten tries: it waits where an operator sees it, and so does what follows it in its case. */
    parkedAt: integer('parked_at'),
  },
  table => [
    index('message_waiting').on(table.seq).where(sql`delivered_at IS NULL`),
    index('message_order').on(table.receiver, table.caseId, table.seq),
  ],
)

/** What has been applied here. Its key stands in the same batch as the effect. */
export const inbox = sqliteTable(
  'inbox',
  {
    sender: text('sender').notNull(),
    message: text('message').notNull(),
    at: integer('at').notNull(),
  },
  table => [primaryKey({ columns: [table.sender, table.message] })],
)
