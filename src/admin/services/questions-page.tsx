import type { DocumentValue } from '../../regions/documents/export.ts'
import type { QuestionDocument } from '../../regions/documents/schemas/services.ts'
import { BackLink, Empty } from '../../web/components/components.tsx'
import { QuestionFields } from '../../web/components/question-fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, mayEdit } from '../shell/context.ts'
import { valueAt } from '../shell/document-form.tsx'
import { AdminPage, adminDone } from '../shell/frame.tsx'
import { editList, moved, requireSure } from '../shell/item-page.tsx'
import { withItem } from '../shell/values.ts'
import { indexOfCode } from './catalogue.ts'
import { MoveButtons } from './list-page.tsx'
import {
  type QuestionList,
  questionListOf,
  questionOf,
  questionTypes,
  urgentKeys,
  withUrgentKeys,
} from './questions.ts'

/** The questions of a service, with what a resident sees of them. */
export async function questionsPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const list = questionListOf(c, context)
  const { draft, me, values } = context
  const { questions, path, back, isInherited, file } = list
  const editable = context.isOpen && mayEdit(context, file)
  const title = t('admin-questions-of', { service: list.service })
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <BackLink href={view.href(back.href)}>{back.text}</BackLink>
      <h1>{title}</h1>
      <p class="usa-intro">{introOf(view, list)}</p>
      <div class="builder">
        <section aria-labelledby="questions">
          <h2 id="questions">{t('admin-questions')}</h2>
          {questions.length === 0 && (
            <Empty>
              <p>{t('admin-no-questions')}</p>
            </Empty>
          )}
          <ol class="queue">
            {questions.map(question => (
              <Item
                {...{ c, view, question, list }}
                urgent={urgentKeys(values.get(file), list, question.code).length}
                editable={editable && !isInherited}
              />
            ))}
          </ol>
          {editable && !isInherited && <AddLinks view={view} path={path} />}
          {editable && list.of !== undefined && <OwnForm {...{ c, view, list }} />}
        </section>
        <section class="panel" aria-labelledby="preview">
          <h2 id="preview">{t('admin-preview')}</h2>
          <p class="quiet">{t('admin-preview-text')}</p>
          <QuestionFields view={view} questions={questions} prefix="preview." answers={{}} errors={[]} />
        </section>
      </div>
    </AdminPage>,
  )
}

function introOf({ t }: PageView, { of: name, isInherited }: QuestionList): string {
  if (name === undefined) return t('admin-questions-intro')
  return t(isInherited ? 'admin-questions-inherited' : 'admin-questions-own', { name })
}

interface ItemProps {
  c: AdminPageContext
  view: PageView
  question: QuestionDocument
  list: QuestionList
  urgent: number
  editable: boolean
}

function Item({ c, view, question, list, urgent, editable }: ItemProps) {
  const { t } = view
  const { code, type, required, options = [] } = question
  const own = `${list.path}/questions/${encodeURIComponent(code)}`
  const label = view.localize(question.label)
  return (
    <li class="queue__item">
      <div class="queue__what">
        {editable ? (
          <a class="usa-link" href={view.href(own)}>
            <strong>{label}</strong>
          </a>
        ) : (
          <strong>{label}</strong>
        )}
        <span class="queue__place">
          {t(`admin-question-type-${type}`)}
          {options.length > 0 && `, ${t('admin-options-count', { count: options.length })}`}
        </span>
      </div>
      <div class="queue__state">
        {required && <span class="mark">{t('admin-question-required')}</span>}
        {urgent > 0 && <span class="mark">{t('admin-urgent-answers', { count: urgent })}</span>}
      </div>
      <div class="queue__when">
        {editable && (
          <>
            <MoveButtons {...{ c, view }} name={label} action={`${own}/move`} />
            <ActionForm c={c} view={view} action={`${own}/remove`}>
              <input type="hidden" name="remove.sure" value="yes" />
              <button class="usa-button usa-button--unstyled" type="submit">
                {t('admin-remove')}
                <span class="usa-sr-only">: {label}</span>
              </button>
            </ActionForm>
          </>
        )}
      </div>
    </li>
  )
}

function AddLinks({ view, path }: { view: PageView; path: string }) {
  const { t } = view
  return (
    <>
      <h3>{t('admin-question-add')}</h3>
      <ul class="builder__types">
        {questionTypes.map(type => (
          <li>
            <a class="usa-button usa-button--outline" href={view.href(`${path}/new-question?type=${type}`)}>
              {t(`admin-question-type-${type}`)}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function OwnForm({ c, view, list }: { c: AdminPageContext; view: PageView; list: QuestionList }) {
  const key = list.isInherited ? 'admin-questions-take' : 'admin-questions-drop'
  return (
    <ActionForm c={c} view={view} action={`${list.path}/questions`}>
      <input type="hidden" name="own.questions" value={list.isInherited ? 'own' : 'region'} />
      <button class="usa-button usa-button--outline" type="submit">
        {view.t(key)}
      </button>
    </ActionForm>
  )
}

/** A municipality begins to ask its own questions, with those of the region to start from, or ends it. */
export async function chooseQuestions(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c, context => mayEdit(context, questionListOf(c, context).file))
  const list = questionListOf(c, context)
  const isOwn = (await readSubmitted(c, 'own')).one('questions') === 'own'
  if (list.of !== undefined && isOwn === list.isInherited) {
    const edit = (value: DocumentValue | undefined) => {
      const place = list.locate(value) ?? []
      return withItem(value ?? {}, place, isOwn ? list.questions : undefined)
    }
    const edits = [{ file: list.file, edit }]
    await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  }
  return adminDone(c, view, `${list.path}/questions`, 'saved')
}

export async function moveQuestion(c: AdminPageContext) {
  const { view, context, list, place } = await openQuestion(c)
  const direction = (await readSubmitted(c, 'move')).one('direction')
  await editList(context, place, (items, index) => moved(items, index, direction))
  return adminDone(c, view, `${list.path}/questions`, 'saved')
}

export async function removeQuestion(c: AdminPageContext) {
  const { view, context, list, code } = await openQuestion(c)
  await requireSure(c)
  const edit = (value: DocumentValue | undefined) => {
    const place = list.locate(value)
    const items = place && valueAt(value, place)
    if (place === undefined || !Array.isArray(items)) return value ?? {}
    const kept = items.toSpliced(indexOfCode(items, code), indexOfCode(items, code) < 0 ? 0 : 1)
    // A municipality's own list may be empty: it asks nothing.
    const rest = kept.length === 0 && list.of === undefined ? undefined : kept
    return withUrgentKeys(withItem(value ?? {}, place, rest), list, code, [])
  }
  const edits = [{ file: list.file, edit }]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
  return adminDone(c, view, `${list.path}/questions`, 'removed')
}

async function openQuestion(c: AdminPageContext) {
  const context: DraftContext = await openDraftToEdit(c, context =>
    mayEdit(context, questionListOf(c, context).file),
  )
  const list = questionListOf(c, context)
  const { code } = questionOf(c, list)
  const path = list.locate(context.values.get(list.file)) ?? []
  const place = { file: list.file, path, indexOf: (items: unknown) => indexOfCode(items, code) }
  return { view: viewOf(c), context, list, code, place }
}
