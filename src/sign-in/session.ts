import type { Context } from 'hono'
import { problem } from '../core/problem.ts'
import { forgetSession, keepSession, signedInAs } from '../identity/sessions/cookies.ts'
import { deviceWords } from '../identity/sessions/device.ts'
import {
  authenticationsOf,
  endSession,
  recordStepUp,
  type SignedIn,
  startSession,
} from '../identity/sessions/sessions.ts'
import type { SourceShown } from '../identity/sessions/sources.ts'
import { AFTER_SIGN_IN } from '../identity/staff/links.ts'
import type { PendingEmail } from '../identity/staff/pending-emails.ts'
import type { Platform } from '../platform/platform.ts'
import { type AppEnv, hostAddress, type Site, siteAddress } from '../regions/runtime/site.ts'

export type SignInPageContext = Context<AppEnv>

export async function currentSignIn(c: SignInPageContext): Promise<SignedIn> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn === undefined) throw problem('sign-in-needed')
  return signedIn
}

export type SignInResult = readonly [SourceShown, ...SourceShown[]]

/** What its own holder has proved in the one before carries over. */
export async function startStaffSession(
  c: SignInPageContext,
  holder: string,
  shown: SignInResult,
  wasHolder = holder,
): Promise<void> {
  const platform = c.get('platform')
  const { slug } = c.get('site').region
  const before = await signedInAs(c, 'staff')
  const carried = before?.holder === wasHolder ? await authenticationsOf(platform, before) : []
  if (before !== undefined) await endSession(platform, slug, before.session)
  const device = deviceWords(c.req.header('user-agent'))
  const input = { kind: 'staff', holder, shown, carried, device } as const
  keepSession(c, 'staff', await startSession(platform, slug, input))
}

/** Throws `sign-in-failed` when someone else has signed in. */
export async function completeStepUp(
  c: SignInPageContext,
  holder: string,
  shown: SignInResult,
): Promise<void> {
  const signedIn = await currentSignIn(c)
  if (signedIn.holder !== holder) throw problem('sign-in-failed')
  const written = await recordStepUp(c.get('platform'), signedIn, shown)
  if (written === undefined) throw problem('sign-in-needed')
  keepSession(c, 'staff', written)
}

export async function signOutOf(c: SignInPageContext): Promise<void> {
  const signedIn = await signedInAs(c, 'staff')
  if (signedIn !== undefined) await endSession(c.get('platform'), c.get('site').region.slug, signedIn.session)
  forgetSession(c, 'staff')
}

type RequestOrigin = Extract<PendingEmail, { about: 'sign-in' }>['asked']

/** Who requests an email, and from where; `to` is a path of this host. */
export function requestOriginOf(c: SignInPageContext, to: string, again: boolean): RequestOrigin {
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

/** The configured public address: a link in an email must not lead to a host that the caller chose. */
function addressFor(platform: Platform, { origin, base, region }: Site): string {
  const { hosts, jurisdictionHosts = {} } = region.documents.region
  const { hostname } = new URL(origin)
  const isNamed = [...hosts, ...Object.keys(jurisdictionHosts)].includes(hostname) && hostname.includes('.')
  return isNamed ? `${hostAddress(platform, hostname)}${base}` : siteAddress(platform, region)
}
