import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Bytes, Cipher } from '../platform.ts'

const TAG_BYTES = 16

/** Synchronous: WebCrypto hands each value to another thread, which costs many times the encryption itself. */
export const nodeCipher: Cipher = {
  async seal(key, iv, additional, plain) {
    const cipher = createCipheriv('aes-256-gcm', keyObject(key), iv).setAAD(additional)
    const parts = [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
    return new Uint8Array(Buffer.concat(parts))
  },
  async open(key, iv, additional, encrypted) {
    // A negative `end` would count from the end of the bytes.
    if (encrypted.length < TAG_BYTES) throw new RangeError('shorter than its tag')
    const end = encrypted.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', keyObject(key), iv, { authTagLength: TAG_BYTES })
      .setAAD(additional)
      .setAuthTag(encrypted.subarray(end))
    return new Uint8Array(Buffer.concat([decipher.update(encrypted.subarray(0, end)), decipher.final()]))
  },
  async hmac(key, message) {
    return new Uint8Array(createHmac('sha256', keyObject(key)).update(message).digest())
  },
}

const keyObjects = new WeakMap<Bytes, KeyObject>()

// Cached, because Node takes longer to import a key than to encrypt with it.
function keyObject(key: Bytes): KeyObject {
  const known = keyObjects.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}
