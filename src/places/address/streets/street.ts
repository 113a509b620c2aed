import type { AddressPart } from '../tokens.ts'
import { unitAt } from '../units.ts'
import { highwayAt } from './highways.ts'
import { directional, mistypedType, prefixType, streetType } from './street-types.ts'

type Keys = readonly string[]

const direction = (keys: Keys, at: number) => directional(keys[at] ?? '')
const certainty = (keys: Keys, at: number) => streetType(keys[at] ?? '')?.certainty ?? 0

/** How many words before the name are directions: two in "N W 5th St". */
export function leadingDirections(keys: Keys): number {
  const first = direction(keys, 0)
  if (first === undefined) return 0
  const second = direction(keys, 1)
  const isPair = /^[ns]$/.test(first) && /^[ew]$/.test(second ?? '')
  return isPair && keys.length > 2 && certainty(keys, 2) < 2 ? 2 : 1
}

/** What each word of a street's name is. The words are folded; all of them belong to the street. */
export function labelStreet(keys: Keys): AddressPart[] {
  const parts: AddressPart[] = keys.map(() => 'street')
  const directions = leadingDirections(keys)
  const highway = highwayAt(keys, directions)
  let to = keys.length
  if (highway && (highway.end === to || (highway.end === to - 1 && direction(keys, to - 1)))) {
    parts.fill('preDirectional', 0, directions)
    parts.fill('preType', directions, highway.systemEnd)
    parts.fill('postDirectional', highway.end)
    return parts
  }
  // "Avenue E" has no direction.
  const isLettered = to === 2 && prefixType(keys[0] ?? '') !== undefined && keys[1]?.length === 1
  const hasName = (end: number) => keys.slice(0, end).some(key => directional(key) === undefined)
  if (direction(keys, to - 1) && !isLettered && hasName(to - 1)) parts[--to] = 'postDirectional'
  // "North Park" is called Park, "North Street" is called North.
  const last = streetType(keys[to - 1] ?? '') ?? mistypedType(keys[to - 1] ?? '')
  const isType = to > 1 && last !== undefined && (last.certainty > 1 || hasName(to - 1))
  if (isType) {
    parts[--to] = 'postType'
    // "Saint John W St", "Priority Way South Dr"
    const isBeforeType = (keys[to - 1]?.length ?? 0) < 3 || certainty(keys, to - 2) > 1
    if (to === keys.length - 1 && direction(keys, to - 1) && isBeforeType && hasName(to - 1))
      parts[--to] = 'postDirectional'
  }
  const isEastWest = to === 2 && isOpposite(keys)
  const from = isEastWest ? 0 : Math.min(directions, to - 1)
  parts.fill('preDirectional', 0, from)
  if (!isType && from + 1 < to && prefixType(keys[from] ?? '')) parts[from] = 'preType'
  return parts
}

function isOpposite(keys: Keys): boolean {
  return /^(?:ew|we|ns|sn)$/.test(`${direction(keys, 0)}${direction(keys, 1)}`)
}

/** Whether it could be nothing but a street: it has a type that is no part of other names, or is a highway. */
export function isSurelyStreet(keys: Keys): boolean {
  const directions = leadingDirections(keys)
  if (highwayAt(keys, directions)) return true
  if (keys.some((_, at) => at > 0 && certainty(keys, at) > 1)) return true
  const first = keys[directions] ?? ''
  return keys.length > directions + 1 && prefixType(first) !== undefined && !/^pla/.test(first)
}

export interface StreetLine {
  readonly keys: Keys
  /** As they were typed: "N." of a city and "N" of a street are told apart by the period. */
  readonly texts: readonly string[]
  /** Whether a city must follow in the same line, since a state or a postal code does. */
  readonly hasCity: boolean
}

/** How many words of the line, which begins with a street after its number, are the street. */
export function streetLength({ keys, texts, hasCity }: StreetLine): number {
  const directions = leadingDirections(keys)
  const highway = highwayAt(keys, directions)
  if (highway) return afterDirection(keys, texts, highway.end)
  // "East Ave 248" is called East, "East Avenue B" is called B.
  const isNamed = directions === 1 && certainty(keys, 1) > 1 && !isPrefix(keys, 1)
  const from = isNamed ? 0 : Math.min(directions, keys.length - 1)
  // Utah's "S 500 E"
  if (/^\d+$/.test(keys[from] ?? '') && direction(keys, from + 1) && certainty(keys, from + 2) < 2)
    return from + 2
  let limit = from + 1
  while (limit < keys.length && !isUnit(keys, limit)) limit++
  const line = keys.slice(0, limit)
  const type = typeIn(line, from + 1)
  if (type === undefined) return untypedLength({ keys: line, texts, hasCity }, from)
  // "Washington Square Village Apt 2"
  const isLonger = certainty(line, type) === 2 && certainty(line, type + 1) > 0 && type + 2 === limit
  return isLonger && !(hasCity && limit === keys.length) ? limit : afterDirection(line, texts, type + 1)
}

function untypedLength({ keys, texts, hasCity }: StreetLine, from: number): number {
  // "Road 204", "Avenida 27"
  const named = prefixType(keys[from] ?? '') ? from + 1 : from
  const number = keys.findIndex((key, at) => at > named && /^\d+[a-z]?$/.test(key))
  if (number > 0 && direction(keys, number + 1) === undefined) return number
  if (!hasCity) return keys.length
  // "Quail Hollow Springfield"
  const weak = keys.findIndex((_, at) => at > from && certainty(keys, at) > 0)
  if (weak > 0 && weak < keys.length - 1) {
    const after = keys.findIndex((_, at) => at > weak && certainty(keys, at) === 0)
    return after < 0 ? keys.length : after
  }
  return afterDirection(keys, texts, Math.min(keys.length, from + nameLength(keys, from)))
}

// "Old Number 6 Highway" is a street all the same.
function isUnit(keys: Keys, at: number): boolean {
  const unit = unitAt(keys, at, keys.length)
  return unit !== undefined && certainty(keys, at + unit.typeLength + unit.idLength) < 2
}

// The word with which the street ends, where it has a type that is clear enough.
function typeIn(line: Keys, from: number): number | undefined {
  const isWithin = (at: number) => line[at] === 'st' && at + 1 < line.length && !direction(line, at + 1)
  // "Old St Johns Rd"
  const isSaint = (at: number) =>
    isWithin(at) &&
    line.some((_, later) => later > at + 1 && certainty(line, later) === 3 && ends(line, later))
  const certain = line.findIndex((_, at) => at >= from && certainty(line, at) === 3 && !isSaint(at))
  const usual = line.findIndex((_, at) => at >= from && certainty(line, at) === 2)
  let type = usual >= 0 && (certain < 0 || (usual < certain && !ends(line, certain))) ? usual : certain
  const last = direction(line, line.length - 1) ? line.length - 2 : line.length - 1
  if (type < 0) return last >= from && mistypedType(line[last] ?? '') ? last : undefined
  // "Lake Place Dr", but "Lake Pl St Louis"
  while (certainty(line, type + 1) > 1 && !isWithin(type + 1)) type++
  return type
}

// A type at the end of the line, or before a direction there.
function ends(line: Keys, at: number): boolean {
  const last = direction(line, line.length - 1) ? line.length - 2 : line.length - 1
  return certainty(line, at) > 1 && (at === line.length - 1 || at === last)
}

function afterDirection(line: Keys, texts: readonly string[], end: number): number {
  const key = line[end] ?? ''
  if (directional(key) === undefined) return end
  if (end + 1 === line.length) return end + 1
  if (certainty(line, end + 1) > 1 && end + 2 === line.length) return end + 2
  // "Main St N Springfield" is a street's direction, "Main St North Springfield" and "N. Springfield" a city's.
  const isShort = key.length < 3 || (directional(key)?.length ?? 0) > 1
  const isCity = key.length === 1 && texts[end]?.includes('.')
  return isShort && !isCity ? end + 1 : end
}

// "Avenue B", "Avenue 133rd"
function isPrefix(keys: Keys, at: number): boolean {
  return prefixType(keys[at] ?? '') !== undefined && /^(?:[a-z]|\d+(?:st|nd|rd|th))$/.test(keys[at + 1] ?? '')
}

const PARTICLES = new Set(
  'the st saint san santa la el los las le de del mt mount ft fort old new via corte paseo camino'.split(' '),
)

// Without a type, the name is one word, and what belongs to it: "St Clair", "Avenue of the Americas".
function nameLength(line: Keys, from: number): number {
  let length = isPrefix(line, from) ? 2 : 1
  while (PARTICLES.has(line[from + length - 1] ?? '') && from + length + 1 < line.length) length++
  while (/^(?:of|de|del|des|du)$/.test(line[from + length] ?? '')) {
    length += 2
    while (/^(?:the|la|las|los|le|les)$/.test(line[from + length - 1] ?? '')) length++
  }
  return length
}
