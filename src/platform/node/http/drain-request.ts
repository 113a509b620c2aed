import type { IncomingMessage, ServerResponse } from 'node:http'

const DRAIN_MILLISECONDS = 30_000

/** Discards the rest of an answered request: closing early would break the connection before the response. */
export function drainRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { socket, headers } = incoming
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const isLast = !outgoing.shouldKeepAlive
  // Node closes after a connection's last response, even with data in transit; so this code closes it
  // instead.
  outgoing.shouldKeepAlive = true
  const close = () => socket.destroySoon()
  outgoing.once('finish', () => {
    if (incoming.complete) {
      if (isLast) close()
      return
    }
    const enough = setTimeout(close, DRAIN_MILLISECONDS)
    incoming.once('close', () => {
      clearTimeout(enough)
      if (isLast) close()
    })
    incoming.removeAllListeners('data')
    incoming.resume()
  })
}
