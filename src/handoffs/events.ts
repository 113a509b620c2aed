import { bodyName } from '../regions/runtime/names.ts'
import { reasonText } from '../regions/runtime/reasons.ts'
import { defineEvent } from '../requests/event-types.ts'
import { formatStep } from '../routing/format.ts'
import type { BodyRef, Resolution, TraceStep } from '../routing/types.ts'
import { timeoutKind } from './automatic/pending.ts'

export const TIMEOUT_ACTOR = `system:${timeoutKind.kind}`

export const handoffOffered = defineEvent<{
  readonly handoff: string
  readonly receiver: string
  readonly reason: string
  readonly text: string
}>({
  type: 'offered',
  publicText: 'hidden',
  staffText: ({ receiver, reason, text }, { region, language, t }) => ({
    title: t('work-event-offered', {
      to: bodyName(region, receiver),
      reason: reasonText(region, reason, language),
    }),
    text,
  }),
  auditText: 'audit-offered',
})

export const handoffAnswered = defineEvent<{
  readonly handoff: string
  readonly accepted: boolean
  readonly reason: string | null
  readonly text: string
}>({
  type: 'answered',
  publicText: 'hidden',
  staffText: ({ accepted, reason, text }, { region, language, t }) => {
    const because = reason === null ? '' : reasonText(region, reason, language)
    return {
      title: accepted ? t('work-event-accepted') : t('work-event-refused', { reason: because }),
      text,
    }
  },
  auditText: 'audit-answered',
})

export const handoffWithdrawn = defineEvent<{ readonly handoff: string }>({
  type: 'withdrawn',
  publicText: 'hidden',
  staffText: (_, { t }) => ({ title: t('work-event-withdrawn'), text: '' }),
  auditText: 'audit-withdrawn',
})

export const handoffTimedOut = defineEvent<{ readonly handoff: string }>({
  type: 'timed-out',
  publicText: 'hidden',
  staffText: (_, { t }) => ({ title: t('work-event-timed-out'), text: '' }),
  auditText: 'audit-timed-out',
})

export const handoffDecided = defineEvent<{
  readonly handoff: string
  readonly holder: string
  readonly text: string
}>({
  type: 'decided',
  publicText: 'hidden',
  staffText: ({ holder: id, text }, { region, t, actor }) => {
    const holder = bodyName(region, id)
    // The stored text of a timeout would only repeat the title.
    if (actor === TIMEOUT_ACTOR) return { title: t('work-event-not-decided', { holder }), text: '' }
    return { title: t('work-event-decided', { holder }), text }
  },
  auditText: 'audit-decided',
})

export const handoffGranted = defineEvent<{ readonly handoff: string; readonly receiver: string }>({
  type: 'granted',
  publicText: 'hidden',
  staffText: ({ receiver }, { region, t }) => ({
    title: t('work-event-granted', { to: bodyName(region, receiver) }),
    text: '',
  }),
  auditText: 'audit-granted',
})

export const messageUndelivered = defineEvent<{
  readonly message: string
  readonly receiver: string
  readonly settled: 'return' | 'skip'
}>({
  type: 'undelivered',
  publicText: 'hidden',
  staffText: ({ receiver, settled }, { region, t }) => ({
    title: t(`work-event-undelivered-${settled}`, { name: bodyName(region, receiver) }),
    text: '',
  }),
  auditText: 'audit-undelivered',
})

export const requestRelocated = defineEvent<{
  readonly from: string
  readonly to: string
  readonly changed: boolean
}>({
  type: 'relocated',
  publicText: ({ to, changed }, { t }) => ({
    title: changed ? t('event-relocated-to', { to }) : t('event-relocated'),
    text: '',
  }),
  staffText: 'as-public',
  auditText: 'audit-relocated',
  isEmailed: true,
})

export const previousPlace = defineEvent<{
  readonly lat: number | null
  readonly long: number | null
  readonly address: string | null
  readonly resolution: Resolution
}>({
  type: 'place-before',
  publicText: 'hidden',
  staffText: ({ lat, long, address }, { t }) => {
    const coordinates = lat === null || long === null ? '–' : `${lat}, ${long}`
    return { title: t('work-event-place-before', { place: address ?? coordinates }), text: '' }
  },
  auditText: 'audit-place-before',
})

/** Another body became responsible while the request was open (S7). `receiver`: to whom it is offered. */
export interface Rerouted {
  readonly from: BodyRef
  readonly to: BodyRef
  readonly because: Pick<TraceStep, 'code' | 'params'>
  readonly receiver: string | null
  readonly snapshot: string
}
export const requestRerouted = defineEvent<Rerouted>({
  type: 'rerouted',
  publicText: 'hidden',
  staffText: ({ from, to, because }, { region, t }) => ({
    title: t('work-event-rerouted', { from: from.name, to: to.name }),
    text: formatStep(t, region.units, because),
  }),
  auditText: 'audit-rerouted',
})

export const handoffEvents = [
  handoffOffered,
  handoffAnswered,
  handoffWithdrawn,
  handoffTimedOut,
  handoffDecided,
  handoffGranted,
  messageUndelivered,
  requestRelocated,
  previousPlace,
  requestRerouted,
] as const
