import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import type { Door } from '../regions/site.ts'
import { LANGUAGE_COOKIE } from './language.ts'

const guard = csrf()

/**
 * Refuses what the page of another site makes a browser send (CSRF): by `Sec-Fetch-Site`, or by `Origin` where a browser
 * is too old for that. A caller who says neither is no browser of this age; without a cookie there is nothing of anybody's
 * to misuse, so text browsers and scripts may report as well. Throws what the front door answers as `cross-site`.
 */
export const ownForms: MiddlewareHandler<Door> = (c, next) =>
  c.req.method === 'GET' || isOpenToOthers(c) ? next() : guard(c, next)

function isOpenToOthers(c: Context<Door>): boolean {
  const { path } = c.req
  // Programs' own: an api_key in the form and no cookie looked at; and the one click of RFC 8058, whose link is its proof.
  if (/^\/(?:open311|unfollow)\//.test(path)) return true
  if (Object.keys(getCookie(c)).some(name => name !== LANGUAGE_COOKIE)) {
    return path.startsWith('/api/') && c.req.header('authorization') !== undefined
  }
  const isBrowser = c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined
  return path.startsWith('/api/') || !isBrowser
}
