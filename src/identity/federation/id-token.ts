import { base64url, decodeProtectedHeader } from 'jose'
import { problem } from '../../core/problem.ts'

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string }

// Asymmetric only: never `none`, never a signature that the client could make itself (RFC 8725, 3.1).
const digests: Readonly<Record<string, string>> = {
  RS256: 'SHA-256',
  PS256: 'SHA-256',
  ES256: 'SHA-256',
  RS384: 'SHA-384',
  PS384: 'SHA-384',
  ES384: 'SHA-384',
  RS512: 'SHA-512',
  PS512: 'SHA-512',
  ES512: 'SHA-512',
  EdDSA: 'SHA-512',
  Ed25519: 'SHA-512',
}

/** Returns the algorithm. Throws `sign-in-failed` for anything but an asymmetric signature. */
export function refuseAlgorithm(token: string): string {
  const { alg } = decodeProtectedHeader(token)
  if (typeof alg !== 'string' || !Object.hasOwn(digests, alg)) {
    throw problem('sign-in-failed', { cause: new Error('algorithm') })
  }
  return alg
}

/** OpenID Connect Core 1.0, 3.1.3.8. Throws `sign-in-failed`. */
export async function checkTokenHash(claims: Claims, accessToken: string, algorithm: string): Promise<void> {
  if (claims.at_hash === undefined) return
  const bytes = new TextEncoder().encode(accessToken)
  const digest = new Uint8Array(await crypto.subtle.digest(digests[algorithm] ?? '', bytes))
  if (claims.at_hash !== base64url.encode(digest.slice(0, digest.length / 2))) {
    throw problem('sign-in-failed', { cause: new Error('at_hash') })
  }
}

/** A string or a list. `name` is one key, or a path such as `realm_access.roles`. */
export function valuesOf(claims: Claims, name: string): readonly string[] {
  const found = Object.hasOwn(claims, name) ? claims[name] : name.split('.').reduce(inside, claims as unknown)
  return [found].flat().filter(value => typeof value === 'string')
}

function inside(value: unknown, key: string): unknown {
  return value instanceof Object && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
