import { asProblem, problem } from '../core/problem.ts'
import { isPublicHost } from './addresses.ts'
import type { Outbound, OutboundRequest } from './platform.ts'

const WITHIN_MILLISECONDS = 10_000
const MOST_BYTES = 1024 * 1024
const MOST_REDIRECTS = 3

export interface Hop {
  readonly url: URL
  readonly request: OutboundRequest
  readonly signal: AbortSignal
  /** The operator allows this host whatever its address. */
  readonly allowed: boolean
}

export interface HopAnswer {
  readonly status: number
  readonly location: string | null
  readonly body: AsyncIterable<Uint8Array> | null
}

/** One request, no redirect followed: what a runtime lends. */
export type Transport = (hop: Hop) => Promise<HopAnswer>

/**
 * Makes the guard around whatever is asked of addresses that configuration names. `allow` is the operator's list of hosts
 * (`host:port`) that may be asked although they are private.
 */
export function guardedOutbound(transport: Transport, allow: readonly string[]): Outbound {
  return {
    async ask(address, request = {}) {
      const signal = AbortSignal.timeout(WITHIN_MILLISECONDS)
      let url = readUrl(address)
      for (let redirects = 0; ; redirects++) {
        const allowed = allow.includes(url.host)
        if (!allowed && !isPublicHost(url.hostname)) throw away(url, 'is not a public address')
        try {
          const answer = await transport({ url, request, signal, allowed })
          if (answer.location === null || answer.status < 300 || answer.status > 399) {
            return { status: answer.status, text: await readText(url, answer.body) }
          }
          if (redirects === MOST_REDIRECTS) throw away(url, `redirects more than ${MOST_REDIRECTS} times`)
          url = redirected(url, answer, request)
        } catch (error) {
          const known = asProblem(error)
          if (known.slug !== 'fault') throw known
          throw away(url, signal.aborted ? 'does not answer in time' : 'cannot be reached', error)
        }
      }
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
function redirected(from: URL, { status, location }: HopAnswer, { method = 'GET' }: OutboundRequest): URL {
  const to = URL.canParse(location ?? '', from) ? new URL(location ?? '', from) : undefined
  if (to === undefined) throw away(from, 'redirects to what is no URL')
  const isKept = status === 307 || status === 308
  if (method === 'POST' && !(isKept && to.hostname === from.hostname)) {
    throw away(from, `has moved to ${to.host}: change its address in the configuration`)
  }
  return readUrl(to.href)
}

async function readText(url: URL, body: HopAnswer['body']): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > MOST_BYTES) throw away(url, 'answers more than a megabyte')
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

/** Names the host only: a path or query can hold a key. */
function away(url: URL, what: string, cause?: unknown) {
  return problem('partner-away', { detail: `${url.host || url.protocol} ${what}.`, cause })
}
