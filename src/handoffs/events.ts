import type { Translate } from '../core/i18n.ts'
import { roles } from '../identity/roles.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { bodyName } from '../regions/runtime/names.ts'
import { reasonText } from '../regions/runtime/reasons.ts'
import { defineEvent } from '../requests/event-types.ts'
import type { Status } from '../requests/schema.ts'
import { formatStep } from '../routing/format.ts'
import type { BodyRef, Resolution, TraceStep } from '../routing/types.ts'
import { timeoutKind } from './automatic/pending.ts'
import type { HandoffKind } from './schema.ts'

export const TIMEOUT_ACTOR = `system:${timeoutKind.kind}`

/** A resident says so of a closed case; without `to`, it was open again by then. */
export const notFixed = defineEvent<{
  readonly text: string
  readonly from?: Status
  readonly to?: Status
}>({
  type: 'not-fixed',
  publicText: ({ text, to }, { t }) => ({
    title: t(to === undefined ? 'event-not-fixed' : 'event-not-fixed-reopened'),
    text,
  }),
  staffText: 'as-public',
  auditText: 'audit-not-fixed',
  isEmailed: true,
  isGeoReportUpdate: true,
})

/** At the origin of a case that another jurisdiction holds. */
export const reopeningAsked = defineEvent<{ readonly text: string; readonly of: string }>({
  type: 'reopening-asked',
  publicText: 'hidden',
  staffText: ({ text, of }, { region, t }) => ({
    title: t('work-event-reopening-asked', { name: bodyName(region, of) }),
    text,
  }),
  auditText: 'audit-reopening-asked',
})

/** `kind` is absent in events of earlier versions. */
interface OfHandoff {
  readonly handoff: string
  readonly kind?: HandoffKind
}

export const handoffOffered = defineEvent<
  OfHandoff & {
    readonly receiver: string
    readonly reason: string
    readonly text: string
  }
>({
  type: 'offered',
  publicText: 'hidden',
  staffText: ({ kind = 'transfer', receiver, reason, text }, { region, language, t }) => ({
    title: t('work-event-offered', {
      kind,
      to: bodyName(region, receiver),
      reason: reasonText(region, reason, language),
    }),
    text,
  }),
  auditText: 'audit-offered',
})

export const handoffAnswered = defineEvent<
  OfHandoff & {
    readonly accepted: boolean
    readonly reason: string | null
    readonly text: string
    /** At the sender: of the person at the receiver who answered. */
    readonly role?: string | null
  }
>({
  type: 'answered',
  publicText: 'hidden',
  staffText: ({ kind = 'transfer', accepted, reason, text, role = null }, { region, language, t, actor }) => {
    if (accepted) return { title: t('work-event-accepted', { kind }), text }
    const because = reason === null ? '' : reasonText(region, reason, language)
    const title =
      region.jurisdiction(actor) === undefined
        ? t('work-event-refused', { kind, reason: because })
        : t('work-event-refused-by', { kind, reason: because, name: answererName(region, t, actor, role) })
    return { title, text }
  },
  auditText: 'audit-answered',
})

/** A body, and the role of the person there who answered where it is known. */
export function answererName(region: Region, t: Translate, body: string, role: string | null): string {
  const name = bodyName(region, body)
  const known = roles.find(one => one === role)
  return known === undefined ? name : t('work-body-role', { name, role: t(`work-role-${known}`) })
}

export const handoffWithdrawn = defineEvent<OfHandoff>({
  type: 'withdrawn',
  publicText: 'hidden',
  staffText: ({ kind = 'transfer' }, { t }) => ({ title: t('work-event-withdrawn', { kind }), text: '' }),
  auditText: 'audit-withdrawn',
})

export const handoffTimedOut = defineEvent<OfHandoff>({
  type: 'timed-out',
  publicText: 'hidden',
  staffText: ({ kind = 'transfer' }, { t }) => ({ title: t('work-event-timed-out', { kind }), text: '' }),
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

export const handoffGranted = defineEvent<OfHandoff & { readonly receiver: string }>({
  type: 'granted',
  publicText: 'hidden',
  staffText: ({ kind = 'transfer', receiver }, { region, t }) => ({
    title: t('work-event-granted', { kind, to: bodyName(region, receiver) }),
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
  notFixed,
  reopeningAsked,
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
