import type { Bytes, Cipher } from './platform.ts'

const AES = { name: 'AES-GCM' }
const HMAC = { name: 'HMAC', hash: 'SHA-256' }

export const webCipher: Cipher = {
  async seal(key, iv, additionalData, plain) {
    const aes = await aesKeys.get(key)
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, aes, plain))
  },
  async open(key, iv, additionalData, encrypted) {
    const aes = await aesKeys.get(key)
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, aes, encrypted),
    )
  },
  async hmac(key, message) {
    return new Uint8Array(await crypto.subtle.sign(HMAC, await hmacKeys.get(key), message))
  },
}

// Keys are imported once. Only finished imports are kept: on Workers one request may not wait for another's.
function importedKeys(algorithm: { readonly name: string }, usages: KeyUsage[]) {
  const known = new WeakMap<Bytes, CryptoKey>()
  return {
    async get(key: Bytes): Promise<CryptoKey> {
      const made = known.get(key) ?? (await crypto.subtle.importKey('raw', key, algorithm, false, usages))
      known.set(key, made)
      return made
    },
  }
}

const aesKeys = importedKeys(AES, ['encrypt', 'decrypt'])
const hmacKeys = importedKeys(HMAC, ['sign'])
