import { problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { IssueAtPath } from '../../regions/documents/issue.ts'
import { Alert } from '../../web/components/components.tsx'
import { type FieldMessage, TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, fieldError, readSubmitted } from '../../workspace/shell/form.tsx'
import { checkDraft } from '../drafts/documents.ts'
import { baseValues, type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { freeId } from '../shell/free-id.ts'
import { editList, type ItemForm, itemPage, requireSure, saveItemPage } from '../shell/item-page.tsx'
import { isRecord, recordsAt, textAt, withItem } from '../shell/values.ts'
import { AGREEMENTS } from './confirmations.ts'
import { agreementFields } from './fields.ts'
import { today } from './list-page.tsx'

export async function agreementPage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, await editForm(c, context))
}

export async function saveAgreement(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, await editForm(c, context))
}

export async function newAgreementPage(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return itemPage(c, context, newForm(c, context))
}

export async function addAgreement(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, newForm(c, context))
}

function agreementOf(c: AdminPageContext, { values }: DraftContext): DocumentValue {
  const id = c.req.param('agreement')
  const found = recordsAt(values.get(AGREEMENTS), ['agreements']).find(one => textAt(one, ['id']) === id)
  if (found === undefined) throw problem('not-found')
  return found
}

const indexOfId = (list: unknown, id: string) =>
  Array.isArray(list) ? list.findIndex(item => isRecord(item) && item.id === id) : -1

function commonForm(view: PageView, context: DraftContext) {
  const path = `${draftPath(context.draft)}/agreements`
  return {
    file: AGREEMENTS,
    back: { href: path, text: view.t('admin-agreements') },
    next: () => path,
    fields: agreementFields(view, context),
    concerns: (issue: IssueAtPath, item: DocumentValue) => isAbout(issue, item),
  }
}

// Loops and overlaps are found between agreements, and may be said of the other one.
function isAbout({ path, message }: IssueAtPath, item: DocumentValue): boolean {
  const [id, ...sides] = ['id', 'accountable', 'performer'].map(key => textAt(item, [key]))
  if (path[0] !== 'agreements') return false
  return message.includes(`"${id}"`) || sides.every(side => message.includes(side))
}

async function editForm(
  c: AdminPageContext,
  context: DraftContext,
  errors: readonly FieldMessage[] = [],
): Promise<ItemForm> {
  const view = viewOf(c)
  const agreement = agreementOf(c, context)
  const id = textAt(agreement, ['id'])
  const path = `${draftPath(context.draft)}/agreements/${encodeURIComponent(id)}`
  const { issues } = await checkDraft(context.platform, context.region, context.values)
  const index = indexOfId(context.values.get(AGREEMENTS)?.agreements, id)
  const own = issues.filter(
    issue => issue.file === AGREEMENTS && (issue.path[1] === index || isAbout(issue, agreement)),
  )
  const editable = context.isOpen && mayEdit(context, AGREEMENTS)
  return {
    ...commonForm(view, context),
    title: textAt(agreement, ['title']) || id,
    path,
    locate: document => {
      const place = indexOfId(document?.agreements, id)
      return place < 0 ? undefined : ['agreements', place]
    },
    before: own.length > 0 && (
      <Alert type="warning">
        <ul class="usa-list">
          {own.map(({ message, repair }) => (
            <li>
              {message}. {repair}.
            </li>
          ))}
        </ul>
      </Alert>
    ),
    more: editable && <Endings {...{ c, view, context, agreement, path, errors }} />,
  }
}

function newForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  return {
    ...commonForm(view, context),
    title: view.t('admin-agreement-new'),
    path: `${draftPath(context.draft)}/new-agreement`,
    locate: document => ['agreements', recordsAt(document, ['agreements']).length],
    complete: (item, _sent, document) => {
      const to = textAt(item, ['to'])
      if (to !== '' && to <= today(view, context)) throw fieldError('to', 'in-the-past')
      return { id: freeId(textAt(item, ['title']), 'agreement', takenIds(document)), ...item }
    },
  }
}

function takenIds(document: DocumentValue): string[] {
  return ['agreements', 'boundaryStreets'].flatMap(key =>
    recordsAt(document, [key]).map(one => textAt(one, ['id'])),
  )
}

interface EndingsProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  agreement: DocumentValue
  path: string
  errors: readonly FieldMessage[]
}

/** An agreement that was in force ends on a day; one that never was is removed. */
function Endings({ c, view, context, agreement, path, errors }: EndingsProps) {
  const { t } = view
  if (mayRemove(view, context, agreement)) {
    return (
      <details class="action">
        <summary>{t('admin-agreement-remove')}</summary>
        <ActionForm c={c} view={view} action={`${path}/remove`}>
          <input type="hidden" name="remove.sure" value="yes" />
          <button class="usa-button usa-button--secondary" type="submit">
            {t('admin-agreement-remove')}
          </button>
        </ActionForm>
      </details>
    )
  }
  return (
    <details class="action" open={errors.length > 0}>
      <summary>{t('admin-agreement-end')}</summary>
      <p>{t('admin-agreement-end-text')}</p>
      <ActionForm c={c} view={view} action={`${path}/end`}>
        <TextField
          view={view}
          name="end.to"
          type="date"
          label={t('admin-field-to')}
          hint={t('admin-field-to-hint')}
          value={today(view, context)}
          errors={errors}
        />
        <button class="usa-button" type="submit">
          {t('admin-agreement-end')}
        </button>
      </ActionForm>
    </details>
  )
}

function mayRemove(view: PageView, context: DraftContext, agreement: DocumentValue): boolean {
  const id = textAt(agreement, ['id'])
  const stored = recordsAt(baseValues(context).get(AGREEMENTS), ['agreements'])
  return !stored.some(one => textAt(one, ['id']) === id && textAt(one, ['from']) <= today(view, context))
}

export async function endAgreement(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const id = textAt(agreementOf(c, context), ['id'])
  const sent = await readSubmitted(c, 'end')
  const to = sent.one('to')
  if (!isDay(to) || to < today(view, context)) {
    const errors = [{ field: 'end.to', label: undefined, message: view.t('admin-agreement-end-day') }]
    return itemPage(c, context, await editForm(c, context, errors), { sent, errors })
  }
  const place = { file: AGREEMENTS, path: ['agreements'], indexOf: (list: unknown) => indexOfId(list, id) }
  await editList(context, place, (list, index) =>
    list.map((item, at) => (at === index && isRecord(item) ? withItem(item, ['to'], to) : item)),
  )
  return adminDone(c, view, `${draftPath(context.draft)}/agreements`, 'saved')
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** Throws `wrong-state` for one that has been in force: that one is ended. */
export async function removeAgreement(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const agreement = agreementOf(c, context)
  await requireSure(c)
  if (!mayRemove(view, context, agreement)) throw problem('wrong-state')
  const id = textAt(agreement, ['id'])
  const place = { file: AGREEMENTS, path: ['agreements'], indexOf: (list: unknown) => indexOfId(list, id) }
  await editList(context, place, (list, index) => {
    const rest = list.toSpliced(index, 1)
    return rest.length === 0 ? undefined : rest
  })
  return adminDone(c, view, `${draftPath(context.draft)}/agreements`, 'removed')
}
