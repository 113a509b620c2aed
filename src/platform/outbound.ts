import { isPublicHost } from '../core/http/addresses.ts'
import { asProblem, problem } from '../core/problem.ts'
import { type Outbound, TAKEN } from './platform.ts'

/** Unless the operator names another resolver that answers with `application/dns-json`. */
export const DNS_RESOLVER_URL = 'https://cloudflare-dns.com/dns-query'

const WITHIN_MILLISECONDS = 10_000
const MAX_BYTES = 1024 * 1024
const MAX_REDIRECTS = 3

export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | null
  readonly signal: AbortSignal
  readonly allowed: boolean
}

export interface HopResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array> | null
}

export type Transport = (hop: Hop) => Promise<HopResponse>

/** Guards calls to configured addresses. `allow` lists the operator's private hosts (`host:port`). */
export function guardedOutbound(transport: Transport, allow: readonly string[]): Outbound {
  const guardedFetch: typeof fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    let url = readUrl(address)
    // Redirects are checked here, hop by hop.
    const request = new Request(input, { ...init, redirect: 'manual' })
    const { method, headers } = request
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer())
    const follow = init?.redirect ?? 'follow'
    const late = AbortSignal.timeout(WITHIN_MILLISECONDS)
    const signal = AbortSignal.any([late, request.signal])
    let isTaken = false
    for (let redirects = 0; ; redirects++) {
      const allowed = allow.includes(url.host)
      if (!allowed && !isPublicHost(url.hostname)) throw unavailable(url, 'is not a public address')
      try {
        const answer = await transport({ url, method, headers, body, signal, allowed })
        isTaken = answer.status >= 200 && answer.status <= 299
        const location = answer.status > 299 && answer.status < 400 ? answer.headers.get('location') : null
        if (location === null || follow === 'manual') return await readAnswer(url, answer)
        if (follow === 'error') throw unavailable(url, 'redirects')
        if (redirects === MAX_REDIRECTS) throw unavailable(url, `redirects more than ${MAX_REDIRECTS} times`)
        const next = redirected(url, location, answer.status, method)
        // Credentials are only for the origin they were given for.
        if (next.origin !== url.origin) for (const name of ['authorization', 'cookie']) headers.delete(name)
        url = next
      } catch (error) {
        request.signal.throwIfAborted()
        const known = asProblem(error)
        const { slug, message: detail } =
          known.slug === 'fault'
            ? unavailable(url, late.aborted ? 'does not answer in time' : 'cannot be reached')
            : known
        throw problem(slug, { detail, cause: error, ...(isTaken ? { state: TAKEN } : {}) })
      }
    }
  }
  return {
    isAllowed: host => allow.includes(host),
    fetch: guardedFetch,
    async ask(address, request) {
      const answer = await guardedFetch(address, request)
      return { status: answer.status, text: await answer.text() }
    },
  }
}

function readUrl(address: string): URL {
  if (!URL.canParse(address)) throw problem('partner-unavailable', { detail: 'The address is not a URL.' })
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw unavailable(url, 'is not a web address')
  if (url.username !== '' || url.password !== '') throw unavailable(url, 'has a password in its address')
  return url
}

// A form is sent again only for 307 and 308, and only to the same host: it carries a key.
function redirected(from: URL, location: string, status: number, method: string): URL {
  if (!URL.canParse(location, from)) throw unavailable(from, 'redirects to what is no URL')
  const to = new URL(location, from)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw unavailable(from, 'redirects to plain http')
  const isKept = status === 307 || status === 308
  if (method !== 'GET' && !(isKept && to.hostname === from.hostname)) {
    throw unavailable(from, `has moved to ${to.host}: change its address in the configuration`)
  }
  return readUrl(to.href)
}

async function readAnswer(url: URL, { status, headers, body }: HopResponse): Promise<Response> {
  const room = new Uint8Array(MAX_BYTES)
  let length = 0
  for await (const part of body ?? []) {
    if (length + part.length > MAX_BYTES) throw unavailable(url, 'answers more than a megabyte')
    room.set(part, length)
    length += part.length
  }
  const kept = new Headers(headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name)
  return new Response(length === 0 ? null : room.slice(0, length), { status, headers: kept })
}

// Names the host only: a path or query can hold a key.
function unavailable(url: URL, what: string, cause?: unknown) {
  return problem('partner-unavailable', { detail: `${url.host || url.protocol} ${what}.`, cause })
}
