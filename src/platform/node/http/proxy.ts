import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { NO_ADDRESS, networkOf, networkOfHop } from '../../../core/http/addresses.ts'

/** Behind a proxy only (`TRUST_PROXY`): anyone can send this header, so the proxy must replace it. */
export function asClientSent(request: Request): Request {
  if (request.headers.get('x-forwarded-proto') !== 'https') return request
  return Object.defineProperty(request, 'url', { value: request.url.replace(/^http:/, 'https:') })
}

/**
 * The client as rate limits count it (`networkOf`). Behind proxies it is the address that the outermost saw:
 * each proxy appends its client to `X-Forwarded-For`, and earlier entries may be forged. Without an address
 * there, the connection's is used, so no header value avoids being counted.
 */
export function clientAddress(
  { incoming: { socket, headers } }: HttpBindings | Http2Bindings,
  proxies: number,
): string {
  const forwarded = headers['x-forwarded-for'] ?? ''
  const hops = (Array.isArray(forwarded) ? forwarded.join() : forwarded).split(',')
  // An empty entry counts: skipping it would take the forgeable entry before it for the proxy's.
  const hop = proxies === 0 ? undefined : hops.at(-proxies)
  return networkOfHop(hop ?? '') ?? networkOf(socket.remoteAddress ?? '') ?? NO_ADDRESS
}
