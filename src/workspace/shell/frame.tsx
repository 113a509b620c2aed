import type { Child } from 'hono/jsx'
import type { MessageKey } from '../../core/i18n.ts'
import { Alert } from '../../web/components/components.tsx'
import { Page } from '../../web/components/layout.tsx'
import { type PageView, siteName } from '../../web/view.ts'
import { mayAll, type StaffContext, type StaffPageContext } from './context.ts'
import { Masthead } from './masthead.tsx'

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
    <Masthead
      {...{ view, me }}
      name={context?.jurisdiction.name ?? siteName(view.site)}
      site={t('work-title')}
      links={[
        { path: '/work', text: t('work-mine'), isCurrent: section === undefined },
        ...(context === undefined ? [] : sectionLinks(view, context, section)),
      ]}
    />
  )
}

function sectionLinks({ t }: PageView, context: StaffContext, section: Section | undefined) {
  return sectionsFor(context).map(item => ({
    path: sectionPath(context, item),
    text: t(`work-section-${item}`),
    isCurrent: item === section,
  }))
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
