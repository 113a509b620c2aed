import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { isIP, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'

/* Tests, and the servers that they start, reach this machine only: a bundled region names public services. */

const own = new Set(
  Object.values(networkInterfaces()).flatMap(addresses => (addresses ?? []).map(({ address }) => address)),
)

function isOwn(host: string): boolean {
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost')
  return own.has(host) || host === '0.0.0.0' || host === '::' || host === '::1' || host.startsWith('127.')
}

const refusal = (host: string, code: string) => Object.assign(new Error(`no test reaches ${host}`), { code })

const lookup = dns.lookup
dns.lookup = ((name: string, ...rest: unknown[]) => {
  if (isOwn(name)) return Reflect.apply(lookup, dns, [name, ...rest])
  const callback = rest.at(-1) as (error: Error) => void
  setImmediate(() => callback(refusal(name, 'ENOTFOUND')))
}) as typeof lookup
syncBuiltinESMExports()

const connect = Socket.prototype.connect
Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
  const [options] = given.flat() as { host?: string }[]
  const host = typeof options === 'object' ? (options.host ?? '') : ''
  if (isIP(host) === 0 || isOwn(host)) return Reflect.apply(connect, this, given)
  return this.destroy(refusal(host, 'ENETUNREACH'))
} as typeof connect
