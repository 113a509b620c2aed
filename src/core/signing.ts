import type { Platform } from '../platform/platform.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import { problem } from './problem.ts'

/*
 * Marked links and sessions: whoever has one may read what it says, and nobody can make or change one. Links stand in
 * letters, so that an answer needs no account. HMAC-SHA256 with the deployment's signing key; the purpose is under the mark too, so that a
 * link for one thing is none for another.
 */

type Claims = readonly (string | number)[]

/** Throws `not-configured` without a signing key. */
export async function sign(platform: Platform, purpose: string, claims: Claims): Promise<string> {
  const key = await signingKey(platform)
  if (key === undefined) {
    throw problem('not-configured', { detail: 'Set the secret SIGNING_KEY: links in letters need it.' })
  }
  const payload = toBase64Url(new TextEncoder().encode(JSON.stringify(claims)))
  const mark = await crypto.subtle.sign('HMAC', key, marked(purpose, payload))
  return `${payload}.${toBase64Url(new Uint8Array(mark))}`
}

/** What a link says; undefined for anything that this deployment did not sign for this purpose. */
export async function readSigned(
  platform: Platform,
  purpose: string,
  token: string,
): Promise<Claims | undefined> {
  // 32 bytes leave two bits of the last character unused: they are zero, so that a mark is written in one way.
  const [, payload, mark] = /^([\w-]{1,1000})\.([\w-]{42}[AEIMQUYcgkosw048])$/.exec(token) ?? []
  const key = await signingKey(platform)
  if (payload === undefined || mark === undefined || key === undefined) return undefined
  // Compares in constant time.
  const isOurs = await crypto.subtle.verify('HMAC', key, fromBase64Url(mark), marked(purpose, payload))
  return isOurs ? (JSON.parse(new TextDecoder().decode(fromBase64Url(payload))) as Claims) : undefined
}

function marked(purpose: string, payload: string) {
  return new TextEncoder().encode(`${purpose}.${payload}`)
}

function signingKey(platform: Platform): Promise<CryptoKey> | undefined {
  const secret = platform.secrets.get('SIGNING_KEY')
  if (secret === undefined) return undefined
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, [
    'sign',
    'verify',
  ])
}
