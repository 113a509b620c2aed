import type { QuestionDocument } from '../../regions/documents/schemas/services.ts'
import type { PageView } from '../view.ts'
import { ChoiceField, type FieldMessage, SelectField, TextArea, TextField } from './fields.tsx'

const MAX_TILES = 8

interface Props {
  view: PageView
  questions: readonly QuestionDocument[]
  /** Before a question's code in the name of its field. */
  prefix: string
  answers: Readonly<Record<string, readonly string[]>>
  errors: readonly FieldMessage[]
}

/** A service's questions, as the resident who reports sees them. */
export function QuestionFields({ view, questions, prefix, answers, errors }: Props) {
  return (
    <>
      {questions.map(question => (
        <QuestionField
          {...{ view, question, errors }}
          name={prefix + question.code}
          given={answers[question.code] ?? []}
        />
      ))}
    </>
  )
}

interface QuestionProps {
  view: PageView
  question: QuestionDocument
  name: string
  given: readonly string[]
  errors: readonly FieldMessage[]
}

function QuestionField({ view, question, name, given, errors }: QuestionProps) {
  const { type, options = [] } = question
  if (type === 'notice') return <p class="notice">{view.localize(question.label)}</p>
  const shared = {
    view,
    name,
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
