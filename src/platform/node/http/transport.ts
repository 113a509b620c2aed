import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from '../../../core/http/addresses.ts'
import type { Transport } from '../../outbound.ts'

type Resolver = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

/** Checks addresses as the connection is made, so that a later DNS answer cannot differ (DNS rebinding). */
export function nodeTransport(resolve: Resolver = systemLookup): Transport {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const isPrivate = addresses?.some(({ address }) => !isPublicAddress(address))
      const [first] = addresses ?? []
      if (error !== null || first === undefined) callback(error ?? new Error('no address'), '')
      else if (isPrivate) callback(new Error('not a public address'), '')
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
  return ({ url, method, headers, body, signal, allowed }) =>
    new Promise((done, fail) => {
      const send = url.protocol === 'https:' ? secure : plain
      const outgoing = send(
        url,
        {
          method,
          signal,
          // A kept-alive connection was checked for another call.
          agent: false,
          headers: { 'accept-encoding': 'identity', ...Object.fromEntries(headers) },
          ...(allowed ? {} : { lookup }),
        },
        answer => {
          const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          )
          done({ status: answer.statusCode ?? 0, headers: new Headers(headers), body: answer })
        },
      )
      outgoing.once('error', fail)
      outgoing.end(body)
    })
}
