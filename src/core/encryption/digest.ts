import { sha256 as hash } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

// Below this the platform's own, which hands the bytes to another thread, takes four times as long.
const SHORT_BYTES = 4096

export async function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  if (bytes.length <= SHORT_BYTES) return bytesToHex(hash(bytes))
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

export function shortSha256(text: string): string {
  return bytesToHex(hash(utf8ToBytes(text)))
}
