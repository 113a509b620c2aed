import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { problem } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import type { Door } from '../regions/site.ts'
import { answer, formatOf } from './answer.ts'
import { discovery } from './discovery.ts'
import { readFilter } from './filter.ts'
import { findRequest, findRequests } from './find.ts'
import { readQuery } from './parameters.ts'
import { requestList } from './requests.ts'
import { readScope, type Scope } from './scope.ts'
import { serviceDefinition, serviceList } from './services.ts'
import { submitRequest } from './submit.ts'
import { serviceRequestUpdates } from './updates.ts'

export { open311Errors } from './errors.ts'

/** Open311 GeoReport v2 and service discovery, spoken over requests. docs/open311-conformance.md has every clause. */
export function open311Routes(): Hono<Door> {
  const routes = new Hono<Door>()
  routes.use(
    cors({
      origin: '*',
      allowMethods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
      allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
    }),
  )

  routes.on('GET', both('/discovery', '/v2/discovery'), c => answer(c, discovery(c.get('site'))))
  routes.get('/discovery', c => c.redirect(`${c.get('site').base}/open311/discovery.json`))

  routes.on('GET', both('/v2/services'), c => {
    const query = readQuery(c.req.raw)
    const scope = readScope(c.get('site'), query.one('jurisdiction_id'))
    const { place, faults } = readPlace(query.one('lat'), query.one('long'), scope.region.routing.atlas)
    if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
    return answer(c, serviceList(scope, c.get('language'), place, now(c)))
  })

  routes.get('/v2/services/:file', c =>
    answer(c, serviceDefinition(scopeOf(c), nameIn(c), c.get('language'))),
  )

  routes.on('GET', both('/v2/requests'), async c => {
    const query = readQuery(c.req.raw)
    const scope = readScope(c.get('site'), query.one('jurisdiction_id'))
    const extensions = query.one('extensions') === 'true'
    const filter = readFilter(query, zoneOf(scope), now(c))
    const rows = await findRequests(c.get('platform'), scope, filter, extensions)
    return answer(c, requestList(scope, rows, c.get('language'), extensions))
  })

  routes.on('POST', both('/v2/requests'), async c => answer(c, await submitRequest(c)))

  routes.get('/v2/requests/:file', async c => {
    const scope = scopeOf(c)
    const extensions = c.req.query('extensions') === 'true'
    const row = await findRequest(c.get('platform'), scope, nameIn(c), extensions)
    return answer(c, requestList(scope, [row], c.get('language'), extensions))
  })

  routes.on('GET', both('/v2/servicerequestupdates'), async c =>
    answer(c, await serviceRequestUpdates(c, scopeOf(c), readQuery(c.req.raw))),
  )

  routes.get('/v2/tokens/:file', c => {
    const { region } = scopeOf(c)
    const detail = `${region.documents.region.name} numbers every request at once and gives out no tokens.`
    throw problem('not-found', { detail: `There is no token "${nameIn(c).slice(0, 100)}": ${detail}` })
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

/** A call's path in both formats. */
function both(...paths: readonly string[]): string[] {
  return paths.flatMap(path => [`${path}.json`, `${path}.xml`])
}

/** What the path names before its extension: `requests/14-1.2.json` asks for request `14-1.2`. */
function nameIn(c: Context<Door>): string {
  const file = c.req.param('file') ?? ''
  const format = formatOf(file)
  if (format === undefined) throw problem('not-found', { detail: 'Ask for .json or .xml.' })
  return file.slice(0, -format.length - 1)
}

function scopeOf(c: Context<Door>): Scope {
  return readScope(c.get('site'), readQuery(c.req.raw).one('jurisdiction_id'))
}

function zoneOf({ region, jurisdiction }: Scope): string {
  return jurisdiction?.timezone ?? region.documents.region.timezone
}

function now(c: Context<Door>): number {
  return c.get('platform').clock.now()
}
