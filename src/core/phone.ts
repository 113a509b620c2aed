import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min'

export const NORTH_AMERICA = '1'
const MAX_LENGTH = 60

/**
 * In E.164, and with an extension as RFC 3966 writes it: `+13055550123;ext=9`. Without a country code it is in the country
 * of this calling code. Undefined for what is no number there: too short, too long, words.
 */
export function readPhone(typed: string, callingCode: string | undefined): string | undefined {
  const found = parsePhone(typed, callingCode)
  if (found === undefined) return undefined
  return found.ext === undefined ? found.number : `${found.number};ext=${found.ext}`
}

/** A number without its area code, or without its country where none is assumed: of use to whoever is nearby. */
export function isLocalNumber(typed: string, callingCode: string | undefined): boolean {
  if (callingCode === undefined) return /^(?:[ ().-]*\d){5,15}[ ().-]*$/.test(typed)
  return callingCode === NORTH_AMERICA && /^[2-9]\d{2}[ .-]?\d{4}$/.test(typed)
}

export function parsePhone(typed: string, callingCode: string | undefined): PhoneNumber | undefined {
  if (typed.length > MAX_LENGTH) return undefined
  // Formatting characters come along when a number is copied from a contact.
  const text = typed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
  const abroad = callingCode === NORTH_AMERICA ? /^(?:011|00)[ .-]*(?=[1-9])/ : /^00[ .-]*(?=[1-9])/
  const plain = text.replace(/^tel:/i, '').replace(abroad, '+')
  if (plain === '') return undefined
  // Where there is no trunk prefix, people write the (0) all the same.
  return (
    possible(plain, callingCode) ??
    (plain.includes('(0)') ? possible(plain.replace('(0)', ''), callingCode) : undefined)
  )
}

function possible(text: string, callingCode: string | undefined): PhoneNumber | undefined {
  const found = parsePhoneNumberFromString(text, {
    extract: false,
    ...(callingCode && { defaultCallingCode: callingCode }),
  })
  if (!found?.isPossible()) return undefined
  // The library knows lengths only: no area code of North America begins with 0 or 1.
  const isArea = found.countryCallingCode !== NORTH_AMERICA || /^[2-9]/.test(found.nationalNumber)
  return isArea ? found : undefined
}
