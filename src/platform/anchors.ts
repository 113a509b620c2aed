import { problem } from '../core/problem.ts'
import type { Anchors, Outbound } from './platform.ts'

export function webAnchors(outbound: Outbound, url: string, token: string | undefined): Anchors {
  return {
    async keep(lines) {
      const { status } = await outbound.ask(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: `${lines.join('\n')}\n`,
      })
      if (status < 200 || status > 299)
        throw problem('partner-unavailable', { detail: `AUDIT_ANCHOR_URL answered ${status}.` })
    },
    // That it answers at all: only a line would show more.
    async verify() {
      await outbound.ask(url)
    },
  }
}

export function allAnchors(places: readonly (Anchors | undefined)[]): Anchors | undefined {
  const known = places.filter(place => place !== undefined)
  if (known.length === 0) return undefined
  return {
    async keep(lines) {
      for (const place of known) await place.keep(lines)
    },
    async verify() {
      for (const place of known) await place.verify()
    },
  }
}
