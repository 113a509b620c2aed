import { isJoint } from '../joints.ts'
import { isSurelyStreet } from '../streets/street.ts'
import { directional, prefixType, streetType } from '../streets/street-types.ts'
import { blockOf, type HouseNumber, houseNumber, numberRange } from './numbers.ts'

type Keys = readonly string[]

const BLOCK = /^(?:block|blk)$/
const THROUGH = /^(?:to|thru|through|and|or|&|\+)$/

const NUMBER_SIGN = /^(?:#|no|num|number|numero|nimewo|nr)$/

/** Of a folded word: "#" or "No.". */
export const isNumberSign = (key: string): boolean => NUMBER_SIGN.test(key)

/** Of a folded word after a house number: "1200 block". */
export const isBlock = (key: string): boolean => BLOCK.test(key)

/** How many of the words of a line, which begins there, are a house number; 0 where it is part of a street's name. */
export function numberLength(line: Keys): number {
  const sign = isNumberSign(line[0] ?? '') ? 1 : 0
  const [first = '', second = '', third = '', fourth = ''] = line.slice(sign)
  if (first === 'one') return sign === 0 && line.length > 2 && isTyped(line.slice(1)) ? 1 : 0
  const house = houseNumber(first)
  if (!house) return /^[nsew]\d+$/.test(first) && houseNumber(`${first} ${second}`) ? 2 : 0
  if (sign + 1 === line.length) return sign + 1
  if (isStreetOfNumber(line.slice(sign))) return 0
  if (BLOCK.test(second)) return sign + 2
  if (/^\d\/\d$/.test(second) || /^(?:bis|ter|quater)$/.test(second)) return sign + 2
  if (THROUGH.test(second) && /^\d+[a-z]?$/.test(third) && fourth !== '' && !isType(fourth)) return sign + 3
  // "2230 A Mill Road", but "100 B Street" and "5 A Philip Randolph Blvd".
  const isLetter = /^[a-dfgh]$/.test(second) && third !== '' && !isType(third) && !directional(third)
  return sign + (isLetter && isType(fourth) ? 2 : 1)
}

/** Of the words that are labeled as a number. */
export function numberOf(keys: Keys): HouseNumber | undefined {
  const plain = keys.filter(key => !isNumberSign(key) && !BLOCK.test(key))
  const through = plain.findIndex(key => THROUGH.test(key))
  if (through > 0) return numberRange(plain[through - 1] ?? '', plain[through + 1] ?? '')
  const digits = plain.map(key => (key === 'one' ? '1' : key))
  const house = houseNumber(digits.join(' ')) ?? houseNumber(digits[0] ?? '')
  return house && keys.some(key => BLOCK.test(key)) ? blockOf(house) : house
}

// "9 Street", "9 Street NW", and "5 & Main"; "100 Avenue B" is a number all the same.
function isStreetOfNumber([number = '', type = '', ...rest]: Keys): boolean {
  if (isJoint(type) && !/^\d/.test(rest[0] ?? '')) return true
  // "400 W" is a street of Salt Lake City, and so are both of "500 S and 300 E".
  const [joint = '', other = ''] = rest
  const isCrossed = isJoint(joint) && (/^\d/.test(other) || /^[&@/]$/.test(joint))
  if (directional(type) !== undefined && (rest.length === 0 || isCrossed)) return true
  if (!isType(type)) return false
  if (rest.length === 0) return true
  return (
    rest.length === 1 && directional(rest[0] ?? '') !== undefined && (number.length < 3 || !prefixType(type))
  )
}

function isTyped(line: Keys): boolean {
  const last = directional(line.at(-1) ?? '') ? line.at(-2) : line.at(-1)
  return isType(last ?? '') && isSurelyStreet(line)
}

function isType(key: string): boolean {
  return (streetType(key)?.certainty ?? 0) > 1
}
