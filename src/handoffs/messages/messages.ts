import { sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import type { CaseFacts } from '../../requests/case/duplicates.ts'
import type { GivenAnswer } from '../../requests/draft.ts'
import type { CloseReason, duplicate, Status, TriageReason } from '../../requests/schema.ts'
import type { Resolution } from '../../routing/types.ts'
import type { HandoffKind } from '../schema.ts'

/** Each message is complete in itself, so that late, repeated and reordered ones do no harm. */
export type Message =
  | ({ readonly kind: 'offer' } & Offer)
  /** `counter` suggests another receiver. */
  | {
      readonly kind: 'answer'
      readonly handoff: string
      readonly accepted: boolean
      readonly reason: string | null
      readonly text: string
      readonly counter: string | null
      /** Absent in messages of earlier versions. */
      readonly role?: string | null
      readonly answeredAt: number
    }
  | ({
      readonly kind: 'withdraw'
      readonly side: 'receiver' | 'arbitrator'
      readonly why: 'withdrawn' | 'timed-out'
    } & Offer<EndedContent>)
  /** Sent in the batch that gives up custody: from then on the receiver holds the request. */
  | ({ readonly kind: 'grant' } & Offer)
  | ({ readonly kind: 'appeal'; readonly tried: readonly Attempt[] } & Offer)
  | { readonly kind: 'decision'; readonly handoff: string; readonly holder: string; readonly text: string }
  /** A resident says that the case `of` is not fixed. To its holder, by way of its earlier ones. */
  | {
      readonly kind: 'reopen'
      readonly of: string
      readonly text: string
      readonly photos: CrossingContent['photos']
      readonly askedAt: number
    }
  | { readonly kind: 'rating'; readonly of: string; readonly score: number; readonly ratedAt: number }
  | { readonly kind: 'progress'; readonly share: ShareUpdate; readonly events: readonly RelayedEvent[] }
  | DuplicateMessage

/** `of` is the receiver's case, `facts` are the sender's (S12); an outdated `round` is ignored. */
export type DuplicateMessage =
  /** To the other case's holder, by way of its origin. */
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
      readonly survivor: string | null
      readonly text: string
      readonly at: number
    }
  | {
      readonly kind: 'duplicate-unlinked'
      readonly of: string
      readonly round: number
      readonly facts: CaseFacts
      readonly text: string
      readonly at: number
    }
  /** From a duplicate's holder to the surviving case's origin. */
  | {
      readonly kind: 'follow-along'
      readonly of: string
      readonly round: number
      readonly follower: string
      readonly jurisdiction: string
      readonly ends: boolean
    }
  | {
      readonly kind: 'followed'
      readonly of: string
      readonly survivor: string
      readonly status: Status
      readonly reason: CloseReason | null
      readonly news: string
    }

export interface Offer<Content = CrossingContent> {
  readonly handoff: string
  readonly type: HandoffKind
  readonly sender: string
  readonly receiver: string
  readonly reason: string
  readonly text: string
  readonly agreement: string | null
  readonly offeredAt: number
  readonly answerBy: number | null
  readonly content: Content
}

export interface Attempt {
  readonly receiver: string
  readonly state: string
  readonly reason: string | null
  readonly text: string | null
  readonly counter: string | null
}

export interface CrossingPhoto {
  readonly id: string
  readonly type: string
  readonly bytes: number
  /** As of the row in `media`; absent in messages of earlier versions. */
  readonly private?: boolean
}

/** Never internal notes; contact details only at the grant and by consent (S14). */
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
  readonly answers: readonly GivenAnswer[]
  readonly private: boolean
  readonly urgent: boolean
  /** JSON: `crossedResolution` reads it. */
  readonly resolution: string
  readonly accountable: string
  readonly triage: boolean
  readonly triageReasons: readonly TriageReason[]
  readonly channel: string
  readonly language: string
  readonly incidentAt: number | null
  readonly requestedAt: number
  readonly status: Status
  readonly photos: readonly CrossingPhoto[]
  /** Id of the sender's `person`; the courier reads it, so that messages contain no contact details. */
  readonly person: string | null
  readonly timeline: readonly RelayedEvent[]
  /** Duplicate links (S12); empty before the grant. */
  readonly links: readonly CrossingLink[]
}

/** What remains after an end without custody (`offer-content.ts`). */
export type EndedContent = Pick<CrossingContent, 'caseId' | 'serviceCode' | 'serviceName'> & {
  readonly erased: true
}

/** `facts` and `before` cross as JSON. */
export type CrossingLink = Omit<typeof duplicate.$inferSelect, 'caseId' | 'request' | 'facts' | 'before'> & {
  readonly facts: string | null
  readonly before: string | null
}

export interface RelayedEvent {
  readonly source: string
  readonly sourceSeq: number
  readonly type: string
  readonly at: number
  readonly payload: string
}

export interface ShareUpdate {
  readonly caseId: string
  readonly jurisdiction: string
  readonly request: string
  readonly status: Status
  readonly closeReason: CloseReason | null
  readonly agency: string
  readonly held: boolean
  readonly place?: Pick<CrossingContent, 'lat' | 'long' | 'accuracy' | 'address' | 'resolution'>
  readonly receivedAt: number
  readonly expectedAt: number | null
  readonly updatedAt: number
  readonly version: number
}

const emptyContent: CrossingContent = {
  caseId: '',
  origin: '',
  trail: [],
  serviceCode: '',
  serviceName: '',
  description: '',
  address: null,
  addressId: null,
  zipcode: null,
  lat: null,
  long: null,
  accuracy: 0,
  answers: [],
  private: true,
  urgent: false,
  resolution: '{}',
  accountable: '',
  triage: true,
  triageReasons: [],
  channel: 'web',
  language: 'en',
  incidentAt: null,
  requestedAt: 0,
  status: 'submitted',
  photos: [],
  person: null,
  timeline: [],
  links: [],
}

export function crossedResolution({ resolution }: Pick<CrossingContent, 'resolution'>): Resolution {
  return JSON.parse(resolution) as Resolution
}

/** Defaults replace fields that messages of older versions lack. */
export function readMessage(kind: string, body: string): Message {
  const stored = JSON.parse(body) as Partial<Offer>
  if (stored.content === undefined) return { kind, ...stored } as Message
  const content = { ...emptyContent, ...stored.content }
  return { agreement: null, answerBy: null, text: '', kind, ...stored, content } as Message
}

export const courierKind = jobKind('courier')

/** `id` must be the same for every attempt, and is never reused. */
export function enqueueMessage(
  id: string,
  caseId: string,
  receiver: string,
  message: Message,
  at: number,
): Step[] {
  const { kind, ...body } = message
  return [
    sql`INSERT OR IGNORE INTO message (id, case_id, receiver, kind, body, created_at, due_at)
      VALUES (${id}, ${caseId}, ${receiver}, ${kind}, ${JSON.stringify(body)}, ${at}, ${at})`,
    enqueueJob(courierKind, at),
  ]
}
