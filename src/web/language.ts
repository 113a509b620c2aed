import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { isLanguage } from '../core/i18n.ts'

export const LANGUAGE_COOKIE = 'language'
const YEAR_SECONDS = 365 * 24 * 3600

/**
 * The reader's language, one of those offered: as switched to (`?lang=`, kept in a cookie), else as the browser asks
 * (RFC 9110 § 12.5.4), else the first offered.
 */
export function chooseLanguage(c: Context, languages: readonly string[]): string {
  c.header('vary', 'accept-language, cookie', { append: true })
  const offered = languages.filter(isLanguage)
  const match = (wanted: string | undefined) =>
    offered.find(language => wanted?.toLowerCase().split('-')[0] === language)
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
  const asked = acceptedLanguages(c.req.header('accept-language') ?? '').map(match)
  return (
    match(getCookie(c, LANGUAGE_COOKIE)) ??
    asked.find(language => language !== undefined) ??
    offered[0] ??
    'en'
  )
}

/** Language tags of the header, those preferred first. */
function acceptedLanguages(header: string): string[] {
  return header
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters.find(parameter => parameter.trim().startsWith('q='))
      return { tag, quality: quality === undefined ? 1 : Number(quality.trim().slice(2)) || 0 }
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
