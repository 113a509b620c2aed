import { sha256 } from '../../core/encryption/digest.ts'
import type { Documents } from './snapshot.ts'

/** SHA-256 in hex, independent of key order. */
export function hashDocuments(documents: Documents): Promise<string> {
  return hashJson(documents)
}

/** SHA-256 in hex of anything that JSON can hold. */
export function hashJson(value: unknown): Promise<string> {
  return sha256(JSON.stringify(value, inKeyOrder))
}

function inKeyOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
