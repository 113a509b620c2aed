import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { parseAccept } from 'hono/utils/accept'
import { isLanguage } from '../core/i18n.ts'

export const LANGUAGE_COOKIE = 'language'
const YEAR_SECONDS = 365 * 24 * 3600

/** As chosen by `?lang=` (kept in a cookie), else as the browser prefers (RFC 9110 § 12.5.4), else the first. */
export function chooseLanguage(c: Context, languages: readonly string[]): string {
  c.header('vary', 'accept-language, cookie', { append: true })
  const offered = languages.filter(isLanguage)
  const match = (tag: string | undefined) =>
    offered.find(language => tag?.toLowerCase().split('-')[0] === language)
  const switched = match(c.req.query('lang'))
  if (switched !== undefined) {
    setCookie(c, LANGUAGE_COOKIE, switched, {
      path: '/',
      maxAge: YEAR_SECONDS,
      sameSite: 'Lax',
      httpOnly: true,
      secure: c.req.url.startsWith('https:'),
    })
    return switched
  }
  const accepted = parseAccept(c.req.header('accept-language') ?? '').filter(({ q }) => q > 0)
  const preferred = accepted.map(({ type }) => match(type))
  return (
    match(getCookie(c, LANGUAGE_COOKIE)) ??
    preferred.find(language => language !== undefined) ??
    offered[0] ??
    'en'
  )
}
