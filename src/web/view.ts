import type { Context } from 'hono'
import { type Translate, translator } from '../core/i18n.ts'
import { distanceText, phoneText, type Units } from '../core/measures.ts'
import { carriesSession } from '../identity/sessions/cookies.ts'
import type { Localized } from '../regions/documents/schemas/values.ts'
import { localizedText } from '../regions/runtime/localized.ts'
import type { AppEnv, Site } from '../regions/runtime/site.ts'
import type { EventTypes } from '../requests/event-types.ts'

/** Who reads a page and on which site; every page and component takes it. */
export interface PageView {
  readonly site: Site
  readonly language: string
  readonly t: Translate
  readonly demo: boolean
  readonly now: number
  readonly eventTypes: EventTypes
  readonly hasAccount: boolean
  readonly isStaff: boolean
  readonly sendsMail: boolean
  readonly here: string
  readonly nonce: string | undefined
  href(path: string): string
  readonly units: Units
  distance(meters: number): string
  phone(written: string): string
  localize(localized: Localized | undefined): string
}

export function viewOf(c: Context<AppEnv>): PageView {
  const site = c.get('site')
  const language = c.get('language')
  const t = translator(language)
  const { units } = site.region
  const { pathname, search } = new URL(c.req.url)
  const ownPath = pathname.startsWith(site.base) ? pathname : site.base + pathname
  return {
    site,
    language,
    t,
    units,
    distance: meters => distanceText(t, units, meters),
    phone: written => phoneText(written, units, site.region.documents.region.countryCode),
    demo: c.get('platform').demo,
    now: c.get('platform').clock.now(),
    eventTypes: c.get('registry').eventTypes,
    hasAccount: carriesSession(c, 'account'),
    isStaff: carriesSession(c, 'staff'),
    sendsMail: c.get('platform').mail.isConfigured,
    nonce: c.get('secureHeadersNonce'),
    // Two leading slashes would lead to another host.
    here: ownPath.replace(/^\/{2,}/, '/') + search,
    href: path => (site.base + path).replace(/(?<=.)\/$/, ''),
    localize: localized => localizedText(localized, language, [site.region.language]),
  }
}

/** The jurisdiction's name on its own site, else the region's. */
export function siteName({ region, jurisdiction }: Site): string {
  return jurisdiction?.name ?? region.documents.region.name
}
