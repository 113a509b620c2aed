import { statuses } from '../requests/schema.ts'
import { Alert, Empty, Moment, StatusTag, Until } from '../web/components.tsx'
import { SelectField, TextField } from '../web/fields.tsx'
import { Icon } from '../web/icon.tsx'
import { type View, viewOf } from '../web/view.ts'
import { requestPath, StaffPage, sectionPath, sectionsFor, zoneOf } from './frame.tsx'
import { HandoffList } from './handoff-list.tsx'
import { serviceLabel } from './names.ts'
import { type Office, type PageContext, staffOf } from './office.ts'
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

/** What I may work on, wherever: what waits for somebody first, then the requests. */
export async function queuePage(c: PageContext) {
  const view = viewOf(c)
  const signedIn = await staffOf(c)
  const filter = readFilter(c)
  const queue = await readQueue(c, signedIn, filter)
  const only = queue.offices.find(({ office }) => office.jurisdiction.slug === filter.jurisdiction)?.office
  const section = only === undefined ? undefined : 'requests'
  return c.html(
    <StaffPage {...{ c, view, section }} me={queue.me} office={only} title={view.t('work-mine')}>
      <h1>{view.t('work-mine')}</h1>
      {queue.away.map(name => (
        <Alert type="warning">
          <p>{view.t('work-away', { name })}</p>
        </Alert>
      ))}
      {queue.offices.length === 0 && queue.away.length === 0 ? (
        <Empty>
          <p>{view.t('work-no-grants')}</p>
          <a class="usa-button usa-button--outline" href={view.href('/me')}>
            {view.t('me-title')}
          </a>
        </Empty>
      ) : (
        <>
          {only === undefined && <Summary view={view} queue={queue} />}
          <h2 id="requests">{view.t(filter.show === 'offers' ? 'work-offers' : 'work-section-requests')}</h2>
          <Filters view={view} queue={queue} filter={filter} />
          {filter.show === 'offers' ? (
            <HandoffList view={view} rows={queue.offers} />
          ) : (
            <RequestList view={view} queue={queue} filter={filter} />
          )}
        </>
      )}
    </StaffPage>,
    queue.away.length > 0 && queue.offices.length === 0 ? 503 : 200,
  )
}

function readFilter(c: PageContext): QueueFilter {
  const one = (name: string) => (c.req.query(name) ?? '').trim().slice(0, 200)
  const status = ['any' as const, ...statuses].find(known => known === one('status')) ?? 'open'
  return {
    jurisdiction: one('jurisdiction'),
    status,
    service: one('service'),
    show: shows.find(known => known === one('show')) ?? '',
    words: one('q'),
    order: orders.find(known => known === one('order')) ?? 'newest',
    after: readQueueCursor(one('after')),
  }
}

/** Each jurisdiction with what waits in it; nothing is said of what does not. */
function Summary({ view, queue }: { view: View; queue: Queue }) {
  const { t } = view
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{t('work-waiting')}</h2>
      <ul class="waiting">
        {queue.offices.map(({ office, waiting }) => (
          <li class="waiting__body">
            <h3>{office.jurisdiction.name}</h3>
            {waiting && <Chips {...{ view, office, waiting }} />}
            <p class="waiting__pages">
              {sectionsFor(office).map(section => (
                <a class="usa-link" href={view.href(sectionPath(office, section))}>
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

function Chips({ view, office, waiting }: { view: View; office: Office; waiting: Waiting }) {
  const { slug } = office.jurisdiction
  const links = [
    ['fresh', `/work?jurisdiction=${slug}&status=submitted`],
    ['offers', `/work/${slug}/handoffs`],
    ['disputes', `/work/${slug}/handoffs`],
    ['overdue', `/work?jurisdiction=${slug}&show=overdue&order=due`],
    ['triage', `/work?jurisdiction=${slug}&show=triage`],
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

function Filters({ view, queue, filter }: { view: View; queue: Queue; filter: QueueFilter }) {
  const { t, site } = view
  const bodies = queue.offices.map(({ office: { jurisdiction } }) => ({
    value: jurisdiction.slug,
    label: jurisdiction.name,
  }))
  const services = site.region.documents.services.map(({ code, name }) => ({
    value: code,
    label: view.say(name),
  }))
  const states = [...statuses, 'any' as const].map(value => ({
    value,
    label: value === 'any' ? t('work-status-any') : t(`status-${value}`),
  }))
  const select = (name: string, label: string, value: string, options: typeof bodies, any: string) => (
    <SelectField {...{ view, name, label, options, any }} values={[value]} faults={[]} />
  )
  return (
    <search>
      <form class="filters" action={view.href('/work')}>
        <TextField
          view={view}
          name="q"
          type="search"
          label={t('work-words')}
          value={filter.words}
          faults={[]}
        />
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
          [{ value: 'due', label: t('work-order-due') }],
          t('work-order-newest'),
        )}
        <button class="usa-button usa-button--outline" type="submit">
          {t('filter-go')}
        </button>
      </form>
    </search>
  )
}

function RequestList({ view, queue, filter }: { view: View; queue: Queue; filter: QueueFilter }) {
  const { t } = view
  const { after, words, ...rest } = filter
  const query = { ...rest, q: words }
  const isFiltered =
    [rest.jurisdiction, rest.service, rest.show, words].some(Boolean) || rest.status !== 'open'
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
      <ul class="queue">
        {queue.rows.map(row => (
          <RequestItem view={view} row={row} isAmongMany={queue.offices.length > 1} />
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

function RequestItem({ view, row, isAmongMany }: { view: View; row: QueueRow; isAmongMany: boolean }) {
  const { t } = view
  const { office } = row
  const zone = zoneOf(view, office)
  const text = row.address ?? row.description
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="queue__name usa-link" href={view.href(requestPath(office, row.id))}>
          {serviceLabel(view, office.jurisdiction.slug, row.serviceCode, row.serviceName)}
        </a>
        <span class="number">{row.id}</span>
        {text && <span class="queue__place">{text}</span>}
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
        {isAmongMany && <span class="queue__body">{office.jurisdiction.name}</span>}
      </div>
    </li>
  )
}

/** What sets a request apart, each in a word. */
export function Marks({ view, row }: { view: View; row: Omit<QueueRow, 'office'> }) {
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

/** By when it is promised; late is said in words, not by a colour alone. */
export function Due({ view, row, zone }: { view: View; row: Omit<QueueRow, 'office'>; zone: string }) {
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
