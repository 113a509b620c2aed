import type { IncomingMessage, ServerResponse } from 'node:http'

/** As long as it takes to send a few photos over a poor line. */
const LINGER_MILLISECONDS = 30_000

/**
 * Lets a caller who sends too much finish sending, unread, after it has been answered: cut off in the middle, it would
 * see a broken connection instead of the answer. Listens to `request` of a server.
 */
export function linger(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.once('finish', () => {
    if (incoming.complete) return
    const { socket } = incoming
    const enough = setTimeout(() => socket.destroySoon(), LINGER_MILLISECONDS)
    incoming.once('close', () => clearTimeout(enough))
    incoming.removeAllListeners('data')
    incoming.resume()
  })
}
