import { nameDistance } from './distance.ts'
import { isJoint } from './joints.ts'
import { type HouseNumber, houseNumber } from './numbers/numbers.ts'
import { otherReading, type ParsedAddress, parseAddress } from './parse.ts'
import { stateCode } from './states.ts'
import { cityKey, mayBeSameStreet, type StreetKey, streetKey } from './streets/street-key.ts'
import { wordKey } from './tokens.ts'

/** An address as an index or a geocoder has it; what it does not know is absent. */
export interface FoundAddress {
  readonly number?: string | undefined
  /** Of a corner: both streets, joined by "and" or "&". */
  readonly street?: string | undefined
  readonly city?: string | undefined
  readonly state?: string | undefined
  readonly postcode?: string | undefined
}

export interface AddressMatch {
  readonly matched: readonly (keyof FoundAddress)[]
  readonly contradicted: readonly (keyof FoundAddress)[]
}

/**
 * Which parts of the typed address are those of the found one, and which are others. A part that one of them does not have is
 * neither; nor is a name that could be the other, mistyped. What can be read in two ways is read as it fits better.
 */
export function compareAddress(typed: ParsedAddress, found: FoundAddress): AddressMatch {
  const first = compareReading(typed, found)
  const other = first.contradicted.length === 0 ? undefined : otherReading(typed)
  if (other === undefined) return first
  const second = compareReading(other, found)
  return second.contradicted.length < first.contradicted.length ? second : first
}

function compareReading(typed: ParsedAddress, found: FoundAddress): AddressMatch {
  const results: Record<keyof FoundAddress, boolean | undefined> = {
    number: sameNumber(typed, found.number),
    street: sameStreet(typed, found.street),
    city: sameName(typed.city, found.city),
    state: both(typed.state, found.state, (a, b) => stateOf(a) === stateOf(b)),
    postcode: both(typed.postcode, found.postcode, (a, b) => postcodeOf(a) === postcodeOf(b)),
  }
  const parts = Object.keys(results) as (keyof FoundAddress)[]
  return {
    matched: parts.filter(part => results[part] === true),
    contradicted: parts.filter(part => results[part] === false),
  }
}

function both(
  typed: string | undefined,
  found: string | undefined,
  compare: (typed: string, found: string) => boolean | undefined,
): boolean | undefined {
  return typed && found ? compare(typed, found) : undefined
}

function sameNumber(typed: ParsedAddress, found: string | undefined): boolean | undefined {
  const number = found === undefined ? undefined : houseNumber(found)
  if (typed.kind !== 'address' || !typed.number || !number) return undefined
  return typed.number.key === number.key || overlap(typed.number, number)
}

// A range has each of its numbers; 2230 may be 2230A, but 2230B is not.
function overlap(a: HouseNumber, b: HouseNumber): boolean {
  if (a.number > (b.to ?? b.number) || b.number > (a.to ?? a.number)) return false
  return a.suffix === undefined || b.suffix === undefined || a.suffix === b.suffix
}

function sameStreet(typed: ParsedAddress, found: string | undefined): boolean | undefined {
  const wanted = streetsOf(typed)
  if (!found || wanted.length === 0) return undefined
  const whole = streetKey(found)
  const single = wanted.length === 1 ? likeness(wanted[0], whole) : false
  // Words may name a landmark.
  if (typed.kind === 'words') return single || undefined
  if (single !== false) return single
  const known = mayBeCorner(found) ? streetsOfFound(found, whole) : [whole]
  if (wanted.length === known.length) return wanted.length === 2 && samePair(wanted, known)
  return sameOne(wanted, known) ? undefined : false
}

function mayBeCorner(found: string): boolean {
  return /[&+@/]/.test(found) || found.toLowerCase().split(/\s+/).some(isJoint)
}

function streetsOfFound(found: string, whole: StreetKey): readonly StreetKey[] {
  const corner = parseAddress(found)
  return corner.kind === 'corner' ? streetsOf(corner) : [whole]
}

function streetsOf(address: ParsedAddress): readonly StreetKey[] {
  if (address.kind === 'corner') return address.streets.map(streetKey)
  if (address.kind === 'address') return [streetKey(address.street)]
  return address.kind === 'words' && address.name ? [streetKey(address.name)] : []
}

function sameOne(wanted: readonly StreetKey[], known: readonly StreetKey[]): boolean {
  return wanted.some(a => known.some(b => mayBeSameStreet(a, b)))
}

function samePair([a, b]: readonly StreetKey[], [c, d]: readonly StreetKey[]): boolean | undefined {
  const pairs = [
    [likeness(a, c), likeness(b, d)],
    [likeness(a, d), likeness(b, c)],
  ]
  if (pairs.some(pair => pair.every(Boolean))) return true
  return pairs.some(pair => !pair.includes(false)) ? undefined : false
}

function likeness(a: StreetKey | undefined, b: StreetKey | undefined): boolean | undefined {
  if (!a || !b) return undefined
  if (mayBeSameStreet(a, b)) return true
  const isMistyped = a.name !== b.name && nameDistance(a.name, b.name) < Infinity
  return isMistyped && mayBeSameStreet({ ...a, name: b.name }, b) ? undefined : false
}

function sameName(typed: string | undefined, found: string | undefined): boolean | undefined {
  return both(typed, found, (a, b) => {
    const distance = nameDistance(cityKey(a), cityKey(b))
    return distance === 0 || (distance < Infinity ? undefined : false)
  })
}

function stateOf(state: string): string {
  const key = state.split(/\s+/).map(wordKey).join(' ').trim()
  return stateCode(key) ?? key.toUpperCase()
}

// Of a ZIP+4, the ZIP code.
function postcodeOf(postcode: string): string {
  const plain = postcode.replace(/[\s–—-]/g, '').toUpperCase()
  return /^\d{9}$/.test(plain) ? plain.slice(0, 5) : plain
}
