import { readPhone } from '../core/phone.ts'
import { cleanEmail, isEmail } from '../core/text.ts'
import type { AccountAddress } from '../identity/accounts.ts'

/** Accepts a phone number in national or international format, however punctuated, without an extension. */
export function readAddress(typed: string, countryCode: string | undefined): AccountAddress | undefined {
  const email = cleanEmail(typed)
  if (isEmail(email)) return { kind: 'email', value: email.toLowerCase() }
  const phone = readPhone(typed, countryCode)
  return phone === undefined || phone.includes(';') ? undefined : { kind: 'phone', value: phone }
}
