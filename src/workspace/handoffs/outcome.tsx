import { answererName } from '../../handoffs/events.ts'
import type { SeenHandoff } from '../../handoffs/find.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { reasonText } from '../../regions/runtime/reasons.ts'
import { Moment } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import type { StaffContext } from '../shell/context.ts'
import { requestPath, zoneOf } from '../shell/frame.tsx'

interface Props {
  view: PageView
  context: StaffContext
  row: SeenHandoff
}

/** Who answered an offer, when, why, and whom they suggest. */
export function Outcome({ view, context, row }: Props) {
  const { t, site, language } = view
  const { state, kind, sender, receiver, answerReason, answerText, answeredAt, counter } = row
  const isLate = state === 'timed-out' && !row.answered
  if (!row.answered && !isLate && state !== 'kept') return null
  // A first refusal has an answer of its own; what the arbitrator then decides comes on top.
  const isRefusal = row.answered && row.side !== 'arbitrator' && state !== 'accepted' && state !== 'granted'
  const name = answererName(site.region, t, receiver, row.answerRole)
  return (
    <div class="outcome">
      <p>
        {isRefusal && <strong>{t('work-declined-by', { kind, name })}</strong>}
        {isLate && <strong>{t('work-late-by', { name: bodyName(site.region, receiver) })}</strong>}
        {!isRefusal && !isLate && <span class="mark">{t(`work-handoff-${state}`)}</span>}{' '}
        {answeredAt !== null && <Moment view={view} at={answeredAt} zone={zoneOf(view, context)} exact />}
      </p>
      {answerReason !== null && (
        <p>{t('work-declined-reason', { reason: reasonText(site.region, answerReason, language) })}</p>
      )}
      {row.answered && answerText === null && <p class="usa-hint">{t('work-notes-hidden')}</p>}
      {answerText && (
        <p class="case__text" dir="auto">
          {answerText}
        </p>
      )}
      {counter !== null && <p>{t('work-counter', { name: bodyName(site.region, counter) })}</p>}
      {state === 'kept' && <p>{t('work-kept-text', { sender: bodyName(site.region, sender) })}</p>}
    </div>
  )
}

/** For the sender of an offer that nobody took. */
export function NextStep({ view, context, row }: Props) {
  const { t } = view
  const isDeclined = row.state === 'refused' || row.state === 'timed-out' || row.state === 'kept'
  if (row.side !== 'sender' || row.request === null || !isDeclined) return null
  return (
    <p>
      {t('work-declined-next', { kind: row.kind })}{' '}
      <a class="usa-link" href={view.href(`${requestPath(context, row.request)}#actions`)}>
        {t('work-declined-open', { number: row.request })}
      </a>
    </p>
  )
}
