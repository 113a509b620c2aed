import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import { setupPages } from './admin/setup/routes.ts'
import * as listed from './app.ts'
import { type Capability, jobHandlersOf, registryOf } from './capability.ts'
import { buildInfo } from './core/build-info.ts'
import { expectSchemas, refuseReplica } from './core/database/clients.ts'
import { shippedMigrations } from './core/database/shipped.ts'
import { checkMasterKey } from './core/encryption/master-key.ts'
import { pathOf } from './core/http/api.ts'
import { MAX_PAIRS, tooMany } from './core/http/form.ts'
import { describeApi, type Operations } from './core/http/openapi.ts'
import { problemJson } from './core/http/problem-json.ts'
import { translator } from './core/i18n.ts'
import { randomText } from './core/ids.ts'
import { asProblem, type Problem, type ProblemSlug, problem } from './core/problem.ts'
import { traced } from './core/tracing.ts'
import { refuseWithRealUsers } from './identity/demo.ts'
import { limitByRoute, limitHeaders, type RouteLimit } from './identity/limits.ts'
import { recognizeProgram } from './identity/programs/authorize.ts'
import { notePrograms } from './identity/programs/programs.ts'
import { httpDuration, httpRequests } from './monitoring/metrics.ts'
import { monitoringRoutes } from './monitoring/routes.ts'
import { open311Errors } from './open311/routes.ts'
import type { Platform } from './platform/platform.ts'
import { isSandbox } from './regions/documents/sandbox.ts'
import { type AppEnv, findSite, pathInSite } from './regions/runtime/site.ts'
import { countBehind } from './regions/versions/migrate.ts'
import { barePage, problemPage } from './web/components/problem.tsx'
import { compression } from './web/compression.ts'
import { answerHeaders, assetPolicy, pageHeaders } from './web/headers.ts'
import { chooseLanguage } from './web/language.ts'
import { ownForms } from './web/own-forms.ts'

const capabilities: readonly Capability[] = Object.values(listed)

export const registry = registryOf(capabilities)
export const apiOperations: Operations = Object.fromEntries(
  registry.api.map(({ route, operation }) => [route, operation]),
)
export const jobHandlers = jobHandlersOf(capabilities, registry)

const apiLimits: readonly RouteLimit[] = [
  { paths: /^\/api\/v1\/work\//, reads: 'visitor', writes: 'reports', isAnonymousOnly: true },
  { paths: /^\/api\//, reads: 'visitor', writes: 'reports' },
]

// Callers may invent others.
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

// The route pattern, not the path: a path can hold a tracking number, a query an address or free text.
function labelsOf({ req }: Context<AppEnv>): { readonly route: string; readonly method: string } {
  const route = req.matchedRoutes.findLast(({ path }) => !path.endsWith('*'))?.path ?? '*'
  return { route, method: knownMethods.has(req.method) ? req.method : 'other' }
}

// For a 503 whose problem sets no retry time of its own.
const RETRY_AFTER_SECONDS = 5

/** The middleware in order, then the routes of every capability. The same on Node and Workers. */
export function createApp(platform: Platform): Hono<AppEnv> {
  expectSchemas(platform, shippedMigrations())
  const app = new Hono<AppEnv>({ getPath: request => pathInSite(new URL(request.url).pathname) })

  app.use(async (c, next) => {
    const startedAt = platform.clock.now()
    c.set('platform', platform)
    c.set('registry', registry)
    const start = { name: c.req.method, kind: 'server', traceparent: c.req.header('traceparent') } as const
    const labels = await traced(platform, start, async span => {
      await next()
      const { route, method } = labelsOf(c)
      span.rename(`${method} ${route}`)
      span.set({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': c.res.status,
      })
      if (c.res.status >= 500) span.fail(c.get('problem') ?? String(c.res.status))
      return { route, method }
    })
    // Also on a response that a handler has made itself.
    c.res.headers.set('x-request-id', c.get('requestId'))
    if (c.res.status === 503 && !c.res.headers.has('retry-after')) {
      c.res.headers.set('retry-after', String(RETRY_AFTER_SECONDS))
    }
    const refused = c.get('problem')
    const { status } = c.res
    const milliseconds = platform.clock.now() - startedAt
    platform.metrics.add(httpRequests, { ...labels, status: `${Math.floor(status / 100)}xx` })
    platform.metrics.observe(httpDuration, labels, milliseconds / 1000)
    platform.log('info', 'request', {
      requestId: c.get('requestId'),
      method: c.req.method,
      route: labels.route,
      status,
      milliseconds,
      ...(refused && { problem: refused }),
    })
  })
  app.use(requestId({ limitLength: 100, generator: () => randomText(platform.random, 16) }))
  app.use(compression)
  app.use(answerHeaders)
  app.use(async (c, next) => {
    if (!inGeoReport.test(c.req.path)) refuseQuery(new URL(c.req.url).search)
    await next()
  })
  app.get('/healthz', c => c.json({ status: 'ok', ...buildInfo }))
  app.get('/readyz', async c => {
    await refuseReplica(platform)
    await checkMasterKey(platform)
    await refuseBehind(platform)
    return c.json({ status: 'ready' })
  })
  app.route('/', monitoringRoutes())
  app.get('/assets/*', async (c, next) => {
    const asset = await platform.assets.fetch(new Request(new URL(c.req.path, c.req.url), c.req.raw))
    if (asset.status === 404) return next()
    asset.headers.set('content-security-policy', assetPolicy)
    return asset
  })
  app.route('/', setupPages())
  app.use(async (c, next) => {
    const site = await findSite(platform, new URL(c.req.url))
    await refuseWithRealUsers(platform, site.region)
    c.set('site', site)
    c.set('language', chooseLanguage(c, site.region.documents.region.languages))
    await next()
    if (isSandbox(site.region.slug)) c.res.headers.set('x-robots-tag', 'noindex, nofollow')
  })
  app.use((c, next) => (isForPrograms(c.req.path) ? next() : pageHeaders(c, next)))
  app.use(limitHeaders)
  app.use(notePrograms)
  app.use((c, next) => (isPublicCall.test(c.req.path) ? recognizeProgram(c, next) : next()))
  app.use(limitByRoute([...registry.limits, ...apiLimits]))
  app.use(ownForms)
  for (const { route, handle } of registry.api) {
    const { method, path } = pathOf(route)
    app.on(method, `/api/v1${path}`, handle)
  }
  for (const { at, app: routes } of capabilities.flatMap(({ routes = [] }) => routes)) app.route(at, routes())
  app.get('/api/v1/openapi.json', c => {
    const { origin, base, region } = c.get('site')
    return c.json(describeApi(region.documents.region.name, `${origin}${base}/api/v1`, apiOperations))
  })

  app.notFound(c => (isFormTarget(app, c) ? toItsPage(c) : answer(c, problem('not-found'))))
  app.onError((error, c) => answer(c, toProblem(error)))
  return app
}

// Databases are migrated before a new version is deployed.
async function refuseBehind(platform: Platform): Promise<void> {
  const behind = await countBehind(platform, shippedMigrations())
  if (behind === 0) return
  const detail = `${behind} databases wait to be migrated. Run countyline migrate.`
  const cause = new Error(detail)
  throw problem('database-unavailable', { detail, cause, logged: { databases: String(behind) } })
}

// Throws `bad-request` for a query that is not UTF-8, and `too-large` for one with too many pairs: some
// readers take time quadratic in their number. GeoReport reports its own errors. A `%` that escapes nothing
// is literal.
function refuseQuery(query: string): void {
  if (query.split('&', MAX_PAIRS + 1).length > MAX_PAIRS) throw tooMany()
  for (const [bytes] of query.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(bytes)
    } catch {
      throw problem('bad-request', { detail: 'The text is not UTF-8.' })
    }
  }
}

// Whether a GET asks for a path that only takes POST. A link to it, such as the language switch of a page
// shown after a form was posted, should lead to the page that holds the form.
function isFormTarget(app: Hono<AppEnv>, c: Context<AppEnv>): boolean {
  if (c.req.method !== 'GET' || isForPrograms(c.req.path) || c.get('site') === undefined) return false
  // Those of the set-up do not exist for those without a code.
  if (/^\/setup(?:\/|$)/.test(c.req.path)) return false
  const [handlers] = app.router.match('POST', c.req.path)
  return handlers.some(([[, { method, path }]]) => method === 'POST' && !path.endsWith('*'))
}

function toItsPage(c: Context<AppEnv>): Response {
  const { pathname, search } = new URL(c.req.url)
  // Two leading slashes would redirect to another host.
  return c.redirect(pathname.replace(/^\/+/, '/').replace(/(?<=.)\/[^/]*$/, '') + search, 303)
}

// Where a page sends somebody who has to sign in, sign in another way, or reauthenticate. Residents stay
// within `/account`.
const signInFor: Partial<Record<ProblemSlug, string>> = {
  'sign-in-needed': '/sign-in',
  'other-sign-in-needed': '/sign-in',
  'step-up-required': '/sign-in/again',
}

// Returns the person to the page they asked for or, after a form, to the page that holds it.
function toSignIn(c: Context<AppEnv>, page: string): string {
  const { base, origin } = c.get('site')
  const isForm = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  const from = isForm ? (c.req.header('referer') ?? '') : c.req.url
  const requested = URL.canParse(from) ? new URL(from) : undefined
  const to = requested?.origin === origin ? `${requested.pathname}${requested.search}` : `${base}/`
  return `${base}${page}?${new URLSearchParams({ to })}`
}

// Paths that programs call; their errors are JSON or GeoReport.
const inJson = /^\/(?:api|oauth|\.well-known|healthz|readyz|metrics|doctor)(?:\/|$)/
const inGeoReport = /^\/open311(?:\/|$)/
const isPublicCall = /^\/api\/(?!v1\/work\/)/
const isForPrograms = (path: string) => inJson.test(path) || inGeoReport.test(path)

// Renders a problem in the format of its route family. Internal errors are logged with their cause, which is
// never shown.
function answer(c: Context<AppEnv>, found: Problem): Response | Promise<Response> {
  c.set('problem', found.slug)
  // Full uploads are caused by the senders, and the request's own log line records it.
  if (found.status >= 500 && found.slug !== 'uploads-full') {
    const detail = found.detail === undefined ? {} : { detail: found.detail }
    const fields = { requestId: c.get('requestId'), ...found.logged, ...detail, cause: causeOf(found) }
    c.get('platform').log('error', found.slug, fields)
  }
  if (inGeoReport.test(c.req.path)) return open311Errors(c, found)
  if (inJson.test(c.req.path)) {
    const t = translator(c.get('language') ?? 'en')
    return problemJson(found, c.get('requestId'), (code, params) => t(`error-${code}`, params))
  }
  if (c.get('site') === undefined) return barePage(c, found)
  const signIn = signInFor[found.slug]
  const door = /^\/account(?:\/|$)/.test(c.req.path) ? '/account' : ''
  return signIn === undefined ? problemPage(c, found) : c.redirect(toSignIn(c, door + signIn), 303)
}

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

// The caller closed the connection during its request: nobody reads the response, and it is no error of ours.
function isHangUp(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'AbortError' || ('code' in error && error.code === 'ECONNRESET')
}

// The kind and code of an error. The message stays out: a driver's can hold SQL and what a person wrote.
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
