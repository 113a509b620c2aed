import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { Bytes, Cipher } from '../platform.ts'

const TAG_BYTES = 16

/** At once: WebCrypto here hands each value to another thread, which costs many times what the value does. */
export const nodeCipher: Cipher = {
  async seal(key, iv, additional, plain) {
    const cipher = createCipheriv('aes-256-gcm', keyObject(key), iv).setAAD(additional)
    const parts = [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
    return new Uint8Array(Buffer.concat(parts))
  },
  async open(key, iv, additional, sealed) {
    // A shorter one would be refused only for what it is compared with.
    if (sealed.length < TAG_BYTES) throw new RangeError('shorter than its tag')
    const end = sealed.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', keyObject(key), iv, { authTagLength: TAG_BYTES })
      .setAAD(additional)
      .setAuthTag(sealed.subarray(end))
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]))
  },
}

const keyObjects = new WeakMap<Bytes, KeyObject>()

/** Node looks at bytes anew each time, for longer than they take to encrypt. */
function keyObject(key: Bytes): KeyObject {
  const known = keyObjects.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}
