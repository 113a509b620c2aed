import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { problem } from '../core/problem.ts'
import { federatedStaff, linkedStaff } from '../identity/federation/federated-staff.ts'
import { providerOf } from '../identity/federation/issuers.ts'
import { beginOidc, finishOidc } from '../identity/federation/oidc.ts'
import { issuerSource } from '../identity/sessions/sources.ts'
import { identityDb } from '../identity/staff/staff.ts'
import { readTo } from './destination.ts'
import {
  completeStepUp,
  currentSignIn,
  type SignInPageContext,
  type SignInResult,
  startStaffSession,
} from './session.ts'

const TEN_MINUTES_SECONDS = 600
const cookieOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const

/** The verifier's cookie: proves that the provider's response reaches the browser that was sent there. */
const cookieName = (c: SignInPageContext) => `oidc-${c.get('site').region.slug}`

/** One redirect URI per region's host, so that a provider has to register only one. */
function redirectUri(c: SignInPageContext): string {
  const { origin, base } = c.get('site')
  return `${origin}${base.replace(/\/j\/[a-z0-9-]+$/, '')}/sign-in/oidc/callback`
}

export async function goToProvider(c: SignInPageContext) {
  const { region } = c.get('site')
  const provider = providerOf(region, c.req.param('jurisdiction') ?? '')
  if (provider === undefined) throw problem('not-found')
  const again = c.req.query('again') === '1' ? (await currentSignIn(c)).session : ''
  const input = { redirectUri: redirectUri(c), to: readTo(c, c.req.query('to')), again }
  const { location, verifier } = await beginOidc(c.get('platform'), region.slug, provider, input)
  setCookie(c, cookieName(c), verifier, { ...cookieOptions, maxAge: TEN_MINUTES_SECONDS })
  return c.redirect(location, 303)
}

export async function comeBack(c: SignInPageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const verifier = getCookie(c, cookieName(c), 'host') ?? ''
  deleteCookie(c, cookieName(c), cookieOptions)
  const answer = new URL(c.req.url).searchParams
  const find = (slug: string) => providerOf(region, slug)
  const identity = await finishOidc(platform, region.slug, find, answer, verifier)
  const shown: SignInResult = [{ method: 'oidc', source: issuerSource(identity.jurisdiction.signIn) }]
  if (identity.again === '') {
    await startStaffSession(c, await federatedStaff(platform, region.slug, identity), shown)
  } else {
    const { session } = await currentSignIn(c)
    const holder = await linkedStaff(
      identityDb(platform, region.slug),
      identity.jurisdiction,
      identity.claims,
    )
    if (holder === undefined || session !== identity.again) throw problem('sign-in-failed')
    await completeStepUp(c, holder, shown)
  }
  return c.redirect(readTo(c, identity.to), 303)
}
