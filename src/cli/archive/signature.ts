import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/* Ed25519, by a key derived from SIGNING_KEY. The importer receives its fingerprint by another channel. */

/** Prefix that makes 32 bytes an Ed25519 private key (RFC 8410, PKCS #8). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SEED_BYTES = 32

export interface Signed {
  readonly publicKey: string
  readonly signature: string
}

/** The same key for as long as SIGNING_KEY is the same. */
export function exportKey(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, 'countyline', 'export signature', SEED_BYTES))
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
}

export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64')
}

/** `SHA256:` and a hash, in the format of SSH key fingerprints. */
export function fingerprintOf(publicKey: string): string {
  const hash = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64')
  return `SHA256:${hash.replace(/=+$/, '')}`
}

export function signText(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), key).toString('base64')
}

/** False also for a malformed key or signature. */
export function isSignedBy(publicKey: string, signature: string, text: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    return (
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
    )
  } catch {
    return false
  }
}
