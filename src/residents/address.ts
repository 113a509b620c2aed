import { isEmail } from '../core/text.ts'
import type { AccountAddress } from '../identity/accounts.ts'

/** Accepts a phone number in national or international format (E.164: at most 15 digits), however punctuated. */
export function readAddress(typed: string, countryCode: string | undefined): AccountAddress | undefined {
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
  // North America: ten digits, optionally preceded by 1. Elsewhere the leading 0 is a trunk prefix, not part
  // of the number.
  const pattern = countryCode === '1' ? /^1?([2-9]\d{9})$/ : /^0?([1-9]\d{5,11})$/
  const national = pattern.exec(plain)?.[1]
  return national === undefined ? undefined : `+${countryCode}${national}`
}
