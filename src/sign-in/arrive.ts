import type { Context } from 'hono'
import { problem } from '../core/problem.ts'
import { forgetSession, keepSession, signedInAs } from '../people/cookies.ts'
import { deviceWords } from '../people/device.ts'
import { AFTER_SIGN_IN } from '../people/links.ts'
import type { SignInMethod } from '../people/region-schema.ts'
import { endSession, proveAgain, type SignedIn, startSession } from '../people/sessions.ts'
import type { WantedLetter } from '../people/wanted-letters.ts'
import type { Platform } from '../platform/platform.ts'
import { type Door, type Site, siteAddress } from '../regions/site.ts'

export type PageContext = Context<Door>

/** Throws `sign-in-needed` for a browser in which no staff is signed in. */
export async function whoIsHere(c: PageContext): Promise<SignedIn> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn === undefined) throw problem('sign-in-needed')
  return signedIn
}

/** From now on the browser is theirs: a new session, and what it had before ends. */
export async function arrive(c: PageContext, holder: string, method: SignInMethod): Promise<void> {
  const platform = c.get('platform')
  const { slug } = c.get('site').region
  const before = await signedInAs(c, 'staff')
  if (before !== undefined) await endSession(platform, slug, before.session)
  const device = deviceWords(c.req.header('user-agent'))
  keepSession(c, 'staff', await startSession(platform, slug, { kind: 'staff', holder, method, device }))
}

/** They have proved again who they are. Throws `sign-in-failed` when it was somebody else. */
export async function arriveAgain(c: PageContext, holder: string): Promise<void> {
  const signedIn = await whoIsHere(c)
  if (signedIn.holder !== holder) throw problem('sign-in-failed')
  const written = await proveAgain(c.get('platform'), signedIn)
  if (written === undefined) throw problem('sign-in-needed')
  keepSession(c, 'staff', written)
}

export async function leave(c: PageContext): Promise<void> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn !== undefined) await endSession(c.get('platform'), c.get('site').region.slug, signedIn.session)
  forgetSession(c, 'staff')
}

type Asked = Extract<WantedLetter, { about: 'sign-in' }>['asked']

/** Who asks for a letter, and from where; `to` is a path of this host. */
export function askedBy(c: PageContext, to: string, again: boolean): Asked {
  const platform = c.get('platform')
  const { base } = c.get('site')
  return {
    at: platform.clock.now(),
    device: deviceWords(c.req.header('user-agent')),
    language: c.get('language'),
    site: addressFor(platform, c.get('site')),
    to: to.startsWith(`${base}/`) ? to.slice(base.length) : AFTER_SIGN_IN,
    again,
  }
}

/** The site's address from outside, as configured: a link in a letter never leads where a caller says that we are. */
function addressFor(platform: Platform, { origin, base, region }: Site): string {
  const { hosts, jurisdictionHosts = {} } = region.documents.region
  const { hostname } = new URL(origin)
  const isNamed = [...hosts, ...Object.keys(jurisdictionHosts)].includes(hostname) && hostname.includes('.')
  return isNamed ? `https://${hostname}${base}` : siteAddress(platform, region)
}
