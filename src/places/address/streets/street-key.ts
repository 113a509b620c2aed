import { numbersInDigits, spanishNumber } from '../numbers/numbers.ts'
import { type AddressPart, addressWords } from '../tokens.ts'
import { highwayAt } from './highways.ts'
import { labelStreet, leadingDirections } from './street.ts'
import { directional, directionWord, mistypedType, prefixType, streetType } from './street-types.ts'

export interface StreetKey {
  /** All of it, in the order of the words: "n 5 st". */
  readonly key: string
  /** Before the name, then after it. */
  readonly directionals: readonly string[]
  /** In whole words, so that what is typed of it is its beginning. */
  readonly name: string
  /** Publication 28's abbreviations. Of numbered roads `i`, `us`, `cr`, …; `hwy` where a state's or not known whose. */
  readonly types: readonly string[]
}

/** A street's name as it is compared and indexed: without case and accents, abbreviated, numbers in digits. */
export function streetKey(street: string | { readonly text: string }): StreetKey {
  const keys = addressWords(typeof street === 'string' ? street : street.text).map(word => word.key)
  const parts = labelStreet(keys)
  const of = (part: AddressPart) => keys.filter((_, at) => parts[at] === part)
  const before = of('preDirectional').map(key => directional(key) ?? key)
  const after = of('postDirectional').map(key => directional(key) ?? key)
  const prefix = of('preType')
  const highway = prefix.length > 0 ? highwayAt(keys, leadingDirections(keys)) : undefined
  const first = highway ? [highway.kind] : prefix.map(key => prefixType(key) ?? key)
  const last = of('postType').map(key => (streetType(key) ?? mistypedType(key))?.standard ?? key)
  const variants = highway ? prefix.filter(key => variantOf.has(key)) : []
  const isPrefixed = prefix.length > 0 && !highway
  const named = isPrefixed ? of('street').map(spanishNumber) : of('street')
  const name = foldedName([...named, ...variants])
  return {
    key: [...before, ...first, name, ...last, ...after].filter(word => word !== '').join(' '),
    directionals: [...before, ...after],
    name,
    types: [...first, ...last],
  }
}

/** Whether both may be one street: the searcher may have left out a direction or the type. */
export function mayBeSameStreet(a: StreetKey, b: StreetKey): boolean {
  return a.name === b.name && isWithin(a.directionals, b.directionals) && sameType(a.types, b.types)
}

function sameType(a: readonly string[], b: readonly string[]): boolean {
  const isHighway =
    [a, b].some(([type]) => type === 'hwy') && [a, b].every(([type]) => type === 'hwy' || type === 'us')
  return isHighway || isWithin(a, b)
}

function isWithin(a: readonly string[], b: readonly string[]): boolean {
  return a.every(word => b.includes(word)) || b.every(word => a.includes(word))
}

const OF = /^(?:city|town|village|township|borough|municipality) of (?=.)/

/** The name of a city as it is compared. */
export function cityKey(city: string): string {
  return foldedName(addressWords(city).map(word => word.key)).replace(OF, '')
}

const variantOf = new Map([
  ['business', 'bus'],
  ['bus', 'bus'],
  ['alternate', 'alt'],
  ['alt', 'alt'],
  ['bypass', 'byp'],
  ['byp', 'byp'],
  ['truck', 'truck'],
  ['old', 'old'],
])

const SAME = new Map([
  ...variantOf,
  ['st', 'saint'],
  ['dr', 'doctor'],
  ['jr', 'junior'],
  ['twp', 'township'],
  ['tw', 'township'],
  ['boro', 'borough'],
  ['&', 'and'],
  ['mlk', 'martin luther king'],
  ['ny', 'new york'],
  ['nyc', 'new york'],
])

function foldedName(keys: readonly string[]): string {
  // "E Street" is not East Street.
  if (keys.length === 1 && keys[0]?.length === 1) return keys[0]
  return numbersInDigits(keys)
    .flatMap(key => (key.includes('-') ? key.split('-') : [key]))
    .map(key => SAME.get(key) ?? streetType(key)?.word ?? directionWord(key) ?? key)
    .join(' ')
}
