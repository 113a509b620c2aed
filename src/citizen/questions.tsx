import type { QuestionDocument, ServiceDocument } from '../regions/documents.ts'
import type { Draft } from '../requests/draft.ts'
import type { RoutingQuestion } from '../routing/types.ts'
import { BackLink, Steps } from '../web/components.tsx'
import {
  ChoiceField,
  FaultSummary,
  type FieldMessage,
  SelectField,
  TextArea,
  TextField,
  titled,
} from '../web/fields.tsx'
import { Page } from '../web/layout.tsx'
import type { View } from '../web/view.ts'
import { ANSWER, placeParams } from './form.ts'

/** Beyond this, tiles become a list to open. */
const MOST_TILES = 8

interface Props {
  view: View
  service: ServiceDocument
  answers: Draft['answers']
  faults: readonly FieldMessage[]
}

/** The service's own questions, in its order. */
export function QuestionFields({ view, service, answers, faults }: Props) {
  return (
    <>
      {(service.questions ?? []).map(question => (
        <QuestionField view={view} question={question} given={answers[question.code] ?? []} faults={faults} />
      ))}
    </>
  )
}

function QuestionField({
  view,
  question,
  given,
  faults,
}: {
  view: View
  question: QuestionDocument
  given: readonly string[]
  faults: readonly FieldMessage[]
}) {
  const { type, code, options = [] } = question
  if (type === 'notice') return <p class="notice">{view.say(question.label)}</p>
  const shared = {
    view,
    name: ANSWER + code,
    label: view.say(question.label),
    hint: question.hint && view.say(question.hint),
    required: question.required ?? false,
    faults,
  }
  const value = given[0] ?? ''
  const choices = options.map(({ key, label }) => ({ value: key, label: view.say(label) }))
  switch (type) {
    case 'paragraph':
      return <TextArea {...shared} value={value} />
    case 'choice':
      return options.length > MOST_TILES ? (
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

/** The one question that routing may ask: which road, or which side (S1, S9). */
export function RoutingQuestionPage({
  view,
  service,
  draft,
  question,
  faults,
}: {
  view: View
  service: ServiceDocument
  draft: Draft
  question: RoutingQuestion
  faults: readonly FieldMessage[]
}) {
  const { t } = view
  const path = `/report/${encodeURIComponent(service.code)}`
  const options = question.options.map(({ value, label, accountable }) => ({
    value,
    label,
    ...(label !== accountable.name && { note: t('question-whose', { name: accountable.name }) }),
  }))
  return (
    <Page view={view} title={titled(view, t(`question-${question.id}`), faults)} section="/report" personal>
      <div class="narrow">
        <BackLink href={view.href(path)}>{t('back-where')}</BackLink>
        <Steps view={view} current={2} />
        <FaultSummary view={view} faults={faults} />
        <form action={view.href(`${path}/details`)} novalidate>
          {placeParams(draft).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <h1>{t(`question-${question.id}`)}</h1>
          <p>{t('question-why', { metres: Math.round(draft.accuracy) })}</p>
          <ChoiceField
            view={view}
            name={ANSWER + question.id}
            label={t('question-choose')}
            required
            values={[]}
            options={[...options, { value: '', label: t('question-unsure') }]}
            faults={faults}
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
