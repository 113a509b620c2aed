import type { Random } from '../platform/platform.ts'

/**
 * Tracking numbers, such as `WM-4KT7X-9QXC2`: the origin jurisdiction's code, nine random characters and a
 * check character, from 23 characters without vowels or look-alikes. 23 is prime, so the weighted sum catches
 * every single mistyped character and every swap of two (as ISO 7064 and ISBN-10 do). 23⁹ ≈ 1.8 × 10¹²
 * numbers per jurisdiction cannot be guessed from a neighboring one.
 */
export const ALPHABET = '23456789CDFGHJKMNPRTVWX'
const BODY = 9

export function trackingNumber(random: Random, code: string): string {
  const body = randomText(random, BODY)
  const digits = body + checkCharacter(code, body)
  return `${code}-${digits.slice(0, 5)}-${digits.slice(5)}`
}

/** Reads a number as people type it: any case, spaces or hyphens. Undefined for a typing error. */
export function parseTrackingNumber(text: string): { id: string; code: string } | undefined {
  const match = /^([A-Z]{2,4})([2-9CDFGHJKMNPRTVWX]{10})$/.exec(
    text.toUpperCase().replace(/[\s\p{Cc}\p{Cf}‐-―.-]/gu, ''),
  )
  const [, code, digits] = match ?? []
  if (code === undefined || digits === undefined) return undefined
  if (checkCharacter(code, digits.slice(0, BODY)) !== digits[BODY]) return undefined
  return { id: `${code}-${digits.slice(0, 5)}-${digits.slice(5)}`, code }
}

/** An unguessable text; each character of the default alphabet carries about 4.5 bits. */
export function randomText(random: Random, length: number, alphabet = ALPHABET): string {
  // Rejecting bytes above the limit keeps every character equally likely.
  const even = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < even && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}

/** The later, the greater: rows made one after another stand on the same few pages of an index, not each on its own. */
export function orderedId(random: Random, at: number): string {
  return `${at.toString(36).padStart(9, '0')}${randomText(random, 12)}`
}

function checkCharacter(code: string, body: string): string {
  let sum = 0
  let weight = 2
  for (const email of code) sum += (email.charCodeAt(0) - 64) * weight++
  for (const digit of body) sum += ALPHABET.indexOf(digit) * weight++
  return ALPHABET[(23 - (sum % 23)) % 23] as string
}
