import { defineEvent, type StoredEvent } from '../requests/event-types.ts'
import type { CloseReason, Status } from '../requests/schema.ts'

export type ForwardMethod = 'open311' | 'email'
export type PartnerStatus = 'acknowledged' | 'in_progress' | 'done' | 'reopened' | 'not-ours' | 'note'

export const requestForwarded = defineEvent<{
  readonly partner: string
  readonly name: string
  readonly method: ForwardMethod
  readonly receipt: string
}>({
  type: 'forwarded',
  publicText: ({ name, method, receipt }, { t }) => ({
    title: t('event-forwarded', { name, method, receipt }),
    text: '',
  }),
  staffText: 'as-public',
  auditText: 'audit-forwarded',
  isEmailed: true,
})

export const forwardFailed = defineEvent<{
  readonly partner: string
  readonly name: string
  readonly method: ForwardMethod
}>({
  type: 'forward-failed',
  publicText: ({ name }, { t }) => ({ title: t('event-forward-failed', { name }), text: '' }),
  staffText: 'as-public',
  auditText: 'audit-forward-failed',
})

/** `from`, `to` and `reason` only if the status changed. */
export const partnerUpdated = defineEvent<{
  readonly partner: string
  readonly name: string
  readonly said: PartnerStatus
  readonly text: string
  readonly from?: Status | undefined
  readonly to?: Status | undefined
  readonly reason?: CloseReason | undefined
}>({
  type: 'partner',
  publicText: ({ said, name, text }, { t }) => ({
    title: said === 'not-ours' ? t('event-partner-returned', { name }) : t('event-partner', { said, name }),
    text,
  }),
  staffText: 'as-public',
  auditText: 'audit-partner',
  isEmailed: true,
  isGeoReportUpdate: true,
})

export const checkedBack = defineEvent<{ readonly name: string }>({
  type: 'check-back',
  publicText: (_, { t }) => ({ title: t('event-check-back'), text: '' }),
  staffText: 'as-public',
  auditText: 'audit-check-back',
  isEmailed: true,
})

export const checkBackAnswered = defineEvent<{ readonly solved: boolean }>({
  type: 'check-back-answer',
  publicText: ({ solved }, { t }) => ({
    title: t('event-check-back-answer', { solved: solved ? 'yes' : 'no' }),
    text: '',
  }),
  staffText: 'as-public',
  auditText: 'audit-check-back-answer',
})

/** Where the request stands with its partner, by what residents may read; undefined before the first attempt ends. */
export function deliveryIn(timeline: readonly StoredEvent[]): 'sent' | 'failed' | undefined {
  const last = timeline.findLast(({ type }) => type === requestForwarded.type || type === forwardFailed.type)
  return last && (last.type === forwardFailed.type ? 'failed' : 'sent')
}

export const partnerEvents = [
  requestForwarded,
  forwardFailed,
  partnerUpdated,
  checkedBack,
  checkBackAnswered,
] as const
