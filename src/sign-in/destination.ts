import type { Context } from 'hono'
import { AFTER_SIGN_IN } from '../identity/staff/links.ts'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { isOwnPage } from '../web/own-page.ts'

export function readTo(c: Context<AppEnv>, typed: unknown): string {
  const { base } = c.get('site')
  return isOwnPage(typed) ? typed : `${base}${AFTER_SIGN_IN}`
}

/** The page's jurisdiction decides which ways to sign in are accepted. */
export type Destination = Jurisdiction | 'region' | undefined

/** From the path to go to after sign-in, or the jurisdiction in its query. */
export function destinationOf(c: Context<AppEnv>, to: string): Destination {
  const { base, region, jurisdiction, origin } = c.get('site')
  const { pathname, searchParams } = new URL(to, origin)
  const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname
  if (/^\/region(?:\/|$)/.test(path)) return 'region'
  const [, named] = /^\/(?:work|me\/grants)\/([a-z0-9-]+)/.exec(path) ?? []
  if (named === undefined && path !== AFTER_SIGN_IN) return undefined
  const slug = named ?? searchParams.get('jurisdiction')
  return slug === null ? jurisdiction : region.jurisdiction(slug)
}

export function formText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
