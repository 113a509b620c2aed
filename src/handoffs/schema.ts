import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { CrossingContent, EndedContent } from './messages/messages.ts'

/** Only `granted` has passed custody. `appealed`: the arbitrator grants it or leaves it with the sender (`kept`). */
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

/** `transfer`: custody passes. `share`: the receiver gets a request of its own in the same case (S10). */
export const handoffKinds = ['transfer', 'share'] as const
export type HandoffKind = (typeof handoffKinds)[number]

export const handoffSides = ['sender', 'receiver', 'arbitrator'] as const
export type HandoffSide = (typeof handoffSides)[number]

export const handoff = sqliteTable(
  'handoff',
  {
    id: text('id').notNull(),
    side: text('side', { enum: handoffSides }).notNull(),
    kind: text('kind', { enum: handoffKinds }).notNull(),
    state: text('state', { enum: handoffStates }).notNull(),
    caseId: text('case_id').notNull(),
    request: text('request'),
    sender: text('sender').notNull(),
    receiver: text('receiver').notNull(),
    reason: text('reason').notNull(),
    text: text('text').notNull().default(''),
    answerReason: text('answer_reason'),
    answerText: text('answer_text'),
    /** Of the staff member who answered; null for a program, and for answers of earlier versions. */
    answerRole: text('answer_role'),
    counter: text('counter'),
    agreement: text('agreement'),
    /** `EndedContent` once the offer has ended without custody. */
    content: text('content', { mode: 'json' }).$type<CrossingContent | EndedContent>().notNull(),
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
    // The sender cannot promise custody twice.
    uniqueIndex('handoff_one_open')
      .on(table.request)
      .where(sql`side = 'sender' AND kind = 'transfer' AND state IN ('offered', 'accepted', 'appealed')`),
  ],
)

/** For parked messages: `return` takes custody back to the sender, `skip` drops a message that moves none. */
export const settlements = ['return', 'skip'] as const
export type Settlement = (typeof settlements)[number]

/** The outbox: written in the batch of the change it reports, delivered by the courier. */
export const message = sqliteTable(
  'message',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    caseId: text('case_id').notNull(),
    receiver: text('receiver').notNull(),
    kind: text('kind').notNull(),
    body: text('body').notNull(),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    deliveredAt: integer('delivered_at'),
    /** After ten attempts: retried once a day, and blocks later messages of its case. */
    parkedAt: integer('parked_at'),
    settlement: text('settlement', { enum: settlements }),
    settledBy: text('settled_by'),
  },
  table => [
    index('message_waiting').on(table.seq).where(sql`delivered_at IS NULL`),
    index('message_order').on(table.receiver, table.caseId, table.seq),
    index('message_parked').on(table.caseId).where(sql`parked_at IS NOT NULL AND delivered_at IS NULL`),
  ],
)

/** Messages applied here; the row is in the batch of the effect. Those `settled` never will be. */
export const inbox = sqliteTable(
  'inbox',
  {
    sender: text('sender').notNull(),
    message: text('message').notNull(),
    at: integer('at').notNull(),
    settled: integer('settled', { mode: 'boolean' }).notNull().default(false),
  },
  table => [primaryKey({ columns: [table.sender, table.message] })],
)
