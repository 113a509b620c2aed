import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/utils/compress'
import type { AppEnv } from '../regions/runtime/site.ts'

// Also vector tiles, as the network does at the edge.
const isCompressible = (type: string) =>
  COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type) || type.startsWith('application/x-protobuf')

const onNode = compress({ contentTypeFilter: isCompressible })

/**
 * Compresses on Node; at the edge the network does. Not what another site has a signed-in person's browser ask
 * for: its length would tell, guess by guess, what stands in the page beside a text of the attacker's (BREACH).
 */
export const compression: MiddlewareHandler<AppEnv> = (c, next) => {
  const { runtime } = c.get('platform')
  const answer = async () => {
    await next()
    if (runtime === 'node') varyByEncoding(c.res.headers)
    if (isGuess(c.req.raw.headers)) {
      const caching = c.res.headers.get('cache-control')
      c.res.headers.set('cache-control', caching === null ? 'no-transform' : `${caching}, no-transform`)
    }
  }
  return runtime === 'node' ? onNode(c, answer) : answer()
}

// The middleware would add it, too, but through `c.header`, which makes a stream of a body that is a text.
function varyByEncoding(headers: Headers): void {
  const vary = headers.get('vary') ?? ''
  if (isCompressible(headers.get('content-type') ?? '') && !/^\*$|\baccept-encoding\b/i.test(vary))
    headers.append('vary', 'Accept-Encoding')
}

// An old browser does not say where a request comes from.
function isGuess(headers: Headers): boolean {
  const from = headers.get('sec-fetch-site')
  return /(?:^|;\s*)__Host-/.test(headers.get('cookie') ?? '') && from !== 'same-origin' && from !== 'none'
}
