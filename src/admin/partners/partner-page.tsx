import { secretNameOf } from '../../core/encryption/secret-names.ts'
import { problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { Checkbox } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, type SubmittedForm } from '../../workspace/shell/form.tsx'
import { type DraftContext, jurisdictionsOf, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, isRegionAdmin, mayEdit } from '../shell/context.ts'
import type { DocumentFormState } from '../shell/document-form.tsx'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { freeId } from '../shell/free-id.ts'
import { type ItemForm, itemPage, requireSure, saveItemPage } from '../shell/item-page.tsx'
import { isRecord, recordAt, recordsAt, textAt, withItem } from '../shell/values.ts'
import { partnerFields } from './fields.ts'
import { REGION } from './list-page.tsx'
import { removePartner, usesOfPartner } from './remove.ts'

export async function partnerPage(c: AdminPageContext) {
  const context = await openDraft(c)
  return itemPage(c, context, editForm(c, context))
}

export async function savePartner(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, editForm(c, context))
}

export async function newPartnerPage(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return itemPage(c, context, newForm(c, context))
}

export async function addPartner(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveItemPage(c, context, newForm(c, context))
}

/** With every mention of it in the draft. */
export async function removePartnerPage(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const id = textAt(partnerOf(c, context), ['id'])
  await requireSure(c)
  await removePartner(context, id)
  return adminDone(c, view, `${draftPath(context.draft)}/partners`, 'removed')
}

/** The partner that the path names, as the draft has it. Throws `not-found`. */
function partnerOf(c: AdminPageContext, { values }: DraftContext): DocumentValue {
  const id = c.req.param('partner')
  const found = recordsAt(values.get(REGION), ['partners']).find(one => textAt(one, ['id']) === id)
  if (found === undefined) throw problem('not-found')
  return found
}

function commonForm(view: PageView, { draft }: DraftContext) {
  const list = `${draftPath(draft)}/partners`
  return {
    file: REGION,
    back: { href: list, text: view.t('admin-partners') },
    next: () => list,
    fields: partnerFields,
    also: [['open311', 'keySecret']],
  }
}

function editForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  const { t } = view
  const partner = partnerOf(c, context)
  const id = textAt(partner, ['id'])
  const path = `${draftPath(context.draft)}/partners/${encodeURIComponent(id)}`
  const secret = secretOf(context, id)
  const isInForce = context.region.partner(id) !== undefined
  return {
    ...commonForm(view, context),
    title: textAt(partner, ['name']) || id,
    path,
    locate: document => {
      const { partners: list } = document ?? {}
      const index = Array.isArray(list) ? list.findIndex(item => isRecord(item) && item.id === id) : -1
      return index < 0 ? undefined : ['partners', index]
    },
    complete: (item, sent) => withKey(item, sent, secret),
    extra: formState => (
      <KeyField
        {...{ view, formState }}
        hint={t('admin-field-partner-key-hint', { secret })}
        stored={textAt(partner, ['open311', 'keySecret']) !== ''}
      />
    ),
    more: (
      <>
        {isInForce && isRegionAdmin(context) && (
          <p>
            <a class="usa-link" href={view.href(`${path}/test`)}>
              {t('admin-partner-test')}
            </a>
          </p>
        )}
        {context.isOpen && mayEdit(context, REGION) && <Remove {...{ c, view, context, id, path }} />}
      </>
    ),
  }
}

function newForm(c: AdminPageContext, context: DraftContext): ItemForm {
  const view = viewOf(c)
  return {
    ...commonForm(view, context),
    title: view.t('admin-partner-new'),
    path: `${draftPath(context.draft)}/new-partner`,
    locate: document => ['partners', recordsAt(document, ['partners']).length],
    complete: (item, sent, document) => {
      const partners = recordsAt(document, ['partners']).map(one => textAt(one, ['id']))
      const id = freeId(textAt(item, ['name']), 'partner', [...partners, ...jurisdictionsOf(context)])
      return { id, ...withKey(item, sent, secretOf(context, id)) }
    },
    extra: formState => (
      <KeyField {...{ view, formState }} hint={view.t('admin-field-partner-key-new-hint')} stored={false} />
    ),
  }
}

/** The name of the secret, as the operator sets it. */
function secretOf({ region }: DraftContext, id: string): string {
  return secretNameOf({ purpose: 'PARTNER', region: region.slug, body: id })
}

// A secret that was named in the files keeps its name.
function withKey(item: DocumentValue, sent: SubmittedForm, secret: string): DocumentValue {
  const { keySecret = secret, ...typed } = recordAt(item, ['open311']) ?? {}
  const own = { ...typed, ...(sent.one('key') === 'yes' && { keySecret }) }
  return withItem(item, ['open311'], Object.keys(own).length === 0 ? undefined : own)
}

interface KeyProps {
  view: PageView
  formState: DocumentFormState | undefined
  hint: string
  stored: boolean
}

function KeyField({ view, formState, hint, stored }: KeyProps) {
  const checked = formState === undefined ? stored : formState.sent.one('key') === 'yes'
  return <Checkbox name="item.key" label={view.t('admin-field-partner-key')} {...{ hint, checked }} />
}

interface RemoveProps {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  id: string
  path: string
}

const kinds = ['agreements', 'declines', 'after-hours', 'areas', 'roads'] as const
const NAMES = 12

function Remove({ c, view, context, id, path }: RemoveProps) {
  const { t } = view
  const uses = usesOfPartner(context, id)
  const named = kinds.filter(kind => uses[kind].length > 0)
  const namesOf = (kind: (typeof kinds)[number]) =>
    uses[kind].slice(0, NAMES).join(', ') + (uses[kind].length > NAMES ? ' …' : '')
  return (
    <details class="action">
      <summary>{t('admin-partner-remove')}</summary>
      <p>{t('admin-partner-remove-text')}</p>
      {named.length > 0 && (
        <ul class="usa-list">
          {named.map(kind => (
            <li>{t(`admin-partner-remove-${kind}`, { names: namesOf(kind) })}</li>
          ))}
        </ul>
      )}
      <ActionForm c={c} view={view} action={`${path}/remove`}>
        <input type="hidden" name="remove.sure" value="yes" />
        <button class="usa-button usa-button--secondary" type="submit">
          {t('admin-partner-remove')}
        </button>
      </ActionForm>
    </details>
  )
}
