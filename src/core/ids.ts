import type { Random } from '../platform/platform.ts'

/**
 * Tracking numbers, such as `WM-4KT7X-9QXC2`: the origin jurisdiction's code, nine random characters and a check
 * character. 23 characters without vowels or look-alikes, and 23 is prime: the weighted sum catches every single
 * mistyped character and every swap of two (as ISO 7064 and ISBN-10 do). 23⁹ ≈ 1.8 × 10¹² numbers a
 * jurisdiction: not to be guessed from a neighbour's.
 */
const ALPHABET = '23456789CDFGHJKMNPRTVWX'
const BODY = 9

export function trackingNumber(random: Random, code: string): string {
  const body = randomText(random, BODY)
  const digits = body + checkCharacter(code, body)
  return `${code}-${digits.slice(0, 5)}-${digits.slice(5)}`
}

/** Reads a number as people type it: any case, spaces or hyphens. Undefined when it is not one (a typing mistake). */
export function parseTrackingNumber(text: string): { id: string; code: string } | undefined {
  const match = /^([A-Z]{2,4})([2-9CDFGHJKMNPRTVWX]{10})$/.exec(text.toUpperCase().replace(/[\s‐-―.-]/g, ''))
  const [, code, digits] = match ?? []
  if (code === undefined || digits === undefined) return undefined
  if (checkCharacter(code, digits.slice(0, BODY)) !== digits[BODY]) return undefined
  return { id: `${code}-${digits.slice(0, 5)}-${digits.slice(5)}`, code }
}

/** A secret or unguessable name: `length` characters, by default of 23, about 4.5 bits each. */
export function randomText(random: Random, length: number, alphabet = ALPHABET): string {
  // Dropping what is over keeps every character equally likely.
  const even = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < even && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}

function checkCharacter(code: string, body: string): string {
  let sum = 0
  let weight = 2
  for (const letter of code) sum += (letter.charCodeAt(0) - 64) * weight++
  for (const digit of body) sum += ALPHABET.indexOf(digit) * weight++
  return ALPHABET[(23 - (sum % 23)) % 23] as string
}
