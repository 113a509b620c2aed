import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { readSession, type SessionKind, type SignedIn } from './sessions.ts'

// Bound to this host (`__Host-`), hidden from scripts, and not sent with other sites' forms. Regions on one
// host have separate cookies.

const options = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const

function nameOf(c: Context<AppEnv>, kind: SessionKind): string {
  return `${kind}-${c.get('site').region.slug}`
}

export async function signedInAs(c: Context<AppEnv>, kind: SessionKind): Promise<SignedIn | undefined> {
  const cookie = getCookie(c, nameOf(c, kind), 'host')
  if (cookie === undefined) return undefined
  const read = await readSession(c.get('platform'), c.get('site').region.slug, kind, cookie)
  if (read === undefined) forgetSession(c, kind)
  else if (read.renewed !== undefined) keepSession(c, kind, read.renewed)
  return read?.signedIn
}

/** Unverified: only to vary what is shown, never to grant access. */
export function carriesSession(c: Context<AppEnv>, kind: SessionKind): boolean {
  return getCookie(c, nameOf(c, kind), 'host') !== undefined
}

export function keepSession(c: Context<AppEnv>, kind: SessionKind, written: string): void {
  setCookie(c, nameOf(c, kind), written, options)
}

/** Of another region on the same host. */
export function keepSessionOf(c: Context<AppEnv>, region: string, kind: SessionKind, written: string): void {
  setCookie(c, `${kind}-${region}`, written, options)
}

export function forgetSession(c: Context<AppEnv>, kind: SessionKind): void {
  deleteCookie(c, nameOf(c, kind), options)
}
