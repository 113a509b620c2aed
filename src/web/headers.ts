import type { Context, MiddlewareHandler } from 'hono'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import { basemapOrigin } from '../regions/documents/schemas/basemap.ts'
import type { AppEnv } from '../regions/runtime/site.ts'

/* Security headers. A header that a handler has already set is kept. */

const YEAR_SECONDS = 365 * 24 * 3600

const common = {
  overwrite: false,
  xFrameOptions: 'DENY',
  // A path can hold a tracking number, so other sites see the origin only; servers of map tiles require that
  // much.
  referrerPolicy: 'strict-origin',
  crossOriginResourcePolicy: false,
  strictTransportSecurity: false,
  permissionsPolicy: {
    geolocation: ['self'],
    // The photo field opens the phone's own camera app, which needs no permission of the page.
    camera: false,
    microphone: false,
    payment: false,
    usb: false,
    serial: false,
    midi: false,
    displayCapture: false,
    browsingTopics: false,
  },
}

const forAnything = secureHeaders({
  ...common,
  // What is not a page loads nothing, runs nothing and cannot be framed.
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** For every response. Without a `cache-control` of its own it is not stored. */
export const answerHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await forAnything(c, next)
  const { headers } = c.res
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  // RFC 6797 § 7.2: never over plain HTTP.
  if (c.req.url.startsWith('https:')) {
    headers.set('strict-transport-security', `max-age=${YEAR_SECONDS}; includeSubDomains`)
  }
}

/** Once the site is known: scripts by nonce, our styles and pictures, the configured base map. */
export const pageHeaders: MiddlewareHandler<AppEnv> = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    // 'self' is for browsers without 'strict-dynamic'; the others ignore it.
    scriptSrc: ["'self'", NONCE, "'strict-dynamic'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    // blob: photos before they are sent, and the map's images; data: small images in style sheets.
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'", originOfBasemap],
    workerSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    // Chromium and WebKit apply this to redirects after a form too (w3c/webappsec-csp#8): a way to another
    // site, such as an identity provider, must start with a link.
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
})

export const assetPolicy = [
  "default-src 'none'",
  // The map's worker imports what it shares with the page.
  "script-src 'self'",
  'connect-src *',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const stillPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function originOfBasemap(c: Context<AppEnv>): string {
  const { basemap } = c.get('site').region.documents.region.map
  return (basemap && basemapOrigin(basemap)) ?? ''
}
