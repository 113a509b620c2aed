import type { Child } from 'hono/jsx'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { type IssueAtPath, isError } from '../../regions/documents/issue.ts'
import { loadRegionValues } from '../../regions/documents/load.ts'
import { ErrorSummary, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import { ActionForm, Refused, readSubmitted } from '../../workspace/shell/form.tsx'
import { editDocuments } from '../drafts/drafts.ts'
import { jurisdictionIssues } from '../drafts/jurisdiction-issues.ts'
import { baseValues, type DraftContext } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, mayEdit } from './context.ts'
import {
  type DocumentField,
  DocumentFields,
  type DocumentFormState,
  documentFormState,
  editFields,
  messagesFor,
} from './document-form.tsx'
import { AdminPage, adminDone } from './frame.tsx'

/* A page with one form over one document of a draft. */

export interface DocumentForm {
  readonly file: string
  readonly title: string
  readonly intro?: string
  /** Where the form is, and is sent to. */
  readonly path: string
  /** Where it leads when it is saved. */
  readonly next: string
  readonly fields: readonly DocumentField[]
  /** Changes what the fields do not show. */
  readonly complete?: (value: DocumentValue) => DocumentValue
  /** Finds what the document's own checks do not. */
  readonly check?: (value: DocumentValue) => Promise<readonly IssueAtPath[]>
  readonly more?: Child
}

const ACTION = 'document'

export function documentPage(
  c: AdminPageContext,
  context: DraftContext,
  form: DocumentForm,
  formState?: DocumentFormState,
) {
  const view = viewOf(c)
  const { draft, me, values } = context
  const { title, intro, path, fields, file, more } = form
  const errors = formState?.errors ?? []
  const editable = context.isOpen && mayEdit(context, file)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState && { ...formState, errors: [...formState.errors] }} />
      <h1>{title}</h1>
      {intro && <p class="usa-intro">{intro}</p>}
      <div class="work__form">
        <ActionForm c={c} view={view} action={path}>
          <fieldset class="usa-fieldset" disabled={!editable}>
            <legend class="usa-sr-only">{title}</legend>
            <DocumentFields {...{ view, fields, formState }} action={ACTION} value={values.get(file)} />
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

export async function saveDocumentPage(c: AdminPageContext, context: DraftContext, form: DocumentForm) {
  const view = viewOf(c)
  const { file, fields, complete = value => value, check } = form
  const sent = await readSubmitted(c, ACTION)
  try {
    const edit = async (value: DocumentValue | undefined) => {
      const edited = complete(editFields(view, fields, sent, value))
      const own = issuesOf(context, file, edited)
      const issues = own.length === 0 && check ? await check(edited) : own
      if (issues.length > 0) throw new InvalidDocument(issues)
      return edited
    }
    await editDocuments(
      context.db,
      context.draft.id,
      baseValues(context),
      [{ file, edit }],
      doingNow(context),
    )
  } catch (error) {
    if (error instanceof InvalidDocument) {
      const errors = messagesFor(view, ACTION, fields, error.issues)
      return documentPage(c, context, form, { sent, errors })
    }
    return documentPage(c, context, form, documentFormState(view, fields, sent, error))
  }
  return adminDone(c, view, form.next, 'saved')
}

class InvalidDocument extends Error {
  readonly issues: readonly IssueAtPath[]

  constructor(issues: readonly IssueAtPath[]) {
    super('invalid document')
    this.issues = issues
  }
}

/**
 * Errors of one document by itself, and of a jurisdiction's also among the others: what else concerns several is found
 * when the draft is checked.
 */
export function issuesOf(context: DraftContext, file: string, value: DocumentValue): IssueAtPath[] {
  const { issues } = loadRegionValues(context.region.slug, new Map([[file, value]]))
  const own = issues.filter(issue => issue.file === file && isError(issue) && issue.path.length > 0)
  return own.length > 0 ? own : jurisdictionIssues(context, file, value)
}
