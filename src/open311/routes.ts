import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { openTenantReader } from '../core/database/handles.ts'
import { problem } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import type { EventTypes } from '../requests/event-types.ts'
import { discovery } from './discovery.ts'
import { readFilter, readUpdateSpan } from './filter.ts'
import { findRequest, findRequests } from './find.ts'
import { answer, formatOf } from './format/answer.ts'
import type { Call } from './names.ts'
import { type Parameters, readQuery } from './parameters.ts'
import { requestList } from './requests.ts'
import { type EndpointScope, readScope } from './scope.ts'
import { serviceDefinition, serviceList } from './services.ts'
import { readProgram, submitRequest } from './submit.ts'
import { serviceRequestUpdates } from './updates.ts'

export { open311Errors } from './format/errors.ts'

const ANY_ORIGIN = '*'

/** Open311 GeoReport v2 and service discovery. docs/open311-conformance.md covers every clause. */
export function open311Routes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  const preflight = cors({
    origin: ANY_ORIGIN,
    allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
  })
  routes.use((c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next)
    // The middleware itself would start a response before there is one, which Node then copies as a stream.
    c.header('access-control-allow-origin', ANY_ORIGIN)
    return next()
  })

  routes.on('GET', both('/discovery', '/v2/discovery'), c => answer(c, discovery(c.get('site'))))
  routes.get('/discovery', c => c.redirect(`${c.get('site').base}/open311/discovery.json`))

  routes.on('GET', both('/v2/services'), c => {
    const { query, scope } = readCall(c, 'services')
    const { place, errors } = readPlace(query.one('lat'), query.one('long'), scope.region.routing.atlas)
    if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
    return answer(c, serviceList(scope, c.get('language'), place, now(c)))
  })

  routes.get('/v2/services/:file', c =>
    answer(c, serviceDefinition(readCall(c, 'definition').scope, nameIn(c), c.get('language'))),
  )

  routes.on('GET', both('/v2/requests'), async c => {
    const { query, scope } = readCall(c, 'requests')
    const extensions = wantsExtensions(query)
    const filter = readFilter(query, zoneOf(scope), now(c))
    const rows = await findRequests(c.get('platform'), scope, filter, extensions)
    return answer(c, requestList(scope, rows, c.get('language'), extensions ? eventTypesOf(c) : undefined))
  })

  routes.on('POST', both('/v2/requests'), async c => answer(c, await submitRequest(c)))

  routes.get('/v2/requests/:file', async c => {
    const { query, scope } = readCall(c, 'request')
    const extensions = wantsExtensions(query)
    const row = await findRequest(c.get('platform'), scope, nameIn(c), extensions)
    return answer(c, requestList(scope, [row], c.get('language'), extensions ? eventTypesOf(c) : undefined))
  })

  routes.on('GET', both('/v2/servicerequestupdates'), async c => {
    const { query, scope } = readCall(c, 'updates')
    const { region, jurisdiction } = scope
    // Each has a log of its own.
    if (jurisdiction === undefined) throw problem('jurisdiction-missing')
    const access = await readProgram(c, scope, query)
    const db = openTenantReader(c.get('platform'), access, region.slug, jurisdiction.slug)
    const span = readUpdateSpan(query, zoneOf(scope), now(c))
    return answer(c, await serviceRequestUpdates(db, eventTypesOf(c), span))
  })

  routes.get('/v2/tokens/:file', c => {
    const { region } = readCall(c, 'token').scope
    const detail = `${region.documents.region.name} numbers every request at once and gives out no tokens.`
    throw problem('not-found', { detail: `Token "${nameIn(c).slice(0, 100)}" not found. ${detail}` })
  })

  routes.on(
    ['PUT', 'PATCH', 'DELETE', 'POST'],
    [...both('/discovery', '/v2/services', '/v2/requests', '/v2/servicerequestupdates'), '/v2/:kind/:file'],
    c => {
      c.header('allow', c.req.path.includes('/requests.') ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS')
      throw problem('method-not-allowed')
    },
  )
  return routes
}

function both(...paths: readonly string[]): string[] {
  return paths.flatMap(path => [`${path}.json`, `${path}.xml`])
}

function nameIn(c: Context<AppEnv>): string {
  const file = c.req.param('file') ?? ''
  const format = formatOf(file)
  if (format === undefined) throw problem('not-found', { detail: 'Ask for .json or .xml.' })
  return file.slice(0, -format.length - 1)
}

/** Throws `unknown-jurisdiction`, and `invalid-fields` for what would be ignored by mistake. */
function readCall(c: Context<AppEnv>, call: Call): { query: Parameters; scope: EndpointScope } {
  const query = readQuery(c.req.raw)
  const fields = query.misspelled(call)
  if (fields.length > 0) throw problem('invalid-fields', { fields })
  return { query, scope: readScope(c.get('site'), query.one('jurisdiction_id')) }
}

function wantsExtensions(query: Parameters): boolean {
  return query.one('extensions').toLowerCase() === 'true'
}

function zoneOf({ region, jurisdiction }: EndpointScope): string {
  return jurisdiction?.timezone ?? region.documents.region.timezone
}

function eventTypesOf(c: Context<AppEnv>): EventTypes {
  return c.get('registry').eventTypes
}

function now(c: Context<AppEnv>): number {
  return c.get('platform').clock.now()
}
