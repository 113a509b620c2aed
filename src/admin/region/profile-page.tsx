import { viewOf } from '../../web/view.ts'
import { openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import type { AdminPageContext } from '../shell/context.ts'
import type { DocumentField } from '../shell/document-form.tsx'
import { type DocumentForm, documentPage, saveDocumentPage } from '../shell/document-page.tsx'
import { draftPath } from '../shell/frame.tsx'

const fields: readonly DocumentField[] = [
  { name: 'name', label: 'admin-field-region-name', path: ['name'], kind: 'line', required: true },
  {
    name: 'languages',
    label: 'admin-field-languages',
    hint: 'admin-field-languages-hint',
    path: ['languages'],
    kind: 'choices',
    required: true,
    options: [
      ['en', 'admin-language-en'],
      ['es', 'admin-language-es'],
      ['ht', 'admin-language-ht'],
    ],
  },
  {
    name: 'timezone',
    label: 'admin-field-timezone',
    hint: 'admin-field-timezone-hint',
    path: ['timezone'],
    kind: 'line',
    required: true,
  },
  { name: 'phone', label: 'admin-field-shared-phone', path: ['phone'], kind: 'phone', required: true },
  { name: 'email', label: 'field-email', path: ['email'], kind: 'email' },
  { name: 'url', label: 'admin-field-website', path: ['url'], kind: 'line' },
  {
    name: 'units',
    label: 'admin-field-units',
    path: ['units'],
    kind: 'choice',
    options: [
      ['us', 'admin-units-us'],
      ['metric', 'admin-units-metric'],
    ],
  },
  {
    name: 'hosts',
    label: 'admin-field-hosts',
    hint: 'admin-field-hosts-hint',
    path: ['hosts'],
    kind: 'list',
    required: true,
  },
  {
    name: 'emergencyPhone',
    label: 'admin-field-emergency-phone',
    path: ['emergency', 'phone'],
    kind: 'phone',
    required: true,
  },
  {
    name: 'emergencyText',
    label: 'admin-field-emergency-text',
    path: ['emergency', 'text'],
    kind: 'localized',
    required: true,
  },
  {
    name: 'color',
    label: 'admin-field-color',
    hint: 'admin-field-color-hint',
    path: ['brand', 'primary'],
    kind: 'line',
    required: true,
  },
]

export async function regionProfilePage(c: AdminPageContext) {
  const context = await openDraft(c)
  return documentPage(c, context, formOf(c, draftPath(context.draft)))
}

export async function saveRegionProfile(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveDocumentPage(c, context, formOf(c, draftPath(context.draft)))
}

function formOf(c: AdminPageContext, draft: string): DocumentForm {
  const { t } = viewOf(c)
  return {
    file: 'region.yaml',
    title: t('admin-part-region'),
    intro: t('admin-region-intro'),
    path: `${draft}/region`,
    next: `${draft}/region`,
    fields,
  }
}
