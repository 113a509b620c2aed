import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { problem } from '../core/problem.ts'
import { providerOf } from '../people/issuers.ts'
import { beginOidc, finishOidc } from '../people/oidc.ts'
import { peopleDb } from '../people/staff.ts'
import { knownAs, staffVouchedFor } from '../people/vouched.ts'
import { arrive, arriveAgain, type PageContext, whoIsHere } from './arrive.ts'
import { readTo } from './to.ts'

const TEN_MINUTES_SECONDS = 600
const cookieOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const

/** The provider's answer comes from elsewhere: this shows that it comes to the browser that was sent there. */
const cookieName = (c: PageContext) => `oidc-${c.get('site').region.slug}`

/** One for the whole host, so that a provider has to know but one. */
function redirectUri(c: PageContext): string {
  const { origin, base } = c.get('site')
  return `${origin}${base.replace(/\/j\/[a-z0-9-]+$/, '')}/sign-in/oidc/callback`
}

/** Sends the browser to a jurisdiction's provider. */
export async function goToProvider(c: PageContext) {
  const { region } = c.get('site')
  const provider = providerOf(region, c.req.param('jurisdiction') ?? '')
  if (provider === undefined) throw problem('not-found')
  const again = c.req.query('again') === '1' ? (await whoIsHere(c)).session : ''
  const wish = { redirectUri: redirectUri(c), to: readTo(c, c.req.query('to')), again }
  const { location, verifier } = await beginOidc(c.get('platform'), region.slug, provider, wish)
  setCookie(c, cookieName(c), verifier, { ...cookieOptions, maxAge: TEN_MINUTES_SECONDS })
  return c.redirect(location, 303)
}

/** Where the provider sends it back to. */
export async function comeBack(c: PageContext) {
  const platform = c.get('platform')
  const { region } = c.get('site')
  const verifier = getCookie(c, cookieName(c), 'host') ?? ''
  deleteCookie(c, cookieName(c), cookieOptions)
  const answer = new URL(c.req.url).searchParams
  const find = (slug: string) => providerOf(region, slug)
  const vouched = await finishOidc(platform, region.slug, find, answer, verifier)
  if (vouched.again === '') {
    await arrive(c, await staffVouchedFor(platform, region.slug, vouched), 'oidc')
  } else {
    const { session } = await whoIsHere(c)
    const holder = await knownAs(peopleDb(platform, region.slug), vouched.jurisdiction, vouched.claims)
    if (holder === undefined || session !== vouched.again) throw problem('sign-in-failed')
    await arriveAgain(c, holder)
  }
  return c.redirect(readTo(c, vouched.to), 303)
}
