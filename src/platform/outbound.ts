import { asProblem, problem } from '../core/problem.ts'
import { isPublicHost } from './addresses.ts'
import type { Outbound } from './platform.ts'

const WITHIN_MILLISECONDS = 10_000
const MOST_BYTES = 1024 * 1024
const MOST_REDIRECTS = 3

export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | null
  readonly signal: AbortSignal
  /** The operator allows this host whatever its address. */
  readonly allowed: boolean
}

export interface HopAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array> | null
}

/** One request, no redirect followed: what a runtime lends. */
export type Transport = (hop: Hop) => Promise<HopAnswer>

/**
 * Makes the guard around whatever is asked of addresses that configuration names. `allow` is the operator's list of hosts
 * (`host:port`) that may be asked although they are private.
 */
export function guardedOutbound(transport: Transport, allow: readonly string[]): Outbound {
  const guardedFetch: typeof fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    let url = readUrl(address)
    // The standard reading of what was asked; a redirect is ours to judge, hop by hop.
    const request = new Request(input, { ...init, redirect: 'manual' })
    const { method, headers } = request
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer())
    const follow = init?.redirect ?? 'follow'
    const late = AbortSignal.timeout(WITHIN_MILLISECONDS)
    const signal = AbortSignal.any([late, request.signal])
    for (let redirects = 0; ; redirects++) {
      const allowed = allow.includes(url.host)
      if (!allowed && !isPublicHost(url.hostname)) throw away(url, 'is not a public address')
      try {
        const answer = await transport({ url, method, headers, body, signal, allowed })
        const location = answer.status > 299 && answer.status < 400 ? answer.headers.get('location') : null
        if (location === null || follow === 'manual') return await readAnswer(url, answer)
        if (follow === 'error') throw away(url, 'redirects')
        if (redirects === MOST_REDIRECTS) throw away(url, `redirects more than ${MOST_REDIRECTS} times`)
        const next = redirected(url, location, answer.status, method)
        // What proves who asks is for the one it was given to.
        if (next.origin !== url.origin) for (const name of ['authorization', 'cookie']) headers.delete(name)
        url = next
      } catch (error) {
        request.signal.throwIfAborted()
        const known = asProblem(error)
        if (known.slug !== 'fault') throw known
        throw away(url, late.aborted ? 'does not answer in time' : 'cannot be reached', error)
      }
    }
  }
  return {
    fetch: guardedFetch,
    async ask(address, request) {
      const answer = await guardedFetch(address, request)
      return { status: answer.status, text: await answer.text() }
    },
  }
}

function readUrl(address: string): URL {
  if (!URL.canParse(address)) throw problem('partner-away', { detail: 'The address is no URL.' })
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw away(url, 'is not a web address')
  if (url.username !== '' || url.password !== '') throw away(url, 'has a password in its address')
  return url
}

/** A form is sent again only where its sender said so (307, 308), and only to the same host: it carries a key. */
function redirected(from: URL, location: string, status: number, method: string): URL {
  if (!URL.canParse(location, from)) throw away(from, 'redirects to what is no URL')
  const to = new URL(location, from)
  if (from.protocol === 'https:' && to.protocol === 'http:') throw away(from, 'redirects to plain http')
  const isKept = status === 307 || status === 308
  if (method !== 'GET' && !(isKept && to.hostname === from.hostname)) {
    throw away(from, `has moved to ${to.host}: change its address in the configuration`)
  }
  return readUrl(to.href)
}

/** The whole of it, without what was the connection's own. */
async function readAnswer(url: URL, { status, headers, body }: HopAnswer): Promise<Response> {
  const room = new Uint8Array(MOST_BYTES)
  let length = 0
  for await (const part of body ?? []) {
    if (length + part.length > MOST_BYTES) throw away(url, 'answers more than a megabyte')
    room.set(part, length)
    length += part.length
  }
  const kept = new Headers(headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name)
  return new Response(length === 0 ? null : room.slice(0, length), { status, headers: kept })
}

/** Names the host only: a path or query can hold a key. */
function away(url: URL, what: string, cause?: unknown) {
  return problem('partner-away', { detail: `${url.host || url.protocol} ${what}.`, cause })
}
