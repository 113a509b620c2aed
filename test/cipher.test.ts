import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { webCipher } from '../src/platform/cipher.ts'
import { nodeCipher } from '../src/platform/node/cipher.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const key = crypto.getRandomValues(new Uint8Array(32))
const iv = crypto.getRandomValues(new Uint8Array(12))
const about = bytes('ellery/hollis person.email/P1')

describe.each([
  ['Node', nodeCipher, webCipher],
  ['WebCrypto', webCipher, nodeCipher],
])('what %s seals', (_, ours, other) => {
  it.each(['', 'reader@example.org', 'x'.repeat(5000)])('the other opens: %#', async text => {
    const sealed = await ours.seal(key, iv, about, bytes(text))
    expect(sealed.length).toBe(text.length + 16)
    expect(await other.open(key, iv, about, sealed)).toEqual(bytes(text))
  })

  it.each(['', 'email reader@example.org', 'x'.repeat(5000)])('has the same HMAC-SHA-256: %#', async text => {
    const known = createHmac('sha256', key).update(text).digest()
    for (const cipher of [ours, other])
      expect(Buffer.from(await cipher.hmac(key, bytes(text)))).toEqual(known)
  })

  it('neither opens under another key, for another field, changed or cut short', async () => {
    const sealed = await ours.seal(key, iv, about, bytes('reader@example.org'))
    const changed = sealed.with(3, (sealed[3] ?? 0) ^ 1)
    for (const cipher of [ours, other]) {
      await expect(cipher.open(key.with(0, (key[0] ?? 0) ^ 1), iv, about, sealed)).rejects.toThrow()
      await expect(cipher.open(key, iv, bytes('another'), sealed)).rejects.toThrow()
      await expect(cipher.open(key, iv, about, changed)).rejects.toThrow()
      for (const end of [sealed.length - 1, 16, 15, 0])
        await expect(cipher.open(key, iv, about, sealed.slice(0, end))).rejects.toThrow()
    }
  })
})
