import { sql } from 'drizzle-orm'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { auditOperations } from './audit/operations.ts'
import { auditRoutes } from './audit/routes.ts'
import { sealJob } from './audit/seal.ts'
import { citizenPages } from './citizen/pages.tsx'
import { openDirectory } from './core/db.ts'
import { checkMasterKey } from './core/encryption.ts'
import { translator } from './core/i18n.ts'
import { randomText } from './core/ids.ts'
import type { JobHandler } from './core/jobs.ts'
import { describeApi, type Operations } from './core/openapi.ts'
import { asProblem, type Problem, type ProblemSlug, problem } from './core/problem.ts'
import { problemJson } from './core/problem-json.ts'
import { reencryptJob } from './core/reencrypt.ts'
import { duplicateOperations } from './handoffs/case-operations.ts'
import { caseRoutes } from './handoffs/case-routes.ts'
import { courierJob } from './handoffs/courier.ts'
import { handBackJob, handOnJob, runOffJob } from './handoffs/hand-on.ts'
import { handoffOperations } from './handoffs/operations.ts'
import { passOnJob } from './handoffs/pass-on.ts'
import { rerouteJob } from './handoffs/reroute.ts'
import { handoffRoutes } from './handoffs/routes.ts'
import { tellOriginJob } from './handoffs/tell-origin.ts'
import { timeoutJob } from './handoffs/timeout.ts'
import { handoffsAlongside } from './handoffs/view.ts'
import { withdrawOffersOf } from './handoffs/withdraw.ts'
import { notifyJob } from './notify/notify.ts'
import { open311Errors, open311Routes } from './open311/routes.ts'
import { checkBackJob } from './partners/check-back.ts'
import { forwardJob } from './partners/forward.ts'
import { pollJob } from './partners/poll.ts'
import { partnerOperations, partnerRoutes } from './partners/routes.ts'
import { staffLetterJob } from './people/letters.ts'
import { limitByDoor, limitHeaders } from './people/limits.ts'
import { oauthRoutes } from './people/oauth-routes.ts'
import { notePrograms } from './people/programs.ts'
import { closeSessionJob } from './people/sessions.ts'
import { rotateSigningKeyJob } from './people/signing-keys.ts'
import type { Platform } from './platform/platform.ts'
import { regionOperations } from './regions/operations.ts'
import { regionRoutes } from './regions/routes.ts'
import { type Door, findSite, pathInSite } from './regions/site.ts'
import { encryptedTables } from './requests/encrypted.ts'
import { mediaRoutes } from './requests/media-routes.ts'
import { requestOperations } from './requests/operations.ts'
import { publishJob } from './requests/public-index.ts'
import { requestRoutes } from './requests/routes.ts'
import { tidyJob } from './requests/tidy.ts'
import { openToLook } from './requests/work.ts'
import { eraseAccountJob } from './residents/erase.ts'
import { signInPages } from './sign-in/pages.tsx'
import { answerHeaders, assetPolicy, pageHeaders } from './web/headers.ts'
import { chooseLanguage } from './web/language.ts'
import { ownForms } from './web/own-forms.ts'
import { barePage, problemPage } from './web/problem.tsx'
import { workspacePages } from './workspace/pages.tsx'

/** Every kind of work that outlives its request. */
export const jobHandlers: readonly JobHandler[] = [
  publishJob,
  tidyJob,
  courierJob,
  tellOriginJob,
  timeoutJob,
  passOnJob,
  rerouteJob,
  handOnJob,
  handBackJob,
  runOffJob,
  forwardJob,
  pollJob,
  checkBackJob,
  notifyJob,
  reencryptJob(encryptedTables),
  staffLetterJob,
  closeSessionJob,
  eraseAccountJob,
  sealJob,
  rotateSigningKeyJob,
]

/** Every call of the JSON API, as `/api/v1/openapi.json` describes it. */
export const apiOperations: Operations = {
  ...regionOperations,
  ...requestOperations,
  ...handoffOperations,
  ...partnerOperations,
  ...duplicateOperations,
  ...auditOperations,
}

/** The front door: one order of things for every request, and every capability once. Alike on Node and Workers. */
export function createApp(platform: Platform): Hono<Door> {
  const app = new Hono<Door>({ getPath: request => pathInSite(new URL(request.url).pathname) })

  app.use(async (c, next) => {
    const startedAt = platform.clock.now()
    const given = c.req.header('x-request-id') ?? ''
    const requestId = /^[\w-]{1,100}$/.test(given) ? given : randomText(platform.random, 16)
    c.set('platform', platform)
    c.set('requestId', requestId)
    await next()
    c.res.headers.set('x-request-id', requestId)
    const refused = c.get('problem')
    platform.log('info', 'request', {
      requestId,
      method: c.req.method,
      // The pattern, not the path: a path can hold a tracking number, and a query a place or words.
      route: c.req.matchedRoutes.findLast(({ path }) => !path.endsWith('*'))?.path ?? '*',
      status: c.res.status,
      milliseconds: platform.clock.now() - startedAt,
      ...(refused && { problem: refused }),
    })
  })
  app.use(answerHeaders)
  app.use(async (c, next) => {
    if (!inGeoReport.test(c.req.path)) refuseDamaged(new URL(c.req.url).search)
    await next()
  })
  app.get('/healthz', c => c.json({ status: 'ok' }))
  app.get('/readyz', async c => {
    await openDirectory(platform).rows(sql`SELECT 1`)
    await checkMasterKey(platform)
    return c.json({ status: 'ready' })
  })
  app.get('/assets/*', async (c, next) => {
    const asset = await platform.assets.fetch(new Request(new URL(c.req.path, c.req.url), c.req.raw))
    if (asset.status === 404) return next()
    asset.headers.set('content-security-policy', assetPolicy)
    return asset
  })
  app.use(async (c, next) => {
    const site = await findSite(platform, new URL(c.req.url))
    c.set('site', site)
    c.set('language', chooseLanguage(c, site.region.documents.region.languages))
    await next()
  })
  app.use((c, next) => (isForPrograms(c.req.path) ? next() : pageHeaders(c, next)))
  app.use(limitHeaders)
  app.use(notePrograms)
  app.use(limitByDoor)
  app.use(ownForms)
  app.route('/', oauthRoutes())
  app.route('/open311', open311Routes())
  app.route('/api/v1', regionRoutes())
  app.route('/', mediaRoutes())
  app.route('/api/v1', requestRoutes(withdrawOffersOf, [handoffsAlongside]))
  app.route('/api/v1', handoffRoutes())
  app.route('/api/v1', partnerRoutes())
  app.route(
    '/api/v1',
    auditRoutes(c => openToLook(c, {}, 'audit')),
  )
  app.get('/api/v1/openapi.json', c => {
    const { origin, base, region } = c.get('site')
    return c.json(describeApi(region.documents.region.name, `${origin}${base}/api/v1`, apiOperations))
  })
  app.route('/api/v1', caseRoutes())
  app.route('/', signInPages())
  app.route('/', citizenPages())
  app.route('/', workspacePages())

  app.notFound(c => (isFormTarget(app, c) ? toItsPage(c) : answer(c, problem('not-found'))))
  app.onError((error, c) => answer(c, toProblem(error)))
  return app
}

/** Throws `bad-request` for a query that is not UTF-8. GeoReport says so itself; a `%` that escapes nothing stands for itself. */
function refuseDamaged(query: string): void {
  for (const [bytes] of query.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(bytes)
    } catch {
      throw problem('bad-request', { detail: 'The text is not UTF-8.' })
    }
  }
}

/**
 * Where only forms are sent to. Whoever asks for it by a link, such as to the page in another language, wants the page that
 * the form stood on.
 */
function isFormTarget(app: Hono<Door>, c: Context<Door>): boolean {
  if (c.req.method !== 'GET' || isForPrograms(c.req.path) || c.get('site') === undefined) return false
  const [handlers] = app.router.match('POST', c.req.path)
  return handlers.some(([[, { method, path }]]) => method === 'POST' && !path.endsWith('*'))
}

function toItsPage(c: Context<Door>): Response {
  const { pathname, search } = new URL(c.req.url)
  // Two slashes at the front would lead to another host.
  return c.redirect(pathname.replace(/^\/+/, '/').replace(/(?<=.)\/[^/]*$/, '') + search, 303)
}

/** Where a reader is led who must sign in first, or prove again who they are; residents, within `/account`. */
const signInFor: Partial<Record<ProblemSlug, string>> = {
  'sign-in-needed': '/sign-in',
  'prove-again': '/sign-in/again',
}

/** Back to the page that was asked for; after a form, to the page that it stood on. */
function toSignIn(c: Context<Door>, page: string): string {
  const { base, origin } = c.get('site')
  const isForm = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  const from = isForm ? (c.req.header('referer') ?? '') : c.req.url
  const asked = URL.canParse(from) ? new URL(from) : undefined
  const to = asked?.origin === origin ? `${asked.pathname}${asked.search}` : `${base}/`
  return `${base}${page}?${new URLSearchParams({ to })}`
}

/** Where programs ask: they are answered in JSON, or as GeoReport says. */
const inJson = /^\/(?:api|oauth|\.well-known|healthz|readyz)(?:\/|$)/
const inGeoReport = /^\/open311(?:\/|$)/
const isForPrograms = (path: string) => inJson.test(path) || inGeoReport.test(path)

/** A problem in the form of the door it happened at. Faults of ours are logged with their cause, never shown. */
function answer(c: Context<Door>, found: Problem): Response | Promise<Response> {
  c.set('problem', found.slug)
  if (found.status >= 500) {
    c.get('platform').log('error', found.slug, { requestId: c.get('requestId'), cause: causeOf(found) })
  }
  if (inGeoReport.test(c.req.path)) return open311Errors(c, found)
  if (inJson.test(c.req.path)) {
    const say = translator(c.get('language') ?? 'en')
    return problemJson(found, c.get('requestId'), (code, params) => say(`fault-${code}`, params))
  }
  if (c.get('site') === undefined) return barePage(c, found)
  const signIn = signInFor[found.slug]
  const door = /^\/account(?:\/|$)/.test(c.req.path) ? '/account' : ''
  return signIn === undefined ? problemPage(c, found) : c.redirect(toSignIn(c, door + signIn), 303)
}

/** What the middleware throws, by its status. */
const slugs = new Map<number, ProblemSlug>([
  [403, 'cross-site'],
  [404, 'not-found'],
  [413, 'too-large'],
])

function toProblem(error: unknown): Problem {
  if (error instanceof HTTPException) {
    return problem(slugs.get(error.status) ?? 'bad-request', { cause: error })
  }
  return isHangUp(error) ? problem('bad-request', { cause: error }) : asProblem(error)
}

/** The caller went away in the middle of its request: nobody reads the answer, and nothing is wrong here. */
function isHangUp(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'AbortError' || ('code' in error && error.code === 'ECONNRESET')
}

/** The kind and code of what went wrong. A driver's message can hold the SQL and what somebody wrote, so it stays out. */
function causeOf({ cause }: Problem): string {
  if (!(cause instanceof Error)) return 'unknown'
  const code = 'code' in cause ? ` ${String(cause.code)}` : ''
  const place =
    cause.stack
      ?.split('\n')
      .find(line => line.trimStart().startsWith('at '))
      ?.trim() ?? ''
  return `${cause.name}${code} ${place}`.trim()
}
