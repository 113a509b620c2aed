import * as v from 'valibot'
import { insertOne, type JobStep } from '../core/database/handles.ts'
import { enqueueJob, jobKind } from '../core/database/jobs.ts'
import type { Translate } from '../core/i18n.ts'
import { publicReason } from '../regions/runtime/reasons.ts'
import { defineEvent, type EventType, readEvent, type StoredEvent } from './event-types.ts'
import { type CloseReason, event, type LinkState, type Status } from './schema.ts'

export const reportSubmitted = defineEvent<{
  readonly channel: string
  readonly accountable: string
  readonly basis: string
}>({
  type: 'submitted',
  publicText: (_, { t }) => ({ title: t('event-submitted'), text: '' }),
  staffText: 'as-public',
  auditText: 'audit-submitted',
  isEmailed: true,
})

/** Past requests of another system that a jurisdiction used before. */
export const requestImported = defineEvent<{ readonly source: string; readonly externalId: string }>({
  type: 'imported',
  publicText: (_, { t }) => ({ title: t('event-imported'), text: '' }),
  staffText: ({ source, externalId }, { t }) => ({
    title: t('event-imported'),
    text: t('event-imported-from', { source, id: externalId }),
  }),
  auditText: 'audit-imported-request',
})

export interface StatusChange {
  readonly from: Status
  readonly to: Status
  readonly reason?: CloseReason | undefined
  readonly text: string
  /** Of a duplicate: the case that it duplicates. */
  readonly of?: string | undefined
}
export const statusChanged = defineEvent<StatusChange>({
  type: 'status',
  publicText: ({ from, to, reason, text, of: number }, { t }) => {
    if (number !== undefined)
      return { title: t(to === 'closed' ? 'event-duplicate' : 'event-not-duplicate', { number }), text }
    return { title: statusTitle(t, { from, to, reason }), text }
  },
  staffText: 'as-public',
  auditText: 'audit-status',
  isEmailed: true,
  isGeoReportUpdate: true,
})

type Step = { [Member in 'from' | 'to' | 'reason']?: StatusChange[Member] | undefined }

export function isReopening({ from, to }: Step): boolean {
  return from === 'closed' && to !== undefined && to !== 'closed'
}

function statusTitle(t: Translate, step: Step & { readonly to: Status }): string {
  const { to, reason } = step
  if (isReopening(step)) return t('event-reopened')
  return to === 'closed' && reason !== undefined ? t(`closed-${reason}`) : t(`event-${to}`)
}

export const originalUpdated = defineEvent<{
  readonly of: string
  readonly status: Status
  readonly reason: CloseReason | null
  /** The status of which the duplicate was informed before. */
  readonly from?: Status | undefined
}>({
  type: 'followed',
  publicText: ({ of, status: to, reason, from }, { t }) => ({
    title: t('event-followed', {
      number: of,
      what: statusTitle(t, { from, to, reason: reason ?? undefined }),
    }),
    text: '',
  }),
  staffText: 'as-public',
  auditText: 'audit-followed',
  isEmailed: true,
})

/** A duplicate of this case is informed of it from now on, or no longer. */
export const duplicateInformed = defineEvent<{ readonly number: string; readonly ends: boolean }>({
  type: 'follower',
  publicText: 'hidden',
  staffText: ({ number }, { t }) => ({ title: t('work-event-follower', { number }), text: '' }),
  auditText: 'audit-follower',
})

export const duplicateLinked = defineEvent<{
  readonly of: string
  readonly state: LinkState
  readonly text: string
}>({
  type: 'duplicate',
  publicText: 'hidden',
  staffText: ({ of: number, state, text }, { t }) => ({
    title: t(`work-event-link-${state}`, { number }),
    text,
  }),
  auditText: 'audit-duplicate',
})

export const noteAdded = defineEvent<{ readonly text: string }>({
  type: 'note',
  publicText: ({ text }, { t }) => ({ title: t('event-note'), text }),
  staffText: ({ text }, { t, public: isPublic }) => ({
    title: t(isPublic ? 'event-note' : 'work-event-note'),
    text,
  }),
  auditText: 'audit-note',
  isEmailed: true,
  isGeoReportUpdate: true,
})

/** By an operator, from a backup: what happened since may be missing. `asOf`: milliseconds. */
export const requestRestored = defineEvent<{ readonly asOf: number }>({
  type: 'restored',
  publicText: 'hidden',
  staffText: (_, { t }) => ({ title: t('work-event-restored'), text: '' }),
  auditText: 'audit-restored',
})

export const caseReceived = defineEvent<{
  readonly kind: 'transfer' | 'share'
  readonly from: string
  readonly reason: string
  readonly agency: string
}>({
  type: 'received',
  publicText: ({ kind, agency, reason }, { region, language, t }) => ({
    title: t(kind === 'share' ? 'event-shared' : 'event-received', { agency }),
    text: publicReason(region, reason, language),
  }),
  staffText: 'as-public',
  auditText: 'audit-received',
  isEmailed: true,
})

export const requestReviewed = defineEvent<{
  readonly urgent: boolean
  readonly review: boolean
  readonly text: string
}>({
  type: 'reviewed',
  publicText: 'hidden',
  staffText: ({ urgent, review, text }, { t }) => ({
    title: t(review ? 'work-event-review' : urgent ? 'work-event-urgent' : 'work-event-not-urgent'),
    text,
  }),
  auditText: 'audit-reviewed',
})

export const triageEscalated = defineEvent<{ readonly level: number }>({
  type: 'triage-escalated',
  publicText: 'hidden',
  staffText: (_, { t }) => ({ title: t('work-event-escalated'), text: '' }),
  auditText: 'audit-escalated',
})

export const rolledUp = defineEvent<{ readonly status: Status }>({
  type: 'rolled-up',
  publicText: 'hidden',
  staffText: ({ status }, { t }) => ({
    title: t('work-event-rolled-up', { status: t(`status-${status}`) }),
    text: '',
  }),
  auditText: 'audit-rolled-up',
})

/** A resident proved by its address that the report is theirs. */
export const reportClaimed = defineEvent<Record<never, never>>({
  type: 'claimed',
  publicText: 'hidden',
  staffText: 'hidden',
  auditText: 'audit-claimed',
})

export const contactsErased = defineEvent<{ readonly why: 'asked' | 'retention' }>({
  type: 'contacts-erased',
  publicText: 'hidden',
  staffText: 'hidden',
  auditText: 'audit-contacts-erased',
})

export const requestEvents = [
  reportSubmitted,
  requestImported,
  statusChanged,
  originalUpdated,
  duplicateInformed,
  duplicateLinked,
  noteAdded,
  requestRestored,
  caseReceived,
  requestReviewed,
  triageEscalated,
  rolledUp,
  reportClaimed,
  contactsErased,
] as const

export function lastOf<Payload extends object>(
  timeline: readonly StoredEvent[],
  type: EventType<Payload>,
): Payload | undefined {
  const row = timeline.findLast(row => row.type === type.type)
  return row && readEvent(type, row)
}

export interface EventEntry {
  readonly request: string
  readonly actor: string
  readonly at: number
  readonly public: boolean
}

/** In the batch of the change that it reports. A job seals it (`audit/seal.ts`). */
export function appendEvent<Payload extends object>(
  { type }: EventType<Payload>,
  payload: Payload,
  entry: EventEntry,
): JobStep {
  return { forJob: insertOne(event, { ...entry, type, payload: JSON.stringify(payload) }) }
}

// Consumers of the log, each with a cursor of its own.

export const publishKind = jobKind('publish')
export const syncOriginKind = jobKind('sync-origin')
export const notifyKind = jobKind('notify')

/** One job for each request and partner. */
export const forwardKind = jobKind(
  'forward',
  v.object({ request: v.string(), partner: v.string() }),
  ({ request, partner }) => `${request}:${partner}`,
)

export const autoTransferKind = jobKind(
  'auto-transfer',
  v.object({ request: v.string() }),
  ({ request }) => request,
)

export function enqueueLogConsumers(at: number): JobStep[] {
  return [enqueueJob(publishKind, at), enqueueJob(syncOriginKind, at), enqueueJob(notifyKind, at)]
}
