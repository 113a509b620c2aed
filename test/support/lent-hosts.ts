import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeTransport } from '../../src/platform/node/http/transport.ts'
import { guardedOutbound } from '../../src/platform/outbound.ts'
import type { Outbound } from '../../src/platform/platform.ts'
import { sendJson } from './geocoder-answers.ts'
import { serveHttp } from './http.ts'

/* Host names of the public internet, lent to a real server on this machine, and a resolver that knows their records. */

export interface LentHosts {
  readonly outbound: Outbound
  readonly dnsResolverUrl: string
  /** What the server was asked: `https://311.city.example/file`. */
  readonly asked: string[]
  /** How each host answers; one that is not here does not. */
  readonly hosts: Map<string, (response: ServerResponse, asked: URL) => unknown>
  /** By name: the data of its TXT records, or the status of an answer without any. */
  readonly records: Map<string, readonly string[] | number>
  close(): Promise<void>
}

const SLOW_MILLISECONDS = 50
const NO_SUCH_NAME = 3

export async function lendHosts(): Promise<LentHosts> {
  const asked: string[] = []
  const hosts: LentHosts['hosts'] = new Map()
  const records: LentHosts['records'] = new Map()
  const server = await serveHttp((request, response) => {
    const url = new URL(
      request.url ?? '',
      `${request.headers['x-scheme'] ?? 'http:'}//${request.headers.host}`,
    )
    if (url.pathname === '/dns-query') return answerQuestion(records, request, response, url)
    asked.push(url.href)
    hosts.get(url.hostname)?.(response, url)
  })
  const transport = nodeTransport()
  const outbound = guardedOutbound(
    hop => {
      const { url, headers, allowed } = hop
      if (allowed) return transport(hop)
      if (!hosts.has(url.hostname)) return Promise.reject(new Error('no such host'))
      const lent = new Headers(headers)
      lent.set('host', url.host)
      lent.set('x-scheme', url.protocol)
      // The guard's own ten seconds are tested elsewhere.
      const signal = url.hostname.startsWith('slow.')
        ? AbortSignal.any([hop.signal, AbortSignal.timeout(SLOW_MILLISECONDS)])
        : hop.signal
      return transport({
        ...hop,
        url: new URL(url.pathname, server.url),
        headers: lent,
        signal,
        allowed: true,
      })
    },
    [server.host],
  )
  const dnsResolverUrl = `${server.url}/dns-query`
  return { outbound, dnsResolverUrl, asked, hosts, records, close: server.close }
}

function answerQuestion(
  records: LentHosts['records'],
  { headers }: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void {
  const name = url.searchParams.get('name') ?? ''
  if (headers.accept !== 'application/dns-json' || url.searchParams.get('type') !== 'TXT') {
    response.writeHead(400).end()
    return
  }
  const found = records.get(name) ?? NO_SUCH_NAME
  if (typeof found === 'number') {
    sendJson(response, { Status: found })
    return
  }
  // As for a name that leads to another one.
  const alias = { name, type: 5, TTL: 60, data: 'elsewhere.example.' }
  const answers = found.map(data => ({ name, type: 16, TTL: 60, data }))
  sendJson(response, { Status: 0, Answer: [alias, ...answers] })
}
