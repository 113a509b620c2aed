import { problem } from '../../core/problem.ts'
import { viewOf } from '../../web/view.ts'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import type { DocumentField } from '../shell/document-form.tsx'
import { type DocumentForm, documentPage, saveDocumentPage } from '../shell/document-page.tsx'
import { draftPath } from '../shell/frame.tsx'

export const profileFields: readonly DocumentField[] = [
  { name: 'name', label: 'admin-field-name', path: ['name'], kind: 'line', required: true },
  {
    name: 'kind',
    label: 'admin-field-kind',
    path: ['kind'],
    kind: 'choice',
    required: true,
    options: [
      ['municipality', 'admin-kind-municipality'],
      ['county', 'admin-kind-county'],
      ['special-district', 'admin-kind-special-district'],
      ['agency', 'admin-kind-agency'],
    ],
  },
  {
    name: 'code',
    label: 'admin-field-code',
    hint: 'admin-field-code-hint',
    path: ['code'],
    kind: 'line',
    required: true,
  },
  {
    name: 'timezone',
    label: 'admin-field-jurisdiction-timezone',
    hint: 'admin-field-jurisdiction-timezone-hint',
    path: ['timezone'],
    kind: 'line',
  },
  { name: 'phone', label: 'field-phone', path: ['phone'], kind: 'phone' },
  { name: 'email', label: 'field-email', path: ['email'], kind: 'email' },
  { name: 'url', label: 'admin-field-website', path: ['url'], kind: 'line' },
  {
    name: 'color',
    label: 'admin-field-color',
    hint: 'admin-field-color-hint',
    path: ['brand', 'primary'],
    kind: 'line',
  },
]

export async function jurisdictionProfilePage(c: AdminPageContext) {
  const context = await openDraft(c)
  return documentPage(c, context, formOf(c, context))
}

export async function saveJurisdictionProfile(c: AdminPageContext) {
  const context = await openDraftToEdit(c, context => mayEdit(context, fileOf(c)))
  return saveDocumentPage(c, context, formOf(c, context))
}

function formOf(c: AdminPageContext, context: DraftContext): DocumentForm {
  const { t } = viewOf(c)
  const slug = ownSlug(c, context)
  const path = `${draftPath(context.draft)}/jurisdictions/${slug}`
  return {
    file: fileOf(c),
    title: t('admin-profile'),
    intro: `${t('admin-profile-intro')} ${t('admin-profile-slug', { slug })}`,
    path: `${path}/profile`,
    next: path,
    fields: profileFields,
  }
}

function fileOf(c: AdminPageContext): string {
  return `${c.req.param('jurisdiction')}/jurisdiction.yaml`
}

/** Of the jurisdiction that the page is about. Throws `not-found` for one that the draft does not have. */
export function ownSlug(c: AdminPageContext, { values }: DraftContext): string {
  const slug = c.req.param('jurisdiction') ?? ''
  if (!values.has(`${slug}/jurisdiction.yaml`)) throw problem('not-found')
  return slug
}
