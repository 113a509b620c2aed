import { problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { QuestionDocument } from '../../regions/documents/schemas/services.ts'
import { QuestionFields } from '../../web/components/question-fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import type { SubmittedForm } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { type DocumentField, type DocumentFormState, languagesOf } from '../shell/document-form.tsx'
import { type ItemForm, itemPage, saveItemPage } from '../shell/item-page.tsx'
import { isRecord } from '../shell/values.ts'
import { indexOfCode } from './catalogue.ts'
import { OptionRows, readOptions } from './option-rows.tsx'
import {
  freeQuestionCode,
  hasOptions,
  isQuestionType,
  type QuestionList,
  type QuestionType,
  questionListOf,
  questionOf,
  questionTypes,
  storedQuestions,
  urgentKeys,
  withUrgentKeys,
} from './questions.ts'

export async function questionPage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, editForm(c, context))
}

export async function saveQuestion(c: AdminPageContext) {
  const context = await openToEdit(c)
  return saveItemPage(c, context, editForm(c, context))
}

export async function newQuestionPage(c: AdminPageContext) {
  const context = await openToEdit(c)
  return itemPage(c, context, newForm(c, context))
}

export async function addQuestion(c: AdminPageContext) {
  const context = await openToEdit(c)
  return saveItemPage(c, context, newForm(c, context))
}

function openToEdit(c: AdminPageContext): Promise<DraftContext> {
  return openDraftToEdit(c, context => mayEdit(context, questionListOf(c, context).file))
}

function editForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const list = questionListOf(c, context)
  const question = questionOf(c, list)
  const path = `${list.path}/questions/${encodeURIComponent(question.code)}`
  return {
    ...commonForm(view, context, list, question),
    title: view.localize(question.label),
    intro: view.t('admin-question-code', { code: question.code }),
    path,
    next: (_item, sent) => (sent.one('more') === '' ? `${list.path}/questions` : path),
    locate: document => {
      const place = list.locate(document)
      const index = indexOfCode(storedQuestions(document, list), question.code)
      return place === undefined || index < 0 ? undefined : [...place, index]
    },
    more: (
      <section class="panel" aria-labelledby="preview">
        <h2 id="preview">{view.t('admin-preview')}</h2>
        <QuestionFields view={view} questions={[question]} prefix="preview." answers={{}} errors={[]} />
      </section>
    ),
  }
}

function newForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const list = questionListOf(c, context)
  const type = c.req.query('type')
  if (!isQuestionType(type) || list.isInherited) throw problem('not-found')
  return {
    ...commonForm(view, context, list, { type }),
    title: view.t('admin-question-new', { type: view.t(`admin-question-type-${type}`) }),
    path: `${list.path}/new-question?type=${type}`,
    next: ({ code }, sent) => {
      const own = `${list.path}/questions`
      return sent.one('more') === '' ? own : `${own}/${encodeURIComponent(String(code))}`
    },
    locate: document => {
      const place = list.locate(document)
      return place && [...place, storedQuestions(document, list).length]
    },
  }
}

type Begun = Partial<QuestionDocument> & { readonly type: QuestionType }

function commonForm(view: PageView, { values }: DraftContext, list: QuestionList, begun: Begun) {
  const { type, code } = begun
  const urgent = code === undefined ? [] : urgentKeys(values.get(list.file), list, code)
  const seen = urgent.join(' ')
  return {
    file: list.file,
    back: { href: `${list.path}/questions`, text: view.t('admin-questions') },
    fields: questionFields(type, code !== undefined),
    also: [['options']],
    complete: (item: DocumentValue, sent: SubmittedForm, document: DocumentValue) =>
      completed(view, { type, item, sent }, code ?? codeFor(item, storedQuestions(document, list))),
    completeDocument: (document: DocumentValue, item: DocumentValue, sent: SubmittedForm) => {
      if (!hasOptions(type) || list.locateService === undefined) return document
      const own = String(item.code)
      if (sent.one('urgent-seen') !== urgentKeys(document, list, own).join(' '))
        throw problem('changed-meanwhile')
      const options = readOptions(languagesOf(view), sent)
      const keys = options.filter(option => option.isUrgent).map(({ key }) => key)
      return withUrgentKeys(document, list, own, keys)
    },
    extra: (formState: DocumentFormState | undefined) =>
      hasOptions(type) && (
        <>
          <input type="hidden" name="item.urgent-seen" value={seen} />
          <OptionRows
            {...{ view, formState, urgent }}
            options={begun.options ?? []}
            mayBeUrgent={list.locateService !== undefined}
          />
        </>
      ),
  }
}

interface Typed {
  readonly type: QuestionType
  readonly item: DocumentValue
  readonly sent: SubmittedForm
}

function completed(view: PageView, { type, item, sent }: Typed, code: string): DocumentValue {
  const { label, hint, required } = item
  const chosen = isQuestionType(String(item.type)) ? item.type : type
  const options = readOptions(languagesOf(view), sent)
  return {
    code,
    type: chosen,
    label,
    ...(hint !== undefined && { hint }),
    ...(required === true && { required }),
    ...(hasOptions(type) && { options: options.map(({ key, label }) => ({ key, label })) }),
  }
}

function codeFor({ label }: DocumentValue, questions: readonly DocumentValue[]): string {
  const text = isRecord(label) ? Object.values(label)[0] : label
  return freeQuestionCode(String(text ?? ''), questions)
}

function questionFields(type: QuestionType, isStored: boolean): DocumentField[] {
  const types = questionTypes.filter(
    other => hasOptions(other) === hasOptions(type) && (other === 'notice') === (type === 'notice'),
  )
  return [
    {
      name: 'label',
      label: type === 'notice' ? 'admin-field-notice' : 'admin-field-question',
      path: ['label'],
      kind: type === 'notice' ? 'localized-prose' : 'localized',
      required: true,
    },
    ...(type === 'notice'
      ? []
      : ([
          {
            name: 'hint',
            label: 'admin-field-hint',
            hint: 'admin-field-hint-hint',
            path: ['hint'],
            kind: 'localized',
          },
          {
            name: 'required',
            label: 'admin-question-required',
            hint: 'admin-field-required-hint',
            path: ['required'],
            kind: 'flag',
          },
        ] as const)),
    ...(isStored && types.length > 1
      ? ([
          {
            name: 'type',
            label: 'admin-field-type',
            path: ['type'],
            kind: 'choice',
            required: true,
            options: types.map(other => [other, `admin-question-type-${other}`] as const),
          },
        ] as const)
      : []),
  ]
}
