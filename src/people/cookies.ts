import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Door } from '../regions/site.ts'
import { readSession, type SessionKind, type SignedIn } from './sessions.ts'

/*
 * The cookie of a session: for this host alone (`__Host-`), out of the reach of scripts, and not sent with a form that
 * another site posts. Regions that share a host each have their own.
 */

const options = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const

function nameOf(c: Context<Door>, kind: SessionKind): string {
  return `${kind}-${c.get('site').region.slug}`
}

/** Who has signed in, as the request's cookie says; renews the cookie when it is time. */
export async function signedInAs(c: Context<Door>, kind: SessionKind): Promise<SignedIn | undefined> {
  const cookie = getCookie(c, nameOf(c, kind), 'host')
  if (cookie === undefined) return undefined
  const read = await readSession(c.get('platform'), c.get('site').region.slug, kind, cookie)
  if (read === undefined) forgetSession(c, kind)
  else if (read.renewed !== undefined) keepSession(c, kind, read.renewed)
  return read?.signedIn
}

/** Whether the browser has a session at all, good or not: for what is shown differently, never for what is let in. */
export function carriesSession(c: Context<Door>, kind: SessionKind): boolean {
  return getCookie(c, nameOf(c, kind), 'host') !== undefined
}

/** Gives the browser a session, as `startSession` or `proveAgain` wrote it. */
export function keepSession(c: Context<Door>, kind: SessionKind, written: string): void {
  setCookie(c, nameOf(c, kind), written, options)
}

export function forgetSession(c: Context<Door>, kind: SessionKind): void {
  deleteCookie(c, nameOf(c, kind), options)
}
