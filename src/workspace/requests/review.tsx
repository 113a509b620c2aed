import { isMessageKey } from '../../core/i18n.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { EMERGENCY, emergenciesAmong } from '../../requests/triage/reasons.ts'
import { Alert, Moment } from '../../web/components/components.tsx'
import { EmergencyAdvice } from '../../web/components/emergency.tsx'
import { ChoiceField, TextArea } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import { ActionForm, Fold, typedValue } from '../shell/form.tsx'
import { requestPath } from '../shell/frame.tsx'
import type { Parts } from './request-parts.tsx'

/** Why a request needs review, each reason once. */
export function triageTexts(view: PageView, { triageReasons }: Pick<RequestRow, 'triageReasons'>): string[] {
  const texts = triageReasons.map(reason => {
    const topic = reason.startsWith(EMERGENCY)
      ? view.site.region.emergencies.topic(reason.slice(EMERGENCY.length))
      : undefined
    if (topic !== undefined) return view.t('triage-emergency', { name: view.localize(topic.name) })
    const key = `triage-${reason}`
    return view.t(isMessageKey(key) ? key : 'triage-other')
  })
  return texts.length === 0 ? [view.t('triage-other')] : [...new Set(texts)]
}

export function NeedsReview({ view, whole: { request, isOpen, may }, zone }: Parts) {
  const { t } = view
  if (!request.triage || !isOpen) return null
  const topics = emergenciesAmong(view.site.region, request.triageReasons)
  return (
    <>
      {topics.length > 0 && <EmergencyAdvice view={view} topics={topics} />}
      <Alert type="warning" heading={t('work-mark-triage')}>
        <ul class="usa-list">
          {triageTexts(view, request).map(text => (
            <li>{text}</li>
          ))}
        </ul>
        {request.triageSince !== null && (
          <p>
            {t('work-triage-since')} <Moment view={view} at={request.triageSince} zone={zone} exact />
            {request.triageLevel > 0 && ` · ${t('work-event-escalated')}`}
          </p>
        )}
        {may('change') && (
          <p>
            <a class="usa-link" href="#review">
              {t('work-review')}
            </a>
          </p>
        )}
      </Alert>
    </>
  )
}

export function ReviewForm({ c, view, whole: { request, context }, formState }: Parts) {
  const { t } = view
  const errors = formState?.errors ?? []
  const options = (['urgent', 'not-urgent', 'later'] as const).map(value => ({
    value,
    label: t(`work-review-${value}`),
  }))
  const first = request.triage ? '' : request.urgent ? 'urgent' : 'not-urgent'
  return (
    <div id="review">
      <Fold title={t('work-review')} open={request.triage || formState?.sent.action === 'review'}>
        <ActionForm
          {...{ c, view }}
          version={request.version}
          action={`${requestPath(context, request.id)}/review`}
        >
          <ChoiceField
            {...{ view, errors, options }}
            name="review.as"
            label={t('work-review-as')}
            required
            values={[typedValue(formState, 'review', 'as', first)]}
          />
          <TextArea
            {...{ view, errors }}
            name="review.text"
            label={t('work-review-text')}
            required={false}
            rows={2}
            value={typedValue(formState, 'review', 'text')}
          />
          <button class="usa-button" type="submit">
            {t('work-review-go')}
          </button>
        </ActionForm>
      </Fold>
    </div>
  )
}
