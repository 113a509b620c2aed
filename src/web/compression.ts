import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/utils/compress'
import type { AppEnv } from '../regions/runtime/site.ts'

const onNode = compress({
  // Also vector tiles, as the network does at the edge.
  contentTypeFilter: type =>
    COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type) || type.startsWith('application/x-protobuf'),
})

/**
 * Compresses on Node; at the edge the network does. Not what another site has a signed-in person's browser ask
 * for: its length would tell, guess by guess, what stands in the page beside a text of the attacker's (BREACH).
 */
export const compression: MiddlewareHandler<AppEnv> = (c, next) => {
  const answer = async () => {
    await next()
    if (isGuess(c.req.raw.headers)) {
      const caching = c.res.headers.get('cache-control')
      c.res.headers.set('cache-control', caching === null ? 'no-transform' : `${caching}, no-transform`)
    }
  }
  return c.get('platform').runtime === 'node' ? onNode(c, answer) : answer()
}

// An old browser does not say where a request comes from.
function isGuess(headers: Headers): boolean {
  const from = headers.get('sec-fetch-site')
  return /(?:^|;\s*)__Host-/.test(headers.get('cookie') ?? '') && from !== 'same-origin' && from !== 'none'
}
