import type { Context } from 'hono'
import { type Translate, translator } from '../core/i18n.ts'
import { carriesSession } from '../people/cookies.ts'
import type { Localized } from '../regions/document-values.ts'
import type { Door, Site } from '../regions/site.ts'
import { text } from '../regions/text.ts'

/** Who reads a page and where: the first thing every page and component is given. */
export interface View {
  readonly site: Site
  readonly language: string
  readonly t: Translate
  /** A demonstration, which every page says. */
  readonly demo: boolean
  /** Milliseconds since 1970 UTC. */
  readonly now: number
  /** A resident seems to have signed in: their reports are a link away. */
  readonly hasAccount: boolean
  /** Somebody who works here seems to have signed in: their work is a link away. */
  readonly isStaff: boolean
  /** Letters can be sent. */
  readonly sendsMail: boolean
  /** The page's own address, path and query, as the browser asked for it. */
  readonly here: string
  /** What marks this answer's own scripts (`headers.ts`). */
  readonly nonce: string | undefined
  /** The address of a page of this site. */
  href(path: string): string
  /** A text of the configuration in the reader's language. */
  say(localized: Localized | undefined): string
}

export function viewOf(c: Context<Door>): View {
  const site = c.get('site')
  const language = c.get('language')
  const { pathname, search } = new URL(c.req.url)
  const ownPath = pathname.startsWith(site.base) ? pathname : site.base + pathname
  return {
    site,
    language,
    t: translator(language),
    demo: c.get('platform').demo,
    now: c.get('platform').clock.now(),
    hasAccount: carriesSession(c, 'account'),
    isStaff: carriesSession(c, 'staff'),
    sendsMail: c.get('platform').mail.isConfigured,
    nonce: c.get('secureHeadersNonce'),
    // Two slashes at the front would lead to another host.
    here: ownPath.replace(/^\/{2,}/, '/') + search,
    href: path => (site.base + path).replace(/(?<=.)\/$/, ''),
    say: localized => text(localized, language, [site.region.language]),
  }
}

/** The name over the door: the jurisdiction's at its own, else the region's. */
export function siteName({ region, jurisdiction }: Site): string {
  return jurisdiction?.name ?? region.documents.region.name
}
