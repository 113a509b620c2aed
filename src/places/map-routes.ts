import { type Context, Hono } from 'hono'
import { hasETag } from '../core/http/etag.ts'
import { problem } from '../core/problem.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { withIndex } from './find.ts'
import { isStreetTile, streetTile, streetTiles } from './index/street-tiles.ts'

const YEAR_SECONDS = 365 * 24 * 3600
const FRESH_SECONDS = 300
// Not its own type: networks and servers compress this one.
const VECTOR_TILE = 'application/x-protobuf'

/** The region's own streets as vector tiles, for maps without a base map. The same for all readers. */
export function mapRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  routes.get('/map/streets', async c => {
    const { base } = c.get('site')
    const found = await withIndex(c.get('platform'), c.get('site').region.slug, streetTiles, undefined)
    c.header('cache-control', `public, max-age=${FRESH_SECONDS}`)
    if (found === undefined) return c.body(null, 204)
    const { version, minZoom, maxZoom } = found
    return c.json({ tiles: `${base}/map/streets/{z}/{x}/{y}?v=${version}`, minZoom, maxZoom })
  })
  routes.get('/map/streets/:z/:x/:y', sendTile)
  return routes
}

async function sendTile(c: Context<AppEnv>) {
  const [z = Number.NaN, x = Number.NaN, y = Number.NaN] = (['z', 'x', 'y'] as const).map(name => {
    const text = c.req.param(name) ?? ''
    return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  })
  const tile = { z, x, y }
  if (!isStreetTile(tile)) throw problem('not-found')
  const found = await withIndex(
    c.get('platform'),
    c.get('site').region.slug,
    db => streetTile(db, tile),
    undefined,
  )
  if (found === undefined) throw problem('not-found')
  const etag = `"${found.version}-${z}-${x}-${y}"`
  const isNamed = c.req.query('v') === String(found.version)
  c.header('etag', etag)
  c.header(
    'cache-control',
    isNamed ? `public, max-age=${YEAR_SECONDS}, immutable` : `public, max-age=${FRESH_SECONDS}`,
  )
  if (hasETag(c.req.header('if-none-match'), etag)) return c.body(null, 304)
  return c.body(found.bytes, 200, { 'content-type': VECTOR_TILE })
}
