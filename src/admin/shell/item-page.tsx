import type { Child } from 'hono/jsx'
import { problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { type DocumentPath, type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { BackLink } from '../../web/components/components.tsx'
import { ErrorSummary, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import { ActionForm, Refused, readSubmitted, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { checkDraft } from '../drafts/documents.ts'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, mayEdit } from './context.ts'
import {
  type DocumentField,
  DocumentFields,
  type DocumentFormState,
  documentFormState,
  editFields,
  messagesFor,
  valueAt,
} from './document-form.tsx'
import { AdminPage, adminDone } from './frame.tsx'
import { recordAt, withItem } from './values.ts'

/* A page with a form over one item of a list in a document, such as a service. */

export interface ItemForm {
  readonly file: string
  readonly title: string
  readonly intro?: string | undefined
  /** Where the form is, and is sent to. */
  readonly path: string
  readonly back: { readonly href: string; readonly text: string }
  /** Where it leads once it is saved, by the item as saved. */
  readonly next: (item: DocumentValue, sent: SubmittedForm) => string
  /** Their paths lead from the item. */
  readonly fields: readonly DocumentField[]
  /** Where the item is, or will be; undefined: it is gone. */
  readonly locate: (document: DocumentValue | undefined) => DocumentPath | undefined
  /** Parts of the item that the page shows besides its fields. */
  readonly also?: readonly DocumentPath[]
  /** Changes what the fields do not show, of the item or of the document. */
  readonly complete?: (item: DocumentValue, sent: SubmittedForm, document: DocumentValue) => DocumentValue
  readonly completeDocument?: (
    document: DocumentValue,
    item: DocumentValue,
    sent: SubmittedForm,
  ) => DocumentValue
  /** Whether an error of the whole draft is this item's, though it is at another path. */
  readonly concerns?: (issue: IssueAtPath, item: DocumentValue) => boolean
  /** Within the form, after its fields. */
  readonly extra?: (formState: DocumentFormState | undefined) => Child
  /** Before the form. */
  readonly before?: Child
  readonly more?: Child
}

const ACTION = 'item'

export function itemPage(
  c: AdminPageContext,
  context: DraftContext,
  form: ItemForm,
  formState?: DocumentFormState,
) {
  const view = viewOf(c)
  const { draft, me, values } = context
  const { title, intro, path, back, fields, file, also, extra, before, more } = form
  const errors = formState?.errors ?? []
  const editable = context.isOpen && mayEdit(context, file)
  const document = values.get(file)
  const place = form.locate(document)
  if (place === undefined) throw problem('not-found')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(back.href)}>{back.text}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState && { ...formState, errors: [...formState.errors] }} />
      <h1>{title}</h1>
      {intro && <p class="usa-intro">{intro}</p>}
      {before}
      <div class="work__form">
        <ActionForm c={c} view={view} action={path}>
          <fieldset class="usa-fieldset" disabled={!editable}>
            <legend class="usa-sr-only">{title}</legend>
            <DocumentFields
              {...{ view, fields, formState, also }}
              action={ACTION}
              value={recordAt(document, place)}
            />
            {extra?.(formState)}
            {editable && (
              <button class="usa-button" type="submit">
                {view.t('admin-save')}
              </button>
            )}
          </fieldset>
        </ActionForm>
      </div>
      {more}
    </AdminPage>,
    formState === undefined ? 200 : formState.refused === undefined ? 400 : 409,
  )
}

export async function saveItemPage(c: AdminPageContext, context: DraftContext, form: ItemForm) {
  const view = viewOf(c)
  const { file } = form
  const sent = await readSubmitted(c, ACTION)
  try {
    // The check of the whole draft takes its time, so it is done before what is stored is read for the change.
    const { place, item, document } = editedItem(c, form, sent, context.values.get(file))
    const issues = await errorsOf(context, form, { place, item, document })
    if (issues.length > 0) {
      const errors = messagesFor(view, ACTION, form.fields, issues)
      return itemPage(c, context, form, { sent, errors })
    }
    const edit = (value: DocumentValue | undefined) => editedItem(c, form, sent, value).document
    await editDocuments(
      context.db,
      context.draft.id,
      baseValues(context),
      [{ file, edit }],
      doingNow(context),
    )
    return adminDone(c, view, form.next(item, sent), 'saved')
  } catch (error) {
    return itemPage(c, context, form, documentFormState(view, form.fields, sent, error))
  }
}

interface EditedItem {
  readonly place: DocumentPath
  readonly item: DocumentValue
  readonly document: DocumentValue
}

function editedItem(
  c: AdminPageContext,
  form: ItemForm,
  sent: SubmittedForm,
  value: DocumentValue | undefined,
): EditedItem {
  const { complete = item => item, completeDocument = document => document } = form
  const document = value ?? {}
  const place = form.locate(document)
  if (place === undefined) throw problem('changed-meanwhile')
  const edited = editFields(viewOf(c), form.fields, sent, recordAt(document, place), form.also)
  const item = complete(edited, sent, document)
  const stored = Object.keys(item).length === 0 ? undefined : item
  return { place, item, document: completeDocument(withItem(document, place, stored), item, sent) }
}

// Errors that the draft has because of this item, with paths within it.
async function errorsOf(
  context: DraftContext,
  { file, concerns }: ItemForm,
  { place, item, document }: EditedItem,
): Promise<IssueAtPath[]> {
  const values = new Map([...context.values, [file, document]])
  const { issues } = await checkDraft(context.platform, context.region, values)
  return issues.flatMap(issue => {
    if (issue.file !== file || !isError(issue)) return []
    const isInside = place.every((key, index) => issue.path[index] === key)
    if (isInside) return [{ ...issue, path: issue.path.slice(place.length) }]
    return concerns?.(issue, item) ? [{ ...issue, path: [] }] : []
  })
}

export interface ListMove {
  readonly file: string
  /** Of the list. */
  readonly path: DocumentPath
  /** Undefined: the item is gone. */
  readonly indexOf: (list: readonly unknown[]) => number
}

/** Changes a list of a document as it is stored now. Throws `changed-meanwhile` if the item is gone. */
export async function editList(
  context: DraftContext,
  { file, path, indexOf }: ListMove,
  change: (list: readonly unknown[], index: number) => readonly unknown[] | undefined,
): Promise<void> {
  const edit = (value: DocumentValue | undefined) => {
    const list = valueAt(value, path)
    const index = Array.isArray(list) ? indexOf(list) : -1
    if (!Array.isArray(list) || index < 0) throw problem('changed-meanwhile')
    return withItem(value ?? {}, path, change(list, index))
  }
  await editDocuments(context.db, context.draft.id, baseValues(context), [{ file, edit }], doingNow(context))
}

/** One place up or down; at an end of the list it stays. */
export function moved(list: readonly unknown[], index: number, direction: string): unknown[] {
  const to = direction === 'up' ? index - 1 : index + 1
  if (to < 0 || to >= list.length) return [...list]
  const without = list.toSpliced(index, 1)
  return without.toSpliced(to, 0, list[index])
}

/** Of a form that removes something. Throws `bad-request` for anything but our own forms. */
export async function requireSure(c: AdminPageContext): Promise<void> {
  if ((await readSubmitted(c, 'remove')).one('sure') !== 'yes') throw problem('bad-request')
}
