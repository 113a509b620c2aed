import { openDirectory } from '../../core/database/handles.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { IssueAtPath } from '../../regions/documents/issue.ts'
import { takenHosts } from '../../regions/versions/claims.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { hostsInForce, REGION } from '../hosts/hosts.ts'
import type { AdminPageContext } from '../shell/context.ts'
import type { DocumentField } from '../shell/document-form.tsx'
import { type DocumentForm, documentPage, saveDocumentPage } from '../shell/document-page.tsx'
import { draftPath } from '../shell/frame.tsx'
import { textsAt } from '../shell/values.ts'

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
  return documentPage(c, context, formOf(c, context))
}

export async function saveRegionProfile(c: AdminPageContext) {
  const context = await openDraftToEdit(c)
  return saveDocumentPage(c, context, formOf(c, context))
}

function formOf(c: AdminPageContext, context: DraftContext): DocumentForm {
  const view = viewOf(c)
  const { t } = view
  const draft = draftPath(context.draft)
  return {
    file: 'region.yaml',
    title: t('admin-part-region'),
    intro: t('admin-region-intro'),
    path: `${draft}/region`,
    next: `${draft}/region`,
    fields,
    check: value => hostIssues(view, context, value),
    more: (
      <p>
        <a class="usa-link" href={view.href(`${draft}/hosts`)}>
          {t('admin-hosts-and-proofs')}
        </a>
      </p>
    ),
  }
}

/** Host names that no page may add: those of other regions, and the one that stands for all. */
async function hostIssues(
  { t }: PageView,
  { platform, region }: DraftContext,
  value: DocumentValue,
): Promise<IssueAtPath[]> {
  const inForce = hostsInForce(region)
  const taken = await takenHosts(openDirectory(platform), region.slug)
  return textsAt(value, ['hosts']).flatMap((written, index) => {
    const host = written.toLowerCase()
    const by = taken.get(host)
    const isAny = host === '*' && !inForce.has(host)
    if (by === undefined && !isAny) return []
    const message = by === undefined ? t('admin-host-any') : t('admin-host-taken', { host, by })
    const issue = { severity: 'error', file: REGION, path: ['hosts', index] } as const
    return [{ ...issue, message, repair: t('admin-host-choose-another') }]
  })
}
