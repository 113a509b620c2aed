import type { Child } from 'hono/jsx'
import type { MessageKey } from '../../core/i18n.ts'
import { Alert, SignOut } from '../../web/components/components.tsx'
import { Languages, Page } from '../../web/components/layout.tsx'
import { type PageView, siteName } from '../../web/view.ts'
import { mayAll, type StaffContext, type StaffPageContext } from './context.ts'

interface Props {
  c: StaffPageContext
  view: PageView
  me: string
  title: string
  context?: StaffContext | undefined
  section?: Section | undefined
  children?: Child
}

export type Section = 'requests' | 'handoffs' | 'reroutes' | 'corrections' | 'grants' | 'keys' | 'audit'

/** `no-store`: no cache keeps a page for staff. */
export function StaffPage(props: Props) {
  const { c, view, title, context, children } = props
  c.header('Cache-Control', 'no-store')
  const done = doneMessage(c.req.query('done'))
  return (
    <Page view={view} title={title} personal header={<StaffMasthead {...props} />}>
      <div class="wide work">
        {done && (
          <Alert type="success" live>
            <p>{view.t(done)}</p>
          </Alert>
        )}
        {context?.isFrozen && (
          <Alert type="info">
            <p>{view.t('work-frozen', { name: context.jurisdiction.name })}</p>
          </Alert>
        )}
        {children}
        {context && <p class="work__zone">{view.t('work-zone', { name: context.jurisdiction.name })}</p>}
      </div>
    </Page>
  )
}

export function zoneOf(view: PageView, { jurisdiction }: StaffContext): string {
  return view.site.region.calendar(jurisdiction.slug).zone
}

function StaffMasthead({ view, me, context, section }: Props) {
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
        <a class="masthead__name" href={view.href('/work')}>
          <strong>{context?.jurisdiction.name ?? siteName(view.site)}</strong>
          <span>{t('work-title')}</span>
        </a>
        <nav aria-label={t('nav-label')}>
          <ul class="masthead__nav">
            <li>
              <a href={view.href('/work')} aria-current={section === undefined ? 'page' : undefined}>
                {t('work-mine')}
              </a>
            </li>
            {context &&
              sectionsFor(context).map(item => <SectionLink {...{ view, context, item, section }} />)}
          </ul>
        </nav>
      </div>
    </header>
  )
}

interface LinkProps {
  view: PageView
  context: StaffContext
  item: Section
  section: Section | undefined
}

function SectionLink({ view, context, item, section }: LinkProps) {
  return (
    <li>
      <a href={view.href(sectionPath(context, item))} aria-current={item === section ? 'page' : undefined}>
        {view.t(`work-section-${item}`)}
      </a>
    </li>
  )
}

export function sectionsFor(context: StaffContext): readonly Section[] {
  return [
    'requests',
    'handoffs',
    'reroutes',
    'corrections',
    ...(mayAll(context, 'audit') ? (['grants', 'keys', 'audit'] as const) : []),
  ]
}

export function sectionPath({ jurisdiction }: StaffContext, section: Section): string {
  const { slug } = jurisdiction
  return section === 'requests' ? `/work?jurisdiction=${slug}` : `/work/${slug}/${section}`
}

export function requestPath({ jurisdiction }: StaffContext, id: string): string {
  return `/work/${jurisdiction.slug}/requests/${encodeURIComponent(id)}`
}

const actionResults = [
  'acknowledged',
  'in_progress',
  'closed',
  'reopened',
  'reviewed',
  'review-later',
  'note',
  'public-note',
  'place',
  'offered',
  'accepted',
  'refused',
  'withdrawn',
  'shared',
  'share-accepted',
  'share-refused',
  'share-withdrawn',
  'decided',
  'forwarded',
  'duplicate-proposed',
  'duplicate-confirmed',
  'duplicate-declined',
  'duplicate-unlinked',
  'grant-made',
  'grant-made-unsent',
  'grant-ended',
  'key-revoked',
] as const
export type ActionResult = (typeof actionResults)[number]

function doneMessage(named: string | undefined): MessageKey | undefined {
  const actionResult = actionResults.find(known => known === named)
  return actionResult && `work-done-${actionResult}`
}

export function done(
  c: StaffPageContext,
  view: PageView,
  path: string,
  actionResult: ActionResult,
): Response {
  return c.redirect(view.href(`${path}?done=${actionResult}`), 303)
}
