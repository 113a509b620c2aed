import { isJoint } from './joints.ts'
import { countryCode, MAX_NAME, stateCode } from './states.ts'
import { isSurelyStreet } from './streets/street.ts'
import { directional, streetType } from './streets/street-types.ts'
import type { AddressPart, Word } from './tokens.ts'
import { isUnitWord } from './units.ts'

export interface Tail {
  /** How many words are before it. */
  readonly end: number
  /** Of the words after them. */
  readonly parts: readonly AddressPart[]
  /** The state's code, or what was typed, in capitals; the country's by ISO 3166. */
  readonly named: { readonly state?: string; readonly country?: string }
}

type Words = readonly Word[]

/** State, postal code and country at the end of the words. */
export function addressTail(words: Words): Tail {
  let end = words.length
  const parts: AddressPart[] = []
  const take = (length: number, part: AddressPart) => {
    end -= length
    parts.unshift(...Array<AddressPart>(length).fill(part))
  }
  const country = countryBefore(words, end)
  if (country) take(country.length, 'country')
  const postcode = postcodeLength(words, end)
  take(postcode, 'postcode')
  const state = stateBefore(words, end, postcode > 0)
  if (state) take(state.length, 'state')
  return {
    end,
    parts,
    named: { ...(state && { state: state.code }), ...(country && { country: country.code }) },
  }
}

interface Named {
  readonly length: number
  readonly code: string
}

// The longest name that ends there; no comma is within it.
function nameBefore(
  words: Words,
  end: number,
  find: (name: string) => string | undefined,
): Named | undefined {
  for (let length = Math.min(MAX_NAME, end); length > 0; length--) {
    const name = words.slice(end - length, end)
    const code = name.slice(0, -1).some(word => word.isLast)
      ? undefined
      : find(name.map(word => word.key).join(' '))
    if (code) return { length, code }
  }
  return undefined
}

function countryBefore(words: Words, end: number): Named | undefined {
  const found = nameBefore(words, end, countryCode)
  const before = words[end - (found?.length ?? 0) - 1]
  if (!found || !before) return undefined
  // Countries are names of streets and of towns; "US" is also a highway's.
  const isSurely = found.code === 'US' && words[end - 1]?.key !== 'us'
  return isSurely || before.isLast || isPostcode(before.key) || stateCode(before.key) ? found : undefined
}

const POSTCODES = /^(?:\d{5}(?:-?\d{4})?|[a-z]\d[a-z] ?\d[a-z]\d|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})$/
const isPostcode = (key: string) => POSTCODES.test(key)

function postcodeLength(words: Words, end: number): number {
  const [before, last] = [words[end - 2], words[end - 1]]
  if (!last) return 0
  if (before && !/^\d+$/.test(before.key) && isPostcode(`${before.key} ${last.key}`)) return 2
  if (/^\d{5,9}$/.test(last.key) && nameBefore(words, end - 1, stateCode) && end > 2) return 1
  const isNumbered =
    before !== undefined &&
    ((isUnitWord(before.key) && !stateCode(before.key)) || /^(?:box|pob)$/.test(before.key))
  return /^\d/.test(last.key) && isPostcode(last.key) && !isNumbered ? 1 : 0
}

// Codes that are words of the pages' languages: in small letters, they are no states.
const WORDS = /^(?:al|as|co|de|hi|id|in|la|ma|me|mi|oh|ok|or|pa)$/

function stateBefore(words: Words, end: number, hasPostcode: boolean): Named | undefined {
  const found = nameBefore(words, end, stateCode)
  if (!found) return hasPostcode ? mistypedState(words, end) : undefined
  const rest = words.slice(0, end - found.length)
  const before = rest.at(-1)
  if (!before) return hasPostcode ? found : undefined
  if (before.isLast) return isCityAlone(words, end - found.length, end) ? undefined : found
  const last = words[end - 1]
  const key = found.length === 1 ? (last?.key ?? '') : ''
  const type = streetType(key)
  const isOther = type !== undefined || directional(key) !== undefined
  const street = rest.map(word => word.key).slice(/^\d/.test(rest[0]?.key ?? '') ? 1 : 0)
  const isAfterStreet = (streetType(before.key)?.certainty ?? 0) > 1 || directional(before.key) !== undefined
  const isCapitals = last?.text === key.toUpperCase()
  // "Main St NE", "Elm Ct"; but "San Juan PR"
  const isTown = type?.certainty === 1 && street.length === rest.length && isCapitals
  const isCertain = isSurelyStreet(street) || isTown || (hasPostcode && street.length !== 1)
  if (isOther && (isAfterStreet || !isCertain)) return undefined
  if (hasPostcode || isSurelyStreet(street)) return isJoint(before.key) ? undefined : found
  if (isJoint(before.key) || directional(before.key)) return undefined
  const isWord = WORDS.test(key) && !isCapitals
  const names = street.filter(word => directional(word) === undefined).length
  return !isWord && names >= (street.length < rest.length ? 2 : 1) ? found : undefined
}

// "100 Main St, New York"
function isCityAlone(words: Words, from: number, end: number): boolean {
  const name = words.slice(from, end).map(word => word.key)
  if (!/^(?:new york|washington)$/.test(name.join(' '))) return false
  const [before, last] = [words.slice(0, from - 1), words[from - 1]?.key ?? '']
  const keys = [...before.map(word => word.key), last]
  return !before.some(word => word.isLast) && (/^\d/.test(keys[0] ?? '') || isSurelyStreet(keys))
}

function mistypedState(words: Words, end: number): Named | undefined {
  const { key = '' } = words[end - 1] ?? {}
  const isCode = /^[a-z]{2}$/.test(key) && !streetType(key) && !directional(key)
  return isCode && end > 2 ? { length: 1, code: key.toUpperCase() } : undefined
}
