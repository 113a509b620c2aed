import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import type { AppEnv } from '../regions/runtime/site.ts'
import { LANGUAGE_COOKIE } from './language.ts'

const guard = csrf()

/**
 * Refuses cross-site requests (CSRF), by `Sec-Fetch-Site`, or `Origin` in older browsers. A caller that sends
 * neither is not a current browser and passes without a cookie, since there is no session to misuse: text
 * browsers and scripts can report too. The error is answered as `cross-site`.
 */
export const ownForms: MiddlewareHandler<AppEnv> = (c, next) =>
  c.req.method === 'GET' || isOpenToOthers(c) ? next() : guard(c, next)

function isOpenToOthers(c: Context<AppEnv>): boolean {
  const { path } = c.req
  // Endpoints for programs authenticate by a key in the request and read no cookie; the one-click links of RFC
  // 8058 carry their proof.
  if (/^\/(?:open311|oauth|unfollow|unsubscribe)\//.test(path)) return true
  if (Object.keys(getCookie(c)).some(name => name !== LANGUAGE_COOKIE)) {
    return path.startsWith('/api/') && c.req.header('authorization') !== undefined
  }
  const isBrowser = c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined
  return path.startsWith('/api/') || !isBrowser
}
