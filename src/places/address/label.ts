import { boxIn } from './boxes.ts'
import { cornerIn, isCrossing, isJoint, nearLength } from './joints.ts'
import { isBlock, isNumberSign, numberLength } from './numbers/house-numbers.ts'
import { stateCode } from './states.ts'
import { isSurelyStreet, labelStreet, streetLength } from './streets/street.ts'
import { cityKey } from './streets/street-key.ts'
import { directional } from './streets/street-types.ts'
import { addressTail, type Tail } from './tail.ts'
import type { AddressPart, Word } from './tokens.ts'
import { isUnitWord, unitAt } from './units.ts'

export interface Labels {
  readonly kind: 'address' | 'corner' | 'box' | 'words'
  readonly parts: readonly AddressPart[]
  readonly tail: Tail
}

interface Line {
  readonly from: number
  readonly to: number
}

export interface LabelOptions {
  /** The keys of cities that are known. */
  readonly cities?: ReadonlySet<string> | undefined
  /** A number at the start is part of a street's name. */
  readonly hasNumberInName?: boolean | undefined
}

/** What each word is. */
export function labelAddress(words: readonly Word[], options: LabelOptions): Labels {
  const labeler = new Labeler(words)
  const kind = labeler.label(options)
  return { kind, parts: labeler.parts.map(part => part ?? 'other'), tail: labeler.tail }
}

const MAX_CITY = 5
// "Mile marker 12"
const NUMBERED = /^(?:marker|mile|milepost|mm|mp|post|exit|km)$/
const CARE_OF = /^(?:attn|attention|c\/o)$/
// "Trash is on the road"
const SENTENCE = /^(?:is|are|was|on|my|our|this|that|there|with|for|it)$/
const COMPOUND = /.(?:strasse|str|weg|platz|allee|gasse|ring|damm|straat|laan|gatan|vej)$/

class Labeler {
  readonly parts: (AddressPart | undefined)[]
  readonly tail: Tail
  readonly #words: readonly Word[]
  readonly #keys: readonly string[]

  constructor(words: readonly Word[]) {
    this.#words = words
    this.#keys = words.map(word => word.key)
    this.tail = addressTail(words)
    this.parts = words.map((_, at) => this.tail.parts[at - this.tail.end])
  }

  label({ cities, hasNumberInName = false }: LabelOptions): Labels['kind'] {
    if (cities) this.#labelCity(cities)
    const box = boxIn(this.#keys.slice(0, this.tail.end))
    if (box) this.#set(box.start, box.parts)
    this.#fill(0, nearLength(this.#keys.slice(0, this.tail.end)), 'other')
    const house = hasNumberInName ? undefined : this.#labelHouse()
    const kind = house ?? (box ? undefined : (this.#labelCorner() ?? this.#labelStreetAlone()))
    this.#labelRest(kind !== undefined || box !== undefined)
    return kind ?? (box ? 'box' : 'words')
  }

  #set(from: number, parts: readonly AddressPart[]): void {
    for (const [at, part] of parts.entries()) this.parts[from + at] = part
  }

  #fill(from: number, to: number, part: AddressPart): void {
    this.parts.fill(part, from, to)
  }

  // Words without a label, up to the next comma or label.
  #lines(from = 0): Line[] {
    const lines: Line[] = []
    let start: number | undefined
    for (let at = from; at < this.parts.length; at++) {
      if (this.parts[at] !== undefined) {
        if (start !== undefined) lines.push({ from: start, to: at })
        start = undefined
        continue
      }
      start ??= at
      if (!this.#words[at]?.isLast) continue
      lines.push({ from: start, to: at + 1 })
      start = undefined
    }
    if (start !== undefined) lines.push({ from: start, to: this.parts.length })
    return lines
  }

  #line({ from, to }: Line): readonly string[] {
    return this.#keys.slice(from, to)
  }

  #labelCity(cities: ReadonlySet<string>): void {
    const { end } = this.tail
    for (let length = Math.min(MAX_CITY, end - 1); length > 0; length--) {
      const from = end - length
      if (this.#words.slice(from, end - 1).some(word => word.isLast)) continue
      if (!cities.has(cityKey(this.#keys.slice(from, end).join(' ')))) continue
      const before = this.#keys.slice(0, from)
      const isNamed = before.some(key => !/^\d/.test(key) && directional(key) === undefined)
      if (!isNamed || isJoint(before.at(-1) ?? '')) return
      this.#fill(from, end, 'city')
      return
    }
  }

  // Whether a city follows the street in this line, without a comma.
  #hasCity(line: Line): boolean {
    return line.to === this.tail.end && this.tail.parts.some(part => part !== 'country')
  }

  #labelStreet(line: Line): number {
    const { from, to } = line
    const texts = this.#words.slice(from, to).map(word => word.text)
    const length = streetLength({ keys: this.#line(line), texts, hasCity: this.#hasCity(line) })
    this.#set(from, labelStreet(this.#keys.slice(from, from + length)))
    return from + length
  }

  #labelHouse(): 'address' | undefined {
    const lines = this.#lines()
    for (const [index, line] of lines.entries()) {
      const start = this.#houseIn(line, index)
      if (start === undefined) {
        if (isStreetLine(this.#line(line))) return undefined
        continue
      }
      const length = numberLength(this.#keys.slice(start, line.to))
      let street: Line | undefined = { from: start + length, to: line.to }
      if (street.from === street.to) street = index === 0 ? lines[1] : undefined
      if (!street || isOtherNumber(this.#line(street))) return undefined
      this.#fill(start, start + length, 'number')
      let { from } = street
      // "1200 block of"
      const isOf = length > 1 && /^(?:of|de)$/.test(this.#keys[from] ?? '')
      if (isOf && from + 1 < street.to) this.parts[from++] = 'other'
      this.#afterStreet(this.#labelStreet({ ...street, from }), street.to)
      return 'address'
    }
    return undefined
  }

  // Where the house number of the line is: first, after a unit, or after a name.
  #houseIn({ from, to }: Line, index: number): number | undefined {
    let at = from
    for (
      let unit = unitAt(this.#keys, at, to);
      unit && !isNumberSign(this.#keys[at] ?? '');
      unit = unitAt(this.#keys, at, to)
    )
      at += unit.typeLength + unit.idLength
    if (at < to && numberLength(this.#keys.slice(at, to)) > 0) {
      // A number that ends a later line is no house's, nor is a postal code before a city.
      const isAlone = at + 1 === to
      if (isAlone ? index === 0 : !(index > 0 && /^\d{4,5}$/.test(this.#keys[at] ?? '') && to - at < 3)) {
        this.#labelUnits({ from, to: at })
        return at
      }
    }
    for (let later = from + 1; later < to - 1; later++) {
      // "West 12 Mile Road" has no house number, "MD 12605 Mill Lane" has one.
      const isNumber =
        (later > from + 1 ? /^\d/ : /^\d{3}/).test(this.#keys[later] ?? '') &&
        numberLength(this.#keys.slice(later, to)) > 0
      const isNamed =
        !isSurelyStreet(this.#keys.slice(from, later + 1)) &&
        !NUMBERED.test(this.#keys[later - 1] ?? '') &&
        !isUnitWord(this.#keys[later - 1] ?? '')
      if (isNumber && isNamed && isSurelyStreet(this.#keys.slice(later + 1, to))) return later
    }
    return undefined
  }

  #afterStreet(at: number, to: number): void {
    const key = this.#keys[at] ?? ''
    if (at >= to) return
    const isLast = at + 1 === to && to === this.tail.end
    const isUnit =
      /^\d{1,5}[a-z]?$|^[a-z]\d{1,4}$/.test(key) || (isLast && /^[a-z]{1,2}$/.test(key) && !stateCode(key))
    if (isUnit && !isCrossing(key) && !unitAt(this.#keys, at, to)) this.parts[at] = 'unit'
  }

  #labelCorner(): 'corner' | undefined {
    const [line] = this.#lines()
    const corner = line && cornerIn(this.#line(line))
    if (!corner) return undefined
    const [joint, second] = [line.from + corner.joint, line.from + corner.second]
    const first = line.from + corner.start
    const sides = [this.#keys.slice(first, joint), this.#keys.slice(second, line.to)]
    const isCorner =
      corner.start > 0 ||
      sides.some(isStreetLine) ||
      sides.every(side => side.length < 3 && !isUnitWord(side.at(-1) ?? ''))
    if (!isCorner) return undefined
    this.#fill(line.from, first, 'other')
    this.#set(first, labelStreet(this.#keys.slice(first, joint)))
    this.#fill(joint, second, 'joint')
    this.#labelStreet({ from: second, to: line.to })
    return 'corner'
  }

  #labelStreetAlone(): 'address' | undefined {
    const [line, next] = this.#lines()
    if (!line) return undefined
    const keys = this.#line(line)
    const isNumber = (at: number) => at < this.tail.end && /^\d{1,5}[a-z]?$/.test(this.#keys[at] ?? '')
    const isAbroad = keys.length > 1 && isNumber(line.to - 1) && /^\d{4,5}$/.test(this.#keys[line.to] ?? '')
    if (!isAbroad && (!isStreetLine(keys) || keys.some(key => SENTENCE.test(key)))) return undefined
    const end = isAbroad ? line.to - 1 : this.#labelStreet(line)
    if (isAbroad) this.#set(line.from, labelStreet(this.#keys.slice(line.from, end)))
    const length = isNumber(end) ? (isBlock(this.#keys[end + 1] ?? '') ? 2 : 1) : 0
    // "Mill Road 2230", "Calle Mayor, 5"
    const isIts = end < line.to || (next?.from === end && next.to === end + length)
    if (isIts) this.#fill(end, end + length, 'number')
    return 'address'
  }

  #labelUnits(line: Line, mayBeAlone = true): void {
    for (let at = line.from; at < line.to; at++) {
      const unit = unitAt(this.#keys, at, line.to)
      const isAlone = unit?.idLength === 0
      if (!unit || (isAlone && !(mayBeAlone && at === line.from))) continue
      const type = Array<AddressPart>(unit.typeLength).fill('unitType')
      const id = Array<AddressPart>(unit.idLength).fill('unit')
      this.#set(at, unit.isReversed ? [...id, ...type] : [...type, ...id])
      at += unit.typeLength + unit.idLength - 1
    }
  }

  // What is neither number nor street: units, then the city last, and names before it.
  #labelRest(isPlaced: boolean): void {
    for (const [index, line] of this.#lines().entries()) {
      // "Building 5" may be what is searched, "City Hall, Room 5" is City Hall.
      const from = isPlaced || index > 0 ? line.from : line.from + 1
      this.#labelUnits({ ...line, from }, isPlaced)
    }
    for (const { from, to } of this.#lines()) {
      const care = this.#keys.findIndex((key, at) => at >= from && at < to && CARE_OF.test(key))
      if (care < 0) continue
      // "Attn: Ada Example"
      const next = care + 1 === to ? this.#lines(to)[0] : undefined
      this.#fill(care, next?.from === to ? next.to : to, 'name')
    }
    const street = this.parts.findLastIndex(part => part === 'street' || part === 'box')
    for (const { from, to } of this.#lines(street + 1)) {
      const [first = '', second = ''] = this.#keys.slice(from, to)
      // "in Springfield", but "in front of the school"
      if (/^(?:in|en|nan)$/.test(first) && second !== '' && second !== 'front') this.parts[from] = 'other'
      else if (street >= 0 && isCrossing(first)) this.#fill(from, to, 'other')
    }
    const lines = this.#lines()
    const last = lines.findLast(line => !this.#words[line.from]?.isAside)
    const isCity =
      last !== undefined &&
      last.from > street &&
      !this.parts.includes('city') &&
      (isPlaced || lines.length > 1)
    for (const line of lines) {
      const isRoom = isPlaced && isUnitWord(this.#keys[line.to - 1] ?? '')
      this.#fill(line.from, line.to, isRoom ? 'unitType' : isCity && line === last ? 'city' : 'name')
    }
    const isNumbered =
      isCity && last.to - last.from > 1 && /^(?:[a-z]{1,2}-)?\d+$/.test(this.#keys[last.from] ?? '')
    // "35390 Gießen"; with a postal code behind the city, the number is a unit's.
    if (isNumbered) this.parts[last.from] = this.parts.includes('postcode') ? 'unit' : 'postcode'
  }
}

// After a house number. "9 Mile Road" and "5 Ave" are streets; two numbers before a name are no address.
function isOtherNumber(keys: readonly string[]): boolean {
  const [number = ''] = keys
  return /^\d{1,5}$/.test(number) && !(number.length < 4 && isSurelyStreet(keys))
}

function isStreetLine(keys: readonly string[]): boolean {
  return (
    isSurelyStreet(keys) ||
    (keys.length > 1 && keys.some(key => COMPOUND.test(key)) && /^\d/.test(keys.at(-1) ?? ''))
  )
}
