import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { openRegion, openTenantReader } from '../core/db.ts'
import { parseTrackingNumber, randomText } from '../core/ids.ts'
import { asProblem, problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { readCursor, writeCursor } from '../requests/cursor.ts'
import { draftFaults, MAX_MEDIA } from '../requests/draft.ts'
import { publicCase } from '../requests/find.ts'
import { MAX_PHOTO_BYTES } from '../requests/photo.ts'
import { listPublicRequests, type PublicFilter } from '../requests/public-index.ts'
import { offeredService, resolveDraft } from '../requests/submit.ts'
import { isOwn } from '../residents/own.ts'
import { brandStyles } from '../web/brand.ts'
import { viewOf } from '../web/view.ts'
import { AboutPage } from './about.tsx'
import { accountPages } from './account/pages.tsx'
import { addressOf, residentOf, withContact } from './account/resident.ts'
import { CasePage } from './case.tsx'
import { grouped, offeredBy, siteServices } from './catalogue.ts'
import { DetailsPage } from './details.tsx'
import {
  answer,
  answerPage,
  confirm,
  confirmPage,
  follow,
  followPage,
  stop,
  unfollowPage,
} from './follow.tsx'
import { ANSWER, faultMessages, readDraft } from './form.ts'
import { Handles } from './handles.tsx'
import { HomePage } from './home.tsx'
import { JurisdictionsPage } from './jurisdictions.tsx'
import { lookNearby } from './nearby.tsx'
import { PlaceLine, withAddress } from './place.tsx'
import { RoutingQuestionPage } from './questions.tsx'
import { replyPage, sendReply } from './reply.tsx'
import { ReportsPage } from './reports.tsx'
import { send } from './send.tsx'
import { ServicesPage } from './services.tsx'
import { exampleNumber, TrackPage } from './track.tsx'
import { WherePage } from './where.tsx'

const RECENT = 6
const PAGE_OF_REPORTS = 25
const PLACES_SHOWN = 8
const MAX_SMALL_FORM_BYTES = 64 * 1024
const MAX_FORM_BYTES = (MAX_MEDIA + 1) * MAX_PHOTO_BYTES

type PageContext = Context<Door>

/** The pages of a resident: report, follow, look around. Forms that work with no script. */
export function citizenPages(): Hono<Door> {
  const pages = new Hono<Door>()
  pages.on(
    'GET',
    ['/', '/about', '/jurisdictions', '/report', '/report/*', '/track', '/reports'],
    keepForTheWayBack,
  )

  pages.get('/', async c => c.html(<HomePage view={viewOf(c)} recent={await listed(c, { limit: RECENT })} />))
  pages.get('/about', c => c.html(<AboutPage view={viewOf(c)} />))
  pages.get('/jurisdictions', c => c.html(<JurisdictionsPage view={viewOf(c)} />))
  pages.get('/brand.css', c =>
    c.body(brandStyles(c.get('site')), 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=86400',
    }),
  )

  pages.get('/report', c => {
    const typed = (c.req.query('q') ?? '').trim().slice(0, 200)
    return c.html(<ServicesPage view={viewOf(c)} typed={typed} />)
  })
  pages.get('/report/:service', wherePage)
  pages.get('/report/:service/details', detailsPage)
  pages.get('/report/:service/who', whoFragment)
  pages.post('/report/:service/send', bodyLimit({ maxSize: MAX_FORM_BYTES, onError: tooLarge }), c =>
    send(c, c.req.param('service')),
  )

  pages.get('/track', trackPage)
  pages.get('/cases/:number', casePage)
  pages.get('/reports', reportsPage)
  pages.get('/cases/:number/follow', followPage)
  pages.post('/cases/:number/follow', smallForm, follow)
  pages.get('/follow/:token', confirmPage)
  pages.post('/follow/:token', smallForm, confirm)
  pages.get('/unfollow/:token', unfollowPage)
  pages.post('/unfollow/:token', smallForm, stop)
  pages.get('/answer/:token', answerPage)
  pages.post('/answer/:token', smallForm, answer)
  pages.get('/reply/:token', replyPage)
  pages.post('/reply/:token', smallForm, sendReply)
  pages.route('/account', accountPages(smallForm))
  return pages
}

/** What is the same for everybody: a browser may show it again, with what was typed into it, after asking. */
async function keepForTheWayBack(c: PageContext, next: Next) {
  await next()
  if (c.res.ok) c.header('cache-control', 'private, no-cache')
}

const smallForm = bodyLimit({ maxSize: MAX_SMALL_FORM_BYTES, onError: tooLarge })

function tooLarge(): never {
  throw problem('too-large')
}

function wherePage(c: PageContext) {
  const { region } = c.get('site')
  const typed = (c.req.query('q') ?? '').trim().slice(0, 200)
  const props = {
    view: viewOf(c),
    service: offeredService(region, c.req.param('service') ?? '', undefined),
    typed,
    found: typed === '' ? [] : region.searchPlaces(typed, PLACES_SHOWN),
    words: (c.req.query('words') ?? '').slice(0, 500),
  }
  return c.html(<WherePage {...props} faults={[]} />)
}

const placeFields = new Set(['place', 'lat', 'long', 'accuracy', 'address'])

async function detailsPage(c: PageContext) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const code = c.req.param('service') ?? ''
  const common = offeredService(region, code, undefined)
  const query = new URL(c.req.url).searchParams
  const { draft: typed, faults } = readDraft(query, region, code, view.language)
  const placed = withAddress(region, typed)
  const resident = await residentOf(c)
  const draft = resident === undefined ? placed : withContact(placed, resident.account)
  const wrong = [...faults, ...draftFaults(draft, common)].filter(({ field }) => placeFields.has(field))
  if (wrong.length > 0) {
    const messages = faultMessages(view, wrong, common).map(fault => ({ ...fault, field: 'address' }))
    const asked = { view, service: common, typed: '', found: [], words: draft.address }
    return c.html(<WherePage {...asked} faults={messages} />, 400)
  }
  const resolution = resolveDraft(region, draft, view.now)
  const { question } = resolution
  const isAnswered = query.has('asked') && (query.get('asked') !== '1' || query.has(ANSWER + question?.id))
  if (question !== undefined && !isAnswered) {
    const [label, message] = [view.t(`question-${question.id}`), view.t('fault-choose')]
    const faults = query.has('asked') ? [{ field: ANSWER + question.id, label, message }] : []
    const props = { view, service: common, draft, question, faults }
    return c.html(<RoutingQuestionPage {...props} />, faults.length > 0 ? 400 : 200)
  }
  const service = offeredService(region, code, offeredBy(region, code, resolution))
  const once = randomText(c.get('platform').random, 24)
  const nearby = await lookNearby(c, draft)
  const signedIn = resident && addressOf(resident.account)
  return c.html(<DetailsPage {...{ view, service, draft, resolution, nearby, once, signedIn }} faults={[]} />)
}

/** Who would handle it at a place, for the page's script to show beside the map. */
function whoFragment(c: PageContext) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const code = c.req.param('service') ?? ''
  const { draft: typed, faults } = readDraft(new URL(c.req.url).searchParams, region, code, view.language)
  const common = offeredService(region, code, undefined)
  const wrong = [...faults, ...draftFaults(typed, common).filter(({ field }) => placeFields.has(field))]
  if (wrong.length > 0) throw problem('invalid-fields', { fields: wrong })
  const draft = withAddress(region, typed)
  const resolution = resolveDraft(region, draft, view.now)
  const service = offeredService(region, code, offeredBy(region, code, resolution))
  return c.html(
    <>
      <PlaceLine view={view} draft={draft} />
      <Handles {...{ view, service, resolution }} before />
    </>,
  )
}

function trackPage(c: PageContext) {
  const view = viewOf(c)
  const asked = c.req.query('number')
  const typed = (asked ?? '').trim().slice(0, 500)
  if (asked === undefined) return c.html(<TrackPage view={view} />)
  // The link of a case, as it stands in a letter, is as good as its number.
  const number = parseTrackingNumber(/\/cases\/([\w-]+)/.exec(typed)?.[1] ?? typed)
  if (number !== undefined) return c.redirect(view.href(`/cases/${number.id}`), 303)
  const fault =
    typed === '' ? view.t('fault-required') : view.t('track-mistyped', { example: exampleNumber(view) })
  return c.html(<TrackPage view={view} typed={typed} fault={fault} />, 400)
}

async function casePage(c: PageContext) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const number = parseTrackingNumber(c.req.param('number') ?? '')
  const keeper = region.documents.jurisdictions.find(({ code }) => code === number?.code)?.slug
  if (number === undefined || keeper === undefined) throw problem('not-found')
  const access = { kind: 'public', region: region.slug } as const
  const found = await publicCase(openTenantReader(c.get('platform'), access, region.slug, keeper), number.id)
  if (found === undefined) throw problem('not-found')
  const thanks = c.req.query('thanks')
  const own = found.request.private && (await isTheirs(c, keeper, number.id))
  return c.html(<CasePage {...{ view, found, keeper, thanks, own }} />)
}

/** Whether whoever looks at a private case is the resident who reported it. */
async function isTheirs(c: PageContext, keeper: string, id: string): Promise<boolean> {
  const resident = await residentOf(c)
  if (resident === undefined) return false
  const { access, account } = resident
  return isOwn(openTenantReader(c.get('platform'), access, access.region, keeper), account.id, id)
}

async function reportsPage(c: PageContext) {
  const { region, jurisdiction: own } = c.get('site')
  const view = viewOf(c)
  const filter = {
    group: c.req.query('group') ?? '',
    status: c.req.query('status') ?? '',
    jurisdiction: c.req.query('jurisdiction') ?? own?.slug ?? '',
  }
  const group = grouped(view, siteServices(view)).find(({ id }) => id === filter.group)
  const services = group?.services.map(({ code }) => code)
  const status = filter.status === 'open' || filter.status === 'closed' ? filter.status : undefined
  const jurisdiction = region.jurisdiction(filter.jurisdiction)?.slug
  const door = `/r/${region.slug}${jurisdiction === undefined ? '' : `/j/${jurisdiction}`}`
  const query = new URLSearchParams({ service_code: services?.join(',') ?? '', status: status ?? '' })
  const drawn = `${door}/api/v1/requests?${query}`
  const after = readCursor(c.req.query('after') ?? '').value
  const rows = await listed(c, {
    services,
    status,
    jurisdiction,
    after,
    limit: PAGE_OF_REPORTS,
  })
  const next = rows && writeCursor(rows, PAGE_OF_REPORTS)
  return c.html(
    <ReportsPage {...{ view, filter, drawn, rows, next }} isOlder={after !== undefined} />,
    rows === null ? 503 : 200,
  )
}

/** The region's public reports; null when the index is away: the page says so, and everything else on it works. */
async function listed(c: PageContext, filter: PublicFilter) {
  const { region, jurisdiction } = c.get('site')
  const db = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
  try {
    return await listPublicRequests(db, { jurisdiction: jurisdiction?.slug, ...filter })
  } catch (error) {
    if (asProblem(error).slug !== 'database-away') throw error
    return null
  }
}
