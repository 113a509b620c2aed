import type { Child } from 'hono/jsx'
import type { MessageKey } from '../../core/i18n.ts'
import { Alert, SignOut } from '../../web/components/components.tsx'
import { Languages, Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
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
    <Page view={view} title={title} personal header={<Masthead {...props} />} script={script}>
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

function Masthead({ view, context, me, section }: Props) {
  const { t } = view
  return (
    <header class="masthead masthead--work">
      <div class="masthead__strip">
        <div class="wide row">
          <Languages view={view} />
          <div class="masthead__me">
            <strong>{me}</strong>
            <a href={view.href('/me')}>{t('me-title')}</a>
            <SignOut view={view} kind="unstyled" />
          </div>
        </div>
      </div>
      <div class="wide masthead__bar">
        <a class="masthead__name" href={view.href('/admin')}>
          <strong>{context.region.documents.region.name}</strong>
          <span>{t('admin-title')}</span>
        </a>
        <nav aria-label={t('nav-label')}>
          <ul class="masthead__nav">
            <li>
              <a href={view.href('/admin')} aria-current={section === undefined ? 'page' : undefined}>
                {t('admin-overview')}
              </a>
            </li>
            {sections.map(name => (
              <li>
                <a href={view.href(`/admin/${name}`)} aria-current={section === name ? 'page' : undefined}>
                  {t(`admin-section-${name}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
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
