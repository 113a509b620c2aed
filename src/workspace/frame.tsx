import type { Child } from 'hono/jsx'
import type { MessageKey } from '../core/i18n.ts'
import { Alert, SignOut } from '../web/components.tsx'
import { Languages, Page } from '../web/layout.tsx'
import { siteName, type View } from '../web/view.ts'
import { mayAll, type Office, type PageContext } from './office.ts'

interface Props {
  c: PageContext
  view: View
  /** Whoever has signed in, by name. */
  me: string
  title: string
  /** The jurisdiction that the page is about. */
  office?: Office | undefined
  /** The page of the menu that this one belongs to. */
  section?: Section | undefined
  children?: Child
}

export type Section = 'requests' | 'handoffs' | 'reroutes' | 'corrections' | 'grants' | 'keys' | 'audit'

/** A page for staff: nobody keeps a copy of it. */
export function StaffPage(props: Props) {
  const { c, view, title, office, children } = props
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
        {office?.isFrozen && (
          <Alert type="info">
            <p>{view.t('work-frozen', { name: office.jurisdiction.name })}</p>
          </Alert>
        )}
        {children}
        {office && (
          <p class="work__zone">{view.t('work-zone', { zone: zoneOf(view, office).replaceAll('_', ' ') })}</p>
        )}
      </div>
    </Page>
  )
}

/** Whose clock a jurisdiction's dates are told by. */
export function zoneOf(view: View, { jurisdiction }: Office): string {
  return view.site.region.calendar(jurisdiction.slug).zone
}

function StaffMasthead({ view, me, office, section }: Props) {
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
          <strong>{office?.jurisdiction.name ?? siteName(view.site)}</strong>
          <span>{t('work-title')}</span>
        </a>
        <nav aria-label={t('nav-label')}>
          <ul class="masthead__nav">
            <li>
              <a href={view.href('/work')} aria-current={section === undefined ? 'page' : undefined}>
                {t('work-mine')}
              </a>
            </li>
            {office && sectionsFor(office).map(item => <SectionLink {...{ view, office, item, section }} />)}
          </ul>
        </nav>
      </div>
    </header>
  )
}

interface LinkProps {
  view: View
  office: Office
  item: Section
  section: Section | undefined
}

function SectionLink({ view, office, item, section }: LinkProps) {
  return (
    <li>
      <a href={view.href(sectionPath(office, item))} aria-current={item === section ? 'page' : undefined}>
        {view.t(`work-section-${item}`)}
      </a>
    </li>
  )
}

/** What somebody may open of a jurisdiction. */
export function sectionsFor(office: Office): readonly Section[] {
  return [
    'requests',
    'handoffs',
    'reroutes',
    'corrections',
    ...(mayAll(office, 'audit') ? (['grants', 'keys', 'audit'] as const) : []),
  ]
}

export function sectionPath({ jurisdiction }: Office, section: Section): string {
  const { slug } = jurisdiction
  return section === 'requests' ? `/work?jurisdiction=${slug}` : `/work/${slug}/${section}`
}

export function requestPath({ jurisdiction }: Office, id: string): string {
  return `/work/${jurisdiction.slug}/requests/${encodeURIComponent(id)}`
}

/** What has been done, as the page says that a form has led to. */
const deeds = [
  'acknowledged',
  'in_progress',
  'closed',
  'reopened',
  'note',
  'public-note',
  'place',
  'offered',
  'accepted',
  'refused',
  'withdrawn',
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
export type Deed = (typeof deeds)[number]

function doneMessage(named: string | undefined): MessageKey | undefined {
  const deed = deeds.find(known => known === named)
  return deed && `work-done-${deed}`
}

/** Leads from a form to the page that shows what it has done. */
export function done(c: PageContext, view: View, path: string, deed: Deed): Response {
  return c.redirect(view.href(`${path}?done=${deed}`), 303)
}
