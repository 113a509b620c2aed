import type { IncomingMessage, ServerResponse } from 'node:http'

/** As long as it takes to send a few photos over a poor line. */
const LINGER_MILLISECONDS = 30_000

/**
 * Lets a caller who sends too much finish sending, unread, after it has been answered: cut off in the middle, it would
 * see a broken connection instead of the answer. Listens to `request` of a server.
 */
export function linger(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { socket, headers } = incoming
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const isLast = !outgoing.shouldKeepAlive
  // Node closes after the last answer of a connection, whatever is still on its way; so this is closed here.
  outgoing.shouldKeepAlive = true
  const close = () => socket.destroySoon()
  outgoing.once('finish', () => {
    if (incoming.complete) {
      if (isLast) close()
      return
    }
    const enough = setTimeout(close, LINGER_MILLISECONDS)
    incoming.once('close', () => {
      clearTimeout(enough)
      if (isLast) close()
    })
    incoming.removeAllListeners('data')
    incoming.resume()
  })
}
