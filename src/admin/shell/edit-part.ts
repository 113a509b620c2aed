import { asProblem, problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath, IssueAtPath } from '../../regions/documents/issue.ts'
import type { FieldMessage } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import { type FormState, formStateFor, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { editDocuments } from '../drafts/drafts.ts'
import { baseValues, type DraftContext } from '../drafts/open-draft.ts'
import { doingNow } from './context.ts'
import { markOf } from './document-form.tsx'
import { issuesOf } from './document-page.tsx'

/* Forms of their own design over some parts of one document. */

export interface PartEdit {
  readonly file: string
  /** What the form shows and changes. */
  readonly paths: readonly DocumentPath[]
  /** With the hidden field `seen`, made by `seenOf`. */
  readonly sent: SubmittedForm
  readonly edit: (value: DocumentValue) => DocumentValue
}

/** The value of the hidden field `seen`. */
export function seenOf(value: DocumentValue | undefined, paths: readonly DocumentPath[]): string {
  return markOf(
    value,
    paths.map(path => ({ path })),
  )
}

/** Throws `changed-meanwhile` if somebody else changed the parts after they were shown, and `PartIssues`. */
export async function editPart(context: DraftContext, { file, paths, sent, edit }: PartEdit): Promise<void> {
  const edited = (value: DocumentValue = {}) => {
    if (sent.one('seen') !== seenOf(value, paths)) throw problem('changed-meanwhile')
    const next = edit(value)
    const issues = issuesOf(context, file, next).filter(({ path }) =>
      paths.some(own => startsWith(path, own)),
    )
    if (issues.length > 0) throw new PartIssues(issues)
    return next
  }
  const edits = [{ file, edit: edited }]
  await editDocuments(context.db, context.draft.id, baseValues(context), edits, doingNow(context))
}

function startsWith(path: DocumentPath, start: DocumentPath): boolean {
  return start.every((key, index) => path[index] === key)
}

export class PartIssues extends Error {
  readonly issues: readonly IssueAtPath[]

  constructor(issues: readonly IssueAtPath[]) {
    super('invalid document')
    this.issues = issues
  }
}

/** A form that failed. `fieldAt`: the field that shows a path. Throws what a form cannot answer. */
export function partFormState(
  view: PageView,
  sent: SubmittedForm,
  error: unknown,
  fieldAt: (path: DocumentPath) => string,
): FormState {
  if (!(error instanceof PartIssues)) return formStateFor(view, sent, asProblem(error))
  const errors: FieldMessage[] = error.issues.map(({ path, message, repair }) => ({
    field: `${sent.action}.${fieldAt(path)}`,
    label: undefined,
    message: `${message}. ${repair}.`,
  }))
  return { sent, errors }
}
