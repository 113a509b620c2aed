import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { networkOf } from '../addresses.ts'

/**
 * The request as its sender made it, where a proxy in front ends TLS (`TRUST_PROXY`). Only for those: anybody can write
 * this header. The proxy passes `Host` on, and replaces a `X-Forwarded-Proto` that it is sent.
 */
export function asSent(request: Request): Request {
  if (request.headers.get('x-forwarded-proto') !== 'https') return request
  return Object.defineProperty(request, 'url', { value: request.url.replace(/^http:/, 'https:') })
}

/**
 * Whom the answer goes to, as far as they are counted by (`networkOf`). Behind proxies it is what the outermost of them
 * saw: each adds whom it was asked by at the end of `X-Forwarded-For`, and what stands before that is anybody's claim.
 */
export function callerOf(
  { incoming: { socket, headers } }: HttpBindings | Http2Bindings,
  proxies: number,
): string | undefined {
  const forwarded = headers['x-forwarded-for'] ?? ''
  const hops = (Array.isArray(forwarded) ? forwarded.join() : forwarded).split(',')
  return networkOf((proxies === 0 ? socket.remoteAddress : hops.at(-proxies)) ?? '')
}
