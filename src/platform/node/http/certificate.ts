import { isIP } from 'node:net'
import { connect } from 'node:tls'

const WITHIN_MILLISECONDS = 7_000

/** When the certificate of a host ends, in milliseconds since 1970. Throws unless this machine trusts it. */
export function certificateEnd({ hostname, port }: URL): Promise<number> {
  return new Promise((done, fail) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({
      host,
      port: Number(port || 443),
      // RFC 6066: never an address.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      timeout: WITHIN_MILLISECONDS,
    })
    socket.once('secureConnect', () => {
      done(Date.parse(socket.getPeerCertificate().valid_to))
      socket.destroy()
    })
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })))
    socket.once('error', fail)
  })
}
