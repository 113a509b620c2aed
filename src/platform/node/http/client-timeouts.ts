import type { Server, ServerOptions } from 'node:http'

/** Milliseconds that a client may take. An idle connection costs memory and a file descriptor. */
export interface ClientTimeouts {
  readonly headers: number
  /** Until the whole request has arrived: a few photos over a slow connection. */
  readonly request: number
  /** Without a byte either way, or twice that while a response waits for a client that does not read. */
  readonly silence: number
  /** From the headers until the response has been read, however slowly. */
  readonly exchange: number
}

export const clientTimeouts: ClientTimeouts = {
  headers: 20_000,
  request: 300_000,
  silence: 60_000,
  exchange: 600_000,
}

const CHECKS_BEFORE_THE_END = 4

export function sendingTimeouts({ headers, request }: ClientTimeouts): ServerOptions {
  return {
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: headers / CHECKS_BEFORE_THE_END,
  }
}

export function limitReading(server: Server, { silence, exchange }: ClientTimeouts): void {
  server.setTimeout(silence)
  server.on('request', ({ socket }, outgoing) => {
    const timer = setTimeout(() => socket.destroy(), exchange)
    outgoing.once('close', () => clearTimeout(timer))
  })
}
