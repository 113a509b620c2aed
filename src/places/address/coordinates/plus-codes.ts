import type { Place } from '../../../core/geometry.ts'
import type { Coordinates } from './coordinates.ts'

// The specification of Open Location Codes: pairs of digits to the base of 20, then cells of 4 × 5.
const DIGITS = '23456789CFGHJMPQRVWX'
const BASE = DIGITS.length
const BEFORE_PLUS = 8
const PAIRS = 10
const [ROWS, COLUMNS] = [5, 4]
const METERS_PER_DEGREE = 111_320
const [D, PADDED] = [`[${DIGITS}]`, '(?:00){1,3}']
// Short, in full, or padded where the area is large; then the end of the text or the name of a town.
const CODE = new RegExp(
  `^\\s*(?:(${D}{4}(?:${D}{2}){0,2})\\+(${D}{2,7})?|(?=.{8}\\+)((?:${D}{2}){1,3})${PADDED}\\+)(?![^\\s,])`,
  'i',
)

export interface PlusCode extends Coordinates {
  /** In full */
  readonly code: string
  /** Of what was typed, in code units. */
  readonly length: number
}

/** A plus code at the start of the text. A short one stands for the nearest to a point, and is none without it. */
export function parsePlusCode(text: string, near: Place | undefined): PlusCode | undefined {
  const [all, area = '', rest = '', large = ''] = CODE.exec(text) ?? []
  if (all === undefined) return undefined
  const isShort = area !== '' && area.length < BEFORE_PLUS
  if (isShort && (!near || rest === '')) return undefined
  const typed = (area + rest + large).toUpperCase()
  const digits = isShort && near ? nearest(typed, BEFORE_PLUS - area.length, near) : typed
  if (!isOnEarth(digits)) return undefined
  const code = `${digits.slice(0, BEFORE_PLUS).padEnd(BEFORE_PLUS, '0')}+${digits.slice(BEFORE_PLUS)}`
  return { ...decode(digits), code, length: all.length }
}

function isOnEarth(digits: string): boolean {
  return DIGITS.indexOf(digits[0] ?? '') * BASE < 180 && DIGITS.indexOf(digits[1] ?? '') * BASE < 360
}

function decode(digits: string): Coordinates {
  let [lat, long, height, width] = [-90, -180, BASE * BASE, BASE * BASE]
  const value = (at: number) => DIGITS.indexOf(digits[at] ?? '')
  for (let at = 0; at < Math.min(digits.length, PAIRS); at += 2) {
    height /= BASE
    width /= BASE
    lat += value(at) * height
    long += value(at + 1) * width
  }
  for (let at = PAIRS; at < digits.length; at++) {
    height /= ROWS
    width /= COLUMNS
    lat += Math.floor(value(at) / COLUMNS) * height
    long += (value(at) % COLUMNS) * width
  }
  return { lat: lat + height / 2, long: long + width / 2, accuracy: (height * METERS_PER_DEGREE) / 2 }
}

// The digits that are missing are those of the point, or of the cell beside it.
function nearest(digits: string, missing: number, { lat, long }: Place): string {
  const size = BASE ** (2 - missing / 2)
  const found = decode(pairs(lat, long, missing) + digits)
  const shift = (near: number, at: number) => (at - near > size / 2 ? -size : near - at > size / 2 ? size : 0)
  const moved = { lat: found.lat + shift(lat, found.lat), long: found.long + shift(long, found.long) }
  const isOutside = Math.abs(moved.lat) >= 90
  return pairs(isOutside ? found.lat : moved.lat, moved.long, missing) + digits
}

function pairs(lat: number, long: number, length: number): string {
  let code = ''
  for (let size = BASE; code.length < length; size /= BASE) {
    code += DIGITS[Math.floor((lat + 90) / size) % BASE] ?? ''
    code += DIGITS[Math.floor(((long + 540) % 360) / size) % BASE] ?? ''
  }
  return code
}
