import { cleanLine } from '../../../core/text.ts'
import type { SignedIn } from '../../../identity/sessions/sessions.ts'
import type { Jurisdiction } from '../../../regions/documents/snapshot.ts'
import { statuses } from '../../../requests/schema.ts'
import { Alert, Empty, Moment, StatusTag, Until } from '../../../web/components/components.tsx'
import { SelectField } from '../../../web/components/fields.tsx'
import { Icon } from '../../../web/components/icon.tsx'
import { type PageView, viewOf } from '../../../web/view.ts'
import { HandoffList } from '../../handoffs/list.tsx'
import { type StaffContext, type StaffPageContext, staffOf } from '../../shell/context.ts'
import { requestPath, StaffPage, sectionPath, sectionsFor, zoneOf } from '../../shell/frame.tsx'
import { serviceLabel } from '../../shell/names.ts'
import { triageTexts } from '../review.tsx'
import {
  COUNTED,
  orders,
  type Queue,
  type QueueFilter,
  type QueueRow,
  readQueue,
  readQueueCursor,
  shows,
  type Waiting,
} from './queue.ts'
import { ClearSearch, NothingFound, SearchForm, searchedFor } from './search.tsx'

/** Requests of every jurisdiction where I may work: what needs attention first, then the list. */
export async function queuePage(c: StaffPageContext) {
  const view = viewOf(c)
  const signedIn = await staffOf(c)
  const filter = await readFilter(c, signedIn)
  const queue = await readQueue(c.get('platform'), c.get('site').region, signedIn, filter)
  const only = queue.contexts.find(
    ({ context }) => context.jurisdiction.slug === filter.jurisdiction,
  )?.context
  const section = only === undefined ? undefined : 'requests'
  const title = view.t(only === undefined ? 'work-mine' : 'work-section-requests')
  const listed = filter.show === 'offers' ? 'work-offers' : only === undefined && 'work-section-requests'
  return c.html(
    <StaffPage {...{ c, view, section, title }} me={queue.me} context={only}>
      <h1>{title}</h1>
      {queue.unavailable.map(name => (
        <Alert type="warning">
          <p>{view.t('work-unavailable', { name })}</p>
        </Alert>
      ))}
      {queue.otherSignIn.map(one => (
        <OtherSignIn view={view} jurisdiction={one} />
      ))}
      {queue.contexts.length === 0 && queue.unavailable.length + queue.otherSignIn.length === 0 ? (
        <Empty>
          <p>{view.t('work-no-grants')}</p>
          <a class="usa-button usa-button--outline" href={view.href('/me')}>
            {view.t('me-title')}
          </a>
        </Empty>
      ) : (
        <>
          <SearchForm {...{ view, queue, filter }} />
          {only === undefined && filter.words === '' && <Summary view={view} queue={queue} />}
          {listed && <h2 id="requests">{view.t(listed)}</h2>}
          <Filters view={view} queue={queue} filter={filter} />
          {filter.show === 'offers' ? (
            <HandoffList view={view} rows={queue.offers} />
          ) : (
            <RequestList view={view} queue={queue} filter={filter} />
          )}
        </>
      )}
    </StaffPage>,
    queue.unavailable.length > 0 && queue.contexts.length === 0 ? 503 : 200,
  )
}

async function readFilter(c: StaffPageContext, signedIn: SignedIn): Promise<QueueFilter> {
  const one = (name: string) => cleanLine(c.req.query(name) ?? '').slice(0, 200)
  const status = ['any' as const, ...statuses].find(known => known === one('status')) ?? 'open'
  return {
    jurisdiction: one('jurisdiction'),
    status,
    service: one('service'),
    show: shows.find(known => known === one('show')) ?? '',
    ...(await readSearch(c, signedIn)),
    order: orders.find(known => known === one('order')) ?? 'priority',
    after: readQueueCursor(one('after')),
  }
}

async function readSearch(
  c: StaffPageContext,
  signedIn: SignedIn,
): Promise<Pick<QueueFilter, 'words' | 'search'>> {
  const search = c.req.query('search') ?? ''
  const words = await searchedFor(c.get('platform'), signedIn, search)
  return words === ''
    ? { words: (c.req.query('q') ?? '').trim().slice(0, 200), search: '' }
    : { words, search }
}

function OtherSignIn({ view, jurisdiction: { slug, name } }: { view: PageView; jurisdiction: Jurisdiction }) {
  const to = view.href(`/work?${new URLSearchParams({ jurisdiction: slug })}`)
  return (
    <Alert type="info">
      <p>
        {view.t('work-other-sign-in', { name })}{' '}
        <a class="usa-link" href={view.href(`/sign-in?${new URLSearchParams({ to })}`)}>
          {view.t('work-other-sign-in-go', { name })}
        </a>
      </p>
    </Alert>
  )
}

function Summary({ view, queue }: { view: PageView; queue: Queue }) {
  const { t } = view
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{t('work-waiting')}</h2>
      <ul class="waiting">
        {queue.contexts.map(({ context, waiting }) => (
          <li class="waiting__body">
            <h3>{context.jurisdiction.name}</h3>
            {waiting && <Chips {...{ view, context, waiting }} />}
            <p class="waiting__pages">
              {sectionsFor(context).map(section => (
                <a class="usa-link" href={view.href(sectionPath(context, section))}>
                  {t(`work-section-${section}`)}
                </a>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Chips({ view, context, waiting }: { view: PageView; context: StaffContext; waiting: Waiting }) {
  const { slug } = context.jurisdiction
  const links = [
    ['fresh', `/work?jurisdiction=${slug}&status=submitted`],
    ['offers', `/work/${slug}/handoffs`],
    ['declined', `/work/${slug}/handoffs#declined`],
    ['disputes', `/work/${slug}/handoffs`],
    ['overdue', `/work?jurisdiction=${slug}&show=overdue&order=due`],
    ['triage', `/work?jurisdiction=${slug}&show=triage`],
    ['undelivered', `/work?jurisdiction=${slug}&show=undelivered`],
    ['reroutes', `/work/${slug}/reroutes`],
    ['duplicates', `/work/${slug}/handoffs#duplicates`],
  ] as const
  const some = links.filter(([what]) => waiting[what] > 0)
  if (some.length === 0) return <p class="waiting__none">{view.t('work-nothing-waits')}</p>
  return (
    <ul class="waiting__counts">
      {some.map(([what, path]) => (
        <li>
          <a class={`chip chip--${what}`} href={view.href(path)}>
            {waiting[what] >= COUNTED
              ? view.t(`work-many-${what}`, { count: COUNTED })
              : view.t(`work-waits-${what}`, { count: waiting[what] })}
          </a>
        </li>
      ))}
    </ul>
  )
}

function Filters({ view, queue, filter }: { view: PageView; queue: Queue; filter: QueueFilter }) {
  const { t, site } = view
  const bodies = queue.contexts.map(({ context: { jurisdiction } }) => ({
    value: jurisdiction.slug,
    label: jurisdiction.name,
  }))
  const services = site.region.documents.services.map(({ code, name }) => ({
    value: code,
    label: view.localize(name),
  }))
  const states = [...statuses, 'any' as const].map(value => ({
    value,
    label: value === 'any' ? t('work-status-any') : t(`status-${value}`),
  }))
  const select = (name: string, label: string, value: string, options: typeof bodies, any: string) => (
    <SelectField {...{ view, name, label, options, any }} values={[value]} errors={[]} />
  )
  return (
    <search aria-label={t('work-show')}>
      <form class="filters" action={view.href('/work')}>
        {Object.entries(searchQuery(filter)).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {bodies.length > 1 &&
          select('jurisdiction', t('filter-jurisdiction'), filter.jurisdiction, bodies, t('filter-any'))}
        {select('status', t('filter-status'), filter.status, states, t('work-status-open'))}
        {select('service', t('work-service'), filter.service, services, t('filter-any'))}
        {select(
          'show',
          t('work-show'),
          filter.show,
          shows.map(value => ({ value, label: t(`work-show-${value}`) })),
          t('work-show-all'),
        )}
        {select(
          'order',
          t('work-order'),
          filter.order,
          [
            { value: 'newest', label: t('work-order-newest') },
            { value: 'due', label: t('work-order-due') },
          ],
          t('work-order-priority'),
        )}
        <button class="usa-button usa-button--outline" type="submit">
          {t('filter-go')}
        </button>
      </form>
    </search>
  )
}

function searchQuery({ words, search }: QueueFilter): Record<string, string> {
  if (search !== '') return { search }
  return words === '' ? {} : { q: words }
}

function RequestList({ view, queue, filter }: { view: PageView; queue: Queue; filter: QueueFilter }) {
  const { t } = view
  const { after, words, search, ...rest } = filter
  const query = { ...rest, ...searchQuery(filter) }
  const isFiltered =
    [rest.jurisdiction, rest.service, rest.show, words].some(Boolean) || rest.status !== 'open'
  if (queue.rows.length === 0 && words !== '') return <NothingFound {...{ view, filter }} />
  if (queue.rows.length === 0) {
    return (
      <Empty>
        <p>{t(isFiltered || after ? 'work-none-filtered' : 'work-none')}</p>
        {(isFiltered || after) && (
          <a class="usa-button usa-button--outline" href={view.href('/work')}>
            {t('work-all-open')}
          </a>
        )}
      </Empty>
    )
  }
  return (
    <>
      {words !== '' && (
        <p>
          {t('work-search-found', { words })} <ClearSearch view={view} />
        </p>
      )}
      <ul class="queue">
        {queue.rows.map(row => (
          <RequestItem view={view} row={row} isAmongMany={queue.contexts.length > 1} />
        ))}
      </ul>
      <p class="row">
        {after && (
          <a class="usa-link" href={view.href(`/work?${new URLSearchParams(query)}`)}>
            {t('work-from-start')}
          </a>
        )}
        {queue.next !== null && (
          <a
            class="usa-link more"
            rel="next"
            href={view.href(`/work?${new URLSearchParams({ ...query, after: queue.next })}`)}
          >
            {t('work-next')}
            <Icon name="arrow_forward" />
          </a>
        )}
      </p>
    </>
  )
}

function RequestItem({ view, row, isAmongMany }: { view: PageView; row: QueueRow; isAmongMany: boolean }) {
  const { t } = view
  const { context } = row
  const zone = zoneOf(view, context)
  const text = row.address ?? row.description
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="queue__name usa-link" href={view.href(requestPath(context, row.id))}>
          {serviceLabel(view, context.jurisdiction.slug, row.serviceCode, row.serviceName)}
        </a>
        <span class="number">{row.id}</span>
        {row.caseId !== row.id && <span class="number">{t('work-case-number', { number: row.caseId })}</span>}
        {text && <bdi class="queue__place">{text}</bdi>}
        {row.triage && <span class="queue__why">{triageTexts(view, row).join(' ')}</span>}
      </div>
      <div class="queue__state">
        <StatusTag view={view} status={row.status} />
        <Marks view={view} row={row} />
      </div>
      <div class="queue__when">
        <Due view={view} row={row} zone={zone} />
        <span>
          {t('work-reported')} <Moment view={view} at={row.requestedAt} zone={zone} />
        </span>
        {isAmongMany && <span class="queue__body">{context.jurisdiction.name}</span>}
      </div>
    </li>
  )
}

export function Marks({ view, row }: { view: PageView; row: Omit<QueueRow, 'context'> }) {
  const marks = [
    row.urgent && ('urgent' as const),
    row.triage && ('triage' as const),
    row.private && ('private' as const),
    row.custody === 'passed' && ('passed' as const),
  ].filter(mark => mark !== false)
  return (
    <>
      {marks.map(mark => (
        <span class={`mark mark--${mark}`}>{view.t(`work-mark-${mark}`)}</span>
      ))}
    </>
  )
}

/** Late is said in words, not by color alone. */
export function Due({ view, row, zone }: { view: PageView; row: Omit<QueueRow, 'context'>; zone: string }) {
  const { expectedAt: at, status, custody } = row
  if (status === 'closed' || custody === 'passed') return null
  if (at === null) return <span>{view.t('work-due-none')}</span>
  const isLate = at < view.now
  return (
    <span class={isLate ? 'late' : undefined}>
      {isLate && <Icon name="warning" />} {view.t(isLate ? 'work-due-late' : 'work-due')}{' '}
      <Until view={view} at={at} zone={zone} />
    </span>
  )
}
