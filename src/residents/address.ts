import { isEmail } from '../core/text.ts'
import type { Address } from '../people/accounts.ts'

/**
 * An address as people type it: e-mail in any case, or a telephone number with spaces, dots, hyphens and brackets, in the
 * region's own way or with its country's code (E.164: at most 15 digits). Undefined for what is neither.
 */
export function readAddress(typed: string, countryCode: string | undefined): Address | undefined {
  const text = typed.trim()
  if (isEmail(text)) return { kind: 'email', value: text.toLowerCase() }
  const phone = readPhone(text, countryCode)
  return phone === undefined ? undefined : { kind: 'phone', value: phone }
}

function readPhone(typed: string, countryCode: string | undefined): string | undefined {
  if (typed.length > 40) return undefined
  const plain = typed.replace(/[\s().‐-―-]/g, '')
  if (/^\+[1-9]\d{7,14}$/.test(plain)) return plain
  if (countryCode === undefined) return undefined
  // North America: ten digits, with or without the 1 before them. Elsewhere a zero before the number is not part of it.
  const pattern = countryCode === '1' ? /^1?([2-9]\d{9})$/ : /^0?([1-9]\d{5,11})$/
  const national = pattern.exec(plain)?.[1]
  return national === undefined ? undefined : `+${countryCode}${national}`
}
