import { TIMEOUT_ACTOR } from '../handoffs/timeout.ts'
import { reasonText } from '../regions/reasons.ts'
import { type EventWords, eventWords } from '../requests/event-words.ts'
import type { RequestEvent } from '../requests/events.ts'
import type { EventRow } from '../requests/find.ts'
import { sayStep } from '../routing/say.ts'
import type { View } from '../web/view.ts'
import { bodyName } from './names.ts'

/** An event as staff read it: the public ones as residents do, and those of their own eyes. */
export function staffWords(view: View, row: EventRow): EventWords | undefined {
  const { t, site, language } = view
  const { region } = site
  const event = { type: row.type, ...JSON.parse(row.payload) } as RequestEvent
  const body = (id: string) => bodyName(region, id)
  switch (event.type) {
    case 'note':
      return row.public
        ? eventWords(region, language, row)
        : { title: t('work-event-note'), words: event.text }
    case 'offered': {
      const reason = reasonText(region, event.reason, language)
      return { title: t('work-event-offered', { to: body(event.receiver), reason }), words: event.text }
    }
    case 'answered': {
      const reason = event.reason === null ? '' : reasonText(region, event.reason, language)
      const title = event.accepted ? t('work-event-accepted') : t('work-event-refused', { reason })
      return { title, words: event.text }
    }
    case 'withdrawn':
      return { title: t('work-event-withdrawn'), words: '' }
    case 'timed-out':
      return { title: t('work-event-timed-out'), words: '' }
    case 'decided': {
      const holder = body(event.holder)
      // The rule's own words on file would say it twice.
      if (row.actor === TIMEOUT_ACTOR) return { title: t('work-event-not-decided', { holder }), words: '' }
      return { title: t('work-event-decided', { holder }), words: event.text }
    }
    case 'granted':
      return { title: t('work-event-granted', { to: body(event.receiver) }), words: '' }
    case 'duplicate':
      return { title: t(`work-event-link-${event.state}`, { number: event.of }), words: event.text }
    case 'place-before':
      return { title: t('work-event-place-before', { place: event.address ?? pair(event) }), words: '' }
    case 'rerouted': {
      const title = t('work-event-rerouted', { from: event.from.name, to: event.to.name })
      return { title, words: sayStep(t, event.because) }
    }
    case 'follower':
      return { title: t('work-event-follower', { number: event.number }), words: '' }
    case 'rolled-up':
      return { title: t('work-event-rolled-up', { status: t(`status-${event.status}`) }), words: '' }
    default:
      return eventWords(region, language, row)
  }
}

function pair({ lat, long }: { readonly lat: number | null; readonly long: number | null }): string {
  return lat === null || long === null ? '–' : `${lat}, ${long}`
}
