import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import type { Draft } from '../../requests/draft.ts'
import type { RoutingQuestion } from '../../routing/types.ts'
import { BackLink, Steps } from '../../web/components/components.tsx'
import { ChoiceField, ErrorSummary, type FieldMessage, titled } from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import { ANSWER, placeParams } from './form.ts'

export function RoutingQuestionPage({
  view,
  service,
  draft,
  question,
  errors,
}: {
  view: PageView
  service: ServiceDocument
  draft: Draft
  question: RoutingQuestion
  errors: readonly FieldMessage[]
}) {
  const { t } = view
  const path = `/report/${encodeURIComponent(service.code)}`
  const options = question.options.map(({ value, label, accountable }) => ({
    value,
    label,
    ...(label !== accountable.name && { note: t('question-whose', { name: accountable.name }) }),
  }))
  return (
    <Page view={view} title={titled(view, t(`question-${question.id}`), errors)} section="/report" personal>
      <div class="narrow">
        <BackLink href={view.href(path)}>{t('back-where')}</BackLink>
        <Steps view={view} current={2} />
        <ErrorSummary view={view} errors={errors} />
        <form action={view.href(`${path}/details`)} novalidate>
          {placeParams(draft).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <h1>{t(`question-${question.id}`)}</h1>
          <p>{t('question-why', { distance: view.distance(draft.accuracy) })}</p>
          <ChoiceField
            view={view}
            name={ANSWER + question.id}
            label={t('question-choose')}
            required
            values={[]}
            options={[...options, { value: '', label: t('question-unsure') }]}
            errors={errors}
          />
          <input type="hidden" name="asked" value="1" />
          <button class="usa-button usa-button--big" type="submit">
            {t('continue')}
          </button>
        </form>
      </div>
    </Page>
  )
}
