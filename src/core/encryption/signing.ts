import { base64url } from 'jose'
import type { Platform } from '../../platform/platform.ts'
import { problem } from '../problem.ts'

// Signed links and sessions: anyone who has one can read its claims, and nobody can forge or change one.
// Links in emails use them so that a reply needs no account. HMAC-SHA256 with the deployment's signing key.
// The purpose is signed too, so a link for one purpose is not valid for another.

type Claims = readonly (string | number)[]

/** Throws `not-configured` without a signing key. */
export async function signPayload(platform: Platform, purpose: string, claims: Claims): Promise<string> {
  const key = await signingKey(platform)
  if (key === undefined) {
    throw problem('not-configured', { detail: 'Set the secret SIGNING_KEY. Links in emails need it.' })
  }
  const payload = base64url.encode(new TextEncoder().encode(JSON.stringify(claims)))
  const mark = await crypto.subtle.sign('HMAC', key, marked(purpose, payload))
  return `${payload}.${base64url.encode(new Uint8Array(mark))}`
}

/** Undefined for anything that this deployment did not sign for this purpose. */
export async function verifyPayload(
  platform: Platform,
  purpose: string,
  token: string,
): Promise<Claims | undefined> {
  // 32 bytes leave two unused bits in the last character; they must be zero, so that a signature has one
  // spelling.
  const [, payload, mark] = /^([\w-]{1,3000})\.([\w-]{42}[AEIMQUYcgkosw048])$/.exec(token) ?? []
  const key = await signingKey(platform)
  if (payload === undefined || mark === undefined || key === undefined) return undefined
  // Compares in constant time.
  const isOurs = await crypto.subtle.verify(
    'HMAC',
    key,
    new Uint8Array(base64url.decode(mark)),
    marked(purpose, payload),
  )
  return isOurs ? (JSON.parse(new TextDecoder().decode(base64url.decode(payload))) as Claims) : undefined
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
