import { type SQL, sql } from 'drizzle-orm'
import { ring } from '../core/jobs.ts'
import type { Answer } from '../requests/draft.ts'
import type { CaseFacts } from '../requests/duplicates.ts'
import type { CloseReason, duplicate, Status } from '../requests/schema.ts'
import type { HandoffKind } from './schema.ts'

/**
 * What jurisdictions tell each other. Every message says enough to be understood on its own, so that one which comes
 * late, twice or out of order changes nothing that it should not.
 */
export type Message =
  | ({ readonly kind: 'offer' } & Offer)
  /** From the receiver: accepted, or refused with a reason and perhaps a better address. */
  | {
      readonly kind: 'answer'
      readonly handoff: string
      readonly accepted: boolean
      readonly reason: string | null
      readonly text: string
      readonly counter: string | null
      readonly answeredAt: number
    }
  /** From the sender, to whoever has it before them: the offer no longer stands. */
  | ({
      readonly kind: 'withdraw'
      readonly side: 'receiver' | 'arbitrator'
      readonly why: 'withdrawn' | 'timed-out'
    } & Offer)
  /** From the sender, in the batch in which it gives up custody: from here on the receiver holds it. */
  | ({ readonly kind: 'grant' } & Offer)
  /** From the sender to the arbitrator, with everything that was tried. */
  | ({ readonly kind: 'appeal'; readonly tried: readonly Attempt[] } & Offer)
  | { readonly kind: 'decision'; readonly handoff: string; readonly holder: string; readonly text: string }
  /** From whoever has a share of a case to its origin. */
  | { readonly kind: 'progress'; readonly share: ShareNews; readonly events: readonly ToldEvent[] }
  | DuplicateMessage

/** About two cases that are one (S12). `of` is the receiver's case, `facts` are the sender's; an earlier `round` changes nothing any more. */
export type DuplicateMessage =
  /** From the holder of one case to that of another, by way of its origin. */
  | {
      readonly kind: 'duplicate-proposed'
      readonly of: string
      readonly round: number
      readonly facts: CaseFacts
      readonly text: string
      readonly at: number
    }
  | {
      readonly kind: 'duplicate-answer'
      readonly of: string
      readonly round: number
      readonly facts: CaseFacts
      /** The number of the case that goes on; null: declined. */
      readonly survivor: string | null
      readonly text: string
      readonly at: number
    }
  /** Taken back or undone, by either. */
  | {
      readonly kind: 'duplicate-unlinked'
      readonly of: string
      readonly round: number
      readonly facts: CaseFacts
      readonly text: string
      readonly at: number
    }
  /** From the holder of a duplicate to the origin of the case that goes on: whom to tell of it, until it `ends`. */
  | {
      readonly kind: 'follow-along'
      readonly of: string
      readonly round: number
      readonly follower: string
      readonly jurisdiction: string
      readonly ends: boolean
    }
  /** From there to the duplicate's origin: how the case `survivor` stands. */
  | {
      readonly kind: 'followed'
      readonly of: string
      readonly survivor: string
      readonly status: Status
      readonly reason: CloseReason | null
      /** Names what is told. */
      readonly news: string
    }

export interface Offer {
  readonly handoff: string
  readonly type: HandoffKind
  readonly sender: string
  readonly receiver: string
  readonly reason: string
  readonly text: string
  readonly agreement: string | null
  readonly offeredAt: number
  readonly answerBy: number | null
  readonly content: CrossingContent
}

export interface Attempt {
  readonly receiver: string
  readonly state: string
  readonly reason: string | null
  readonly text: string | null
  readonly counter: string | null
}

/** The fields that cross (S14). Private notes never do; contact details only at the grant, and by consent. */
export interface CrossingContent {
  readonly caseId: string
  readonly origin: string
  readonly trail: readonly string[]
  readonly serviceCode: string
  readonly serviceName: string
  readonly description: string
  readonly address: string | null
  readonly addressId: string | null
  readonly zipcode: string | null
  readonly lat: number | null
  readonly long: number | null
  readonly accuracy: number
  readonly answers: readonly Answer[]
  readonly private: boolean
  readonly urgent: boolean
  readonly resolution: string
  readonly accountable: string
  /** A person has still to judge it. */
  readonly triage: boolean
  readonly channel: string
  readonly language: string
  readonly incidentAt: number | null
  readonly requestedAt: number
  readonly status: Status
  readonly photos: readonly { readonly id: string; readonly type: string; readonly bytes: number }[]
  readonly contact: {
    readonly firstName: string | null
    readonly lastName: string | null
    readonly email: string | null
    readonly phone: string | null
  } | null
  readonly timeline: readonly ToldEvent[]
  /** What has been said about this case and others being one (S12). It is the holder's to go on with: none before the grant. */
  readonly links: readonly CrossingLink[]
}

export type CrossingLink = Omit<typeof duplicate.$inferSelect, 'caseId' | 'request'>

/** A public event as another jurisdiction is told of it. */
export interface ToldEvent {
  readonly source: string
  readonly sourceSeq: number
  readonly type: string
  readonly at: number
  readonly payload: string
}

export interface ShareNews {
  readonly caseId: string
  readonly jurisdiction: string
  readonly request: string
  readonly status: Status
  readonly closeReason: CloseReason | null
  readonly agency: string
  readonly held: boolean
  /** Where it is: its holder may have put that right. */
  readonly place: Pick<CrossingContent, 'lat' | 'long' | 'accuracy' | 'address' | 'resolution'>
  readonly receivedAt: number
  readonly expectedAt: number | null
  readonly updatedAt: number
  readonly version: number
}

export const COURIER = 'courier'

/** The steps that put a message into the outbox, in the batch of the change that it tells of. `id` names it for ever. */
export function post(id: string, caseId: string, receiver: string, message: Message, at: number): SQL[] {
  const { kind, ...body } = message
  return [
    sql`INSERT OR IGNORE INTO message (id, case_id, receiver, kind, body, created_at, due_at)
      VALUES (${id}, ${caseId}, ${receiver}, ${kind}, ${JSON.stringify(body)}, ${at}, ${at})`,
    ring(COURIER, at),
  ]
}
