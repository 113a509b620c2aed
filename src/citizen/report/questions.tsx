import type { QuestionDocument, ServiceDocument } from '../../regions/documents/schemas/services.ts'
import type { Draft } from '../../requests/draft.ts'
import type { RoutingQuestion } from '../../routing/types.ts'
import { BackLink, Steps } from '../../web/components/components.tsx'
import {
  ChoiceField,
  ErrorSummary,
  type FieldMessage,
  SelectField,
  TextArea,
  TextField,
  titled,
} from '../../web/components/fields.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import { ANSWER, placeParams } from './form.ts'

const MAX_TILES = 8

interface Props {
  view: PageView
  service: ServiceDocument
  answers: Draft['answers']
  errors: readonly FieldMessage[]
}

export function QuestionFields({ view, service, answers, errors }: Props) {
  return (
    <>
      {(service.questions ?? []).map(question => (
        <QuestionField view={view} question={question} given={answers[question.code] ?? []} errors={errors} />
      ))}
    </>
  )
}

function QuestionField({
  view,
  question,
  given,
  errors,
}: {
  view: PageView
  question: QuestionDocument
  given: readonly string[]
  errors: readonly FieldMessage[]
}) {
  const { type, code, options = [] } = question
  if (type === 'notice') return <p class="notice">{view.localize(question.label)}</p>
  const shared = {
    view,
    name: ANSWER + code,
    label: view.localize(question.label),
    hint: question.hint && view.localize(question.hint),
    required: question.required ?? false,
    errors,
  }
  const value = given[0] ?? ''
  const choices = options.map(({ key, label }) => ({ value: key, label: view.localize(label) }))
  switch (type) {
    case 'paragraph':
      return <TextArea {...shared} value={value} />
    case 'choice':
      return options.length > MAX_TILES ? (
        <SelectField {...shared} values={given} options={choices} />
      ) : (
        <ChoiceField {...shared} values={given} options={choices} />
      )
    case 'choices':
      return <ChoiceField {...shared} values={given} options={choices} multiple />
    case 'date':
      return <TextField {...shared} value={value} type="date" />
    case 'number':
      return <TextField {...shared} value={value} inputmode="decimal" />
    case 'text':
      return <TextField {...shared} value={value} />
  }
}

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
