import type { Context, MiddlewareHandler } from 'hono'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import type { Door } from '../regions/site.ts'

/*
 * What answers tell browsers of themselves. A handler that knows better says so first: nothing here replaces a header
 * that is there already.
 */

const YEAR_SECONDS = 365 * 24 * 3600

const common = {
  overwrite: false,
  xFrameOptions: 'DENY',
  // A path can hold a tracking number: others hear of our host only, as servers of map tiles ask for.
  referrerPolicy: 'strict-origin',
  // Other sites may show the photos that Open311 tells them of: each route says whether it is for others.
  crossOriginResourcePolicy: false,
  // Only over TLS, see below.
  strictTransportSecurity: false,
  permissionsPolicy: {
    geolocation: ['self'],
    // The photo field asks the phone's own camera, which needs no permission of the page.
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
  // What is no page loads nothing, runs nothing and is shown in nobody's frame.
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** For every answer of the house. One that does not say how long it may be kept is kept by nobody. */
export const answerHeaders: MiddlewareHandler<Door> = async (c, next) => {
  await forAnything(c, next)
  const { headers } = c.res
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  // RFC 6797 § 7.2: never over plain HTTP.
  if (c.req.url.startsWith('https:')) {
    headers.set('strict-transport-security', `max-age=${YEAR_SECONDS}; includeSubDomains`)
  }
}

/**
 * For pages, once it is known whose door it is: our own scripts by the nonce of this one answer, and what those import;
 * our own styles and pictures; the tiles of the map that the region's configuration names.
 */
export const pageHeaders: MiddlewareHandler<Door> = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    // 'self' is for browsers that do not know 'strict-dynamic'; the others pass over it.
    scriptSrc: ["'self'", NONCE, "'strict-dynamic'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    // blob: photos before they are sent, and the map's own; data: the little pictures in style sheets.
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'", tilesOrigin],
    workerSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    // Chromium and WebKit hold the redirects after a form to this as well (w3c/webappsec-csp#8): a way to another site,
    // such as a sign-in elsewhere, begins with a link and never with a form.
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
})

/** For our own files. The map's worker is held to what its own file says, and draws the tiles of any region. */
export const assetPolicy = [
  "default-src 'none'",
  'connect-src *',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For pages of problems: styles and pictures, no script and no form. */
export const stillPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function tilesOrigin(c: Context<Door>): string {
  const { tiles } = c.get('site').region.documents.region.map
  return tiles === undefined ? '' : new URL(tiles).origin
}
