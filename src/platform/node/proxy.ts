/**
 * The request as its sender made it, where a proxy in front ends TLS (`TRUST_PROXY`). Only for those: anybody can write
 * this header. The proxy passes `Host` on, and replaces a `X-Forwarded-Proto` that it is sent.
 */
export function asSent(request: Request): Request {
  if (request.headers.get('x-forwarded-proto') !== 'https') return request
  return Object.defineProperty(request, 'url', { value: request.url.replace(/^http:/, 'https:') })
}
