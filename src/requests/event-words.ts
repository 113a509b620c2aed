import { type Translate, translator } from '../core/i18n.ts'
import type { Region } from '../regions/compile.ts'
import { publicReason } from '../regions/reasons.ts'
import type { RequestEvent } from './events.ts'
import type { EventRow } from './find.ts'
import type { CloseReason, Status } from './schema.ts'

/** An event as residents read it, on the case's page and in letters. */
export interface EventWords {
  readonly title: string
  /** What somebody wrote about it; empty when nobody did. */
  readonly words: string
}

/** Undefined for what is not told to residents. */
export function eventWords(
  region: Region,
  language: string,
  { type, payload }: Pick<EventRow, 'type' | 'payload'>,
): EventWords | undefined {
  const t = translator(language)
  const event = { type, ...JSON.parse(payload) } as RequestEvent
  switch (event.type) {
    case 'submitted':
      return { title: t('event-submitted'), words: '' }
    case 'status': {
      const { to, reason, of: number, text: words } = event
      if (number === undefined) return { title: statusTitle(t, to, reason), words }
      return { title: t(to === 'closed' ? 'event-duplicate' : 'event-not-duplicate', { number }), words }
    }
    case 'followed': {
      const what = statusTitle(t, event.status, event.reason ?? undefined)
      return { title: t('event-followed', { number: event.of, what }), words: '' }
    }
    case 'note':
      return { title: t('event-note'), words: event.text }
    case 'relocated':
      return {
        title: event.changed ? t('event-relocated-to', { to: event.to }) : t('event-relocated'),
        words: '',
      }
    case 'received': {
      const title = event.kind === 'share' ? 'event-shared' : 'event-received'
      return {
        title: t(title, { agency: event.agency }),
        words: publicReason(region, event.reason, language),
      }
    }
    case 'forwarded': {
      const { name, method, receipt } = event
      return { title: t('event-forwarded', { name, method, receipt }), words: '' }
    }
    case 'partner': {
      const { said, name, text } = event
      const isBack = said === 'not-ours'
      return {
        title: isBack ? t('event-partner-returned', { name }) : t('event-partner', { said, name }),
        words: text,
      }
    }
    case 'check-back':
      return { title: t('event-check-back'), words: '' }
    case 'check-back-answer':
      return { title: t('event-check-back-answer', { solved: event.solved ? 'yes' : 'no' }), words: '' }
    default:
      return undefined
  }
}

function statusTitle(t: Translate, to: Status, reason: CloseReason | undefined): string {
  return to === 'closed' && reason !== undefined ? t(`closed-${reason}`) : t(`event-${to}`)
}
