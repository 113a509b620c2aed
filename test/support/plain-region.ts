import type { Documents } from '../../src/regions/documents/snapshot.ts'

type Parts = Pick<Documents, 'region' | 'services' | 'jurisdictions'>

/** Documents with jurisdictions and services, and nothing else. */
export function plainRegion(parts: Parts): Documents {
  return { ...parts, agreements: {}, areas: [], roads: [], places: [], backdrop: [] }
}

const ALPHABET = 26

/** So many capital letters, others for each index: for tracking codes. */
export function letters(index: number, count: number): string {
  const digits = Array.from({ length: count }, (_, place) =>
    Math.floor(index / ALPHABET ** (count - 1 - place)),
  )
  return digits.map(digit => String.fromCharCode(65 + (digit % ALPHABET))).join('')
}
