import type { Cipher } from './platform.ts'

export const webCipher: Cipher = {
  async seal(key, iv, additionalData, plain) {
    const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, aes, plain))
  },
  async open(key, iv, additionalData, encrypted) {
    const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, aes, encrypted),
    )
  },
}
