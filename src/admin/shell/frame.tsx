import type { Child } from 'hono/jsx'
import type { MessageKey } from '../../core/i18n.ts'
import { Alert } from '../../web/components/components.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import { Masthead } from '../../workspace/shell/masthead.tsx'
import type { DraftRow } from '../drafts/drafts.ts'
import type { AdminContext, AdminPageContext } from './context.ts'

interface Props {
  c: AdminPageContext
  view: PageView
  context: AdminContext
  /** Of the signed-in person. */
  me: string
  title: string
  section?: Section | undefined
  /** The draft that the page is about. */
  draft?: DraftRow | undefined
  script?: string | undefined
  children?: Child
}

const sections = ['drafts', 'coverage', 'versions', 'people', 'log'] as const
export type Section = (typeof sections)[number]

const results = [
  'draft-created',
  'draft-discarded',
  'draft-rebased',
  'saved',
  'confirmed',
  'host-proved',
  'removed',
  'restored',
  'applied',
  'approved',
  'scheduled',
  'unscheduled',
  'apply-cancelled',
  'invited',
  'role-ended',
  'rehearsing',
  'sandbox-removed',
] as const
export type AdminResult = (typeof results)[number]

/** `no-store`: no cache keeps a page of administration. */
export function AdminPage(props: Props) {
  const { c, view, context, title, draft, script, children } = props
  const { t } = view
  c.header('Cache-Control', 'no-store')
  const done = results.find(known => known === c.req.query('done'))
  return (
    <Page view={view} title={title} personal header={<AdminMasthead {...props} />} script={script}>
      <div class="wide work admin">
        {draft && <DraftBar view={view} draft={draft} />}
        {done && (
          <Alert type="success" live>
            <p>{t(`admin-done-${done}`)}</p>
          </Alert>
        )}
        {context.role === 'reviewer' && <p class="quiet">{t('admin-reviewer')}</p>}
        {children}
      </div>
    </Page>
  )
}

function AdminMasthead({ view, context, me, section }: Props) {
  const { t } = view
  return (
    <Masthead
      {...{ view, me }}
      name={context.region.documents.region.name}
      site={t('admin-title')}
      links={[
        { path: '/admin', text: t('admin-overview'), isCurrent: section === undefined },
        ...sections.map(name => ({
          path: `/admin/${name}`,
          text: t(`admin-section-${name}`),
          isCurrent: section === name,
        })),
      ]}
    />
  )
}

const parts: readonly (readonly [string, MessageKey])[] = [
  ['', 'admin-draft-contents'],
  ['/region', 'admin-part-region'],
  ['/services', 'admin-services'],
  ['/jurisdictions', 'admin-part-jurisdictions'],
  ['/agreements', 'admin-agreements'],
  ['/partners', 'admin-partners'],
  ['/rehearsal', 'admin-part-rehearsal'],
  ['/sandbox', 'admin-part-sandbox'],
  ['/plan', 'admin-part-plan'],
]

function DraftBar({ view, draft }: { view: PageView; draft: DraftRow }) {
  const { t } = view
  const path = draftPath(draft)
  return (
    <nav class="draft-bar" aria-label={t('admin-draft-named', { title: draft.title })}>
      <strong>{t('admin-draft-named', { title: draft.title })}</strong>
      <ul>
        {parts.map(([suffix, key]) => (
          <li>
            <a class="usa-link" href={view.href(path + suffix)}>
              {t(key)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

export function draftPath({ id }: Pick<DraftRow, 'id'>): string {
  return `/admin/drafts/${id}`
}

export function adminDone(c: AdminPageContext, view: PageView, path: string, result: AdminResult): Response {
  return c.redirect(view.href(`${path}?done=${result}`), 303)
}
