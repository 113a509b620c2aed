import { type Context, Hono, type Next } from 'hono'
import { openPublicRegion } from '../core/database/handles.ts'
import { parseTrackingNumber, randomText } from '../core/ids.ts'
import { asProblem, problem } from '../core/problem.ts'
import { cleanLine, cleanText } from '../core/text.ts'
import { searchPlaces } from '../places/find.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { draftErrors } from '../requests/draft.ts'
import { readCursor, writeCursor } from '../requests/list/cursor.ts'
import { listPublicRequests, type PublicFilter } from '../requests/list/public-index.ts'
import { offeredService, resolveDraft } from '../requests/submit.ts'
import { brandStyles } from '../web/brand.ts'
import { Alert } from '../web/components/components.tsx'
import { viewOf } from '../web/view.ts'
import { AboutPage } from './about.tsx'
import { accountPages } from './account/pages.tsx'
import { addressesOf, residentOf, withContact } from './account/resident.ts'
import { addressPage } from './address/address.tsx'
import { offeredBy } from './catalogue.ts'
import { Handles } from './handles.tsx'
import { HomePage } from './home.tsx'
import { JurisdictionsPage, readJurisdictionQuery } from './jurisdictions.tsx'
import { DetailsPage } from './report/details.tsx'
import { ANSWER, errorMessages, readDraft } from './report/form.ts'
import { findNearby } from './report/nearby.tsx'
import { OutsideNotice, outsideOf } from './report/outside.tsx'
import { isRough, PlaceLine, withAddress } from './report/place.tsx'
import { RoutingQuestionPage } from './report/questions.tsx'
import { send } from './report/send.tsx'
import { noSearch, WherePage } from './report/where.tsx'
import { ServicesPage } from './services.tsx'
import { CasePage } from './track/case.tsx'
import { closedCase, rateCase, reopenCase } from './track/closed.tsx'
import {
  answer,
  answerPage,
  changeOptOut,
  confirm,
  confirmPage,
  follow,
  followPage,
  optOutPage,
  stop,
  unfollowPage,
} from './track/follow.tsx'
import { readReportsFilter, reportPoints } from './track/points.ts'
import { readCase } from './track/reader.ts'
import { replyPage, sendReply } from './track/reply.tsx'
import { ReportsPage } from './track/reports.tsx'
import { exampleNumber, TrackPage } from './track/track.tsx'

const RECENT = 6
const PAGE_OF_REPORTS = 25
const PLACES_SHOWN = 8
const placeFields = new Set(['place', 'lat', 'long', 'accuracy', 'address'])

type PageContext = Context<AppEnv>

export function citizenPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()
  pages.on(
    'GET',
    ['/', '/about', '/jurisdictions', '/place', '/report', '/report/*', '/track', '/reports'],
    rememberReturn,
  )

  pages.get('/', async c => c.html(<HomePage view={viewOf(c)} recent={await listed(c, { limit: RECENT })} />))
  pages.get('/about', c => c.html(<AboutPage view={viewOf(c)} />))
  pages.get('/jurisdictions', c =>
    c.html(<JurisdictionsPage view={viewOf(c)} query={readJurisdictionQuery(c)} />),
  )
  pages.get('/brand.css', c =>
    c.body(brandStyles(c.get('site')), 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=86400',
    }),
  )

  pages.get('/emergency-words.json', c => {
    const topics = c.get('site').region.emergencies.topics
    const words = topics.map(({ id, words, except }) => ({ id, words, except }))
    return c.json(words, 200, { 'cache-control': 'public, max-age=86400' })
  })

  pages.get('/place', addressPage)

  pages.get('/report', c => {
    const typed = cleanLine(c.req.query('q') ?? '').slice(0, 200)
    return c.html(<ServicesPage view={viewOf(c)} typed={typed} where={placeOf(c)} />)
  })
  pages.get('/report/:service', wherePage)
  pages.get('/report/:service/details', detailsPage)
  pages.get('/report/:service/who', responsibleFragment)
  pages.post('/report/:service/send', c => send(c, c.req.param('service')))

  pages.get('/track', trackPage)
  pages.get('/cases/:number', casePage)
  pages.post('/cases/:number/reopen', reopenCase)
  pages.post('/cases/:number/rating', rateCase)
  pages.get('/reports', reportsPage)
  pages.get('/reports/points', reportPoints)
  pages.get('/cases/:number/follow', followPage)
  pages.post('/cases/:number/follow', follow)
  pages.get('/follow/:token', confirmPage)
  pages.post('/follow/:token', confirm)
  pages.get('/unfollow/:token', unfollowPage)
  pages.post('/unfollow/:token', stop)
  pages.get('/unsubscribe/:token', optOutPage)
  pages.post('/unsubscribe/:token', changeOptOut)
  pages.get('/answer/:token', answerPage)
  pages.post('/answer/:token', answer)
  pages.get('/reply/:token', replyPage)
  pages.post('/reply/:token', sendReply)
  pages.route('/account', accountPages())
  return pages
}

/** Pages that are the same for everyone: going back shows them again, with what was typed. */
async function rememberReturn(c: PageContext, next: Next) {
  await next()
  if (c.res.ok) c.header('cache-control', 'private, no-cache')
}

/** A place that was chosen before the service, as the report form takes it. */
function placeOf(c: PageContext): readonly [string, string][] {
  const { atlas } = c.get('site').region.routing
  const query = new URL(c.req.url).searchParams
  const { place } = readPlace(query.get('lat') ?? '', query.get('long') ?? '', atlas)
  if (place === null) return []
  return [...query].filter(([name]) => placeFields.has(name))
}

async function wherePage(c: PageContext) {
  const { region } = c.get('site')
  const typed = cleanLine(c.req.query('q') ?? '').slice(0, 200)
  const props = {
    view: viewOf(c),
    service: offeredService(region, c.req.param('service') ?? '', undefined),
    typed,
    search:
      typed === ''
        ? noSearch
        : await searchPlaces(c.get('platform'), region, { text: typed, limit: PLACES_SHOWN }),
    words: cleanText(c.req.query('words') ?? '').slice(0, 500),
  }
  return c.html(<WherePage {...props} errors={[]} />)
}

async function detailsPage(c: PageContext) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const code = c.req.param('service') ?? ''
  const common = offeredService(region, code, undefined)
  const query = new URL(c.req.url).searchParams
  const { draft: typed, errors } = readDraft(query, region, code, view.language)
  const placed = await withAddress(c.get('platform'), view, typed)
  const resident = await residentOf(c)
  const draft = resident === undefined ? placed : withContact(placed, resident.account)
  const wrong = [...errors, ...draftErrors(draft, common)].filter(({ field }) => placeFields.has(field))
  if (wrong.length > 0) {
    const messages = errorMessages(view, wrong, common).map(error => ({ ...error, field: 'address' }))
    const props = { view, service: common, typed: '', search: noSearch, words: draft.address }
    return c.html(<WherePage {...props} errors={messages} />, 400)
  }
  const outside = await outsideOf(c.get('platform'), view, draft)
  if (outside !== undefined) {
    const props = { view, service: common, typed: '', search: noSearch, words: '', outside }
    return c.html(<WherePage {...props} errors={[]} />, 400)
  }
  const resolution = resolveDraft(region, draft, view.now)
  const { question } = resolution
  const isAnswered = query.has('asked') && (query.get('asked') !== '1' || query.has(ANSWER + question?.id))
  if (question !== undefined && !isAnswered) {
    const [label, message] = [view.t(`question-${question.id}`), view.t('error-choose')]
    const errors = query.has('asked') ? [{ field: ANSWER + question.id, label, message }] : []
    const props = { view, service: common, draft, question, errors }
    return c.html(<RoutingQuestionPage {...props} />, errors.length > 0 ? 400 : 200)
  }
  const service = offeredService(region, code, offeredBy(region, code, resolution))
  const once = randomText(c.get('platform').random, 24)
  const nearby = await findNearby(c.get('platform'), region, draft)
  const signedIn = resident && addressesOf(view, resident.account)[0]
  return c.html(<DetailsPage {...{ view, service, draft, resolution, nearby, once, signedIn }} errors={[]} />)
}

async function responsibleFragment(c: PageContext) {
  const { region } = c.get('site')
  const view = viewOf(c)
  const code = c.req.param('service') ?? ''
  const { draft: typed, errors } = readDraft(new URL(c.req.url).searchParams, region, code, view.language)
  const common = offeredService(region, code, undefined)
  const wrong = [...errors, ...draftErrors(typed, common).filter(({ field }) => placeFields.has(field))]
  if (wrong.length > 0) throw problem('invalid-fields', { fields: wrong })
  const outside = await outsideOf(c.get('platform'), view, typed)
  if (outside !== undefined)
    return c.html(
      <div data-choose-again>
        <OutsideNotice view={view} outside={outside} />
      </div>,
    )
  if (isRough(typed))
    return c.html(
      <div data-choose-again>
        <Alert type="warning" live>
          <p>{view.t('place-rough', { distance: view.distance(typed.accuracy) })}</p>
        </Alert>
      </div>,
    )
  const draft = await withAddress(c.get('platform'), view, typed)
  const resolution = resolveDraft(region, draft, view.now)
  const service = offeredService(region, code, offeredBy(region, code, resolution))
  return c.html(
    <>
      <PlaceLine view={view} draft={draft} />
      {typed.address === '' && typed.accuracy > 0 && (
        <p class="usa-hint">{view.t('place-accuracy', { distance: view.distance(typed.accuracy) })}</p>
      )}
      <Handles {...{ view, service, resolution }} before />
    </>,
  )
}

function trackPage(c: PageContext) {
  const view = viewOf(c)
  const query = c.req.query('number')
  const typed = (query ?? '').trim().slice(0, 500)
  if (query === undefined) return c.html(<TrackPage view={view} />)
  // A case's link, as pasted from an email, is accepted in place of its number.
  const number = parseTrackingNumber(/\/cases\/([\w-]+)/.exec(typed)?.[1] ?? typed)
  if (number !== undefined) return c.redirect(view.href(`/cases/${number.id}`), 303)
  const error =
    typed === ''
      ? view.t('error-required-number')
      : view.t('track-mistyped', { example: exampleNumber(view) })
  return c.html(<TrackPage view={view} typed={typed} error={error} />, 400)
}

async function casePage(c: PageContext) {
  const read = await readCase(c)
  const closed = await closedCase(c, read)
  const { thanks, done } = c.req.query()
  return c.html(<CasePage {...{ ...read, closed, thanks, done }} view={viewOf(c)} />)
}

async function reportsPage(c: PageContext) {
  const view = viewOf(c)
  const { chosen, filter } = readReportsFilter(c, view)
  const after = readCursor(c.req.query('after') ?? '').value
  const rows = await listed(c, { ...filter, after, limit: PAGE_OF_REPORTS })
  const next = rows && writeCursor(rows, PAGE_OF_REPORTS)
  const points = `${view.href('/reports/points')}?${new URLSearchParams({ ...chosen })}`
  return c.html(
    <ReportsPage {...{ view, filter: chosen, points, rows, next }} isOlder={after !== undefined} />,
    rows === null ? 503 : 200,
  )
}

/** Null when the index is unavailable: the page says so, and the rest of it still works. */
async function listed(c: PageContext, filter: PublicFilter) {
  const { region, jurisdiction } = c.get('site')
  const db = openPublicRegion(c.get('platform'), region.slug)
  try {
    return await listPublicRequests(db, { jurisdiction: jurisdiction?.slug, ...filter })
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return null
  }
}
