import type { Place } from '../../core/geometry.ts'
import { type Coordinates, parseCoordinates } from './coordinates/coordinates.ts'
import { type PlusCode, parsePlusCode } from './coordinates/plus-codes.ts'
import { labelAddress } from './label.ts'
import { numberOf } from './numbers/house-numbers.ts'
import type { HouseNumber } from './numbers/numbers.ts'
import { addressTail } from './tail.ts'
import { type AddressPart, addressWords, type LabeledWord } from './tokens.ts'
import { unitText } from './units.ts'

/** A street as it was typed. */
export interface TypedStreet {
  readonly text: string
  readonly preDirectional?: string
  readonly preType?: string
  readonly name: string
  readonly postType?: string
  readonly postDirectional?: string
}

interface Typed {
  /** What was typed, without invisible marks. */
  readonly text: string
  /** Every word of the text, with what it is. Of coordinates there are none. */
  readonly words: readonly LabeledWord[]
  /** Of a person, an organization or a building; of `words`, the place that is searched. */
  readonly name?: string
  /** In standard abbreviations: "APT 4", "FL 3", "# 12". */
  readonly units: readonly string[]
  readonly city?: string
  /** Its code: `MD`. In capitals as typed, where it is none of the United States. */
  readonly state?: string
  /** "21201" or "21201-1234" */
  readonly postcode?: string
  /** ISO 3166 */
  readonly country?: string
}

export type ParsedAddress = Typed &
  (
    | {
        readonly kind: 'address'
        readonly number?: HouseNumber
        readonly street: TypedStreet
        readonly box?: string
      }
    | { readonly kind: 'corner'; readonly streets: readonly [TypedStreet, TypedStreet] }
    | { readonly kind: 'box'; readonly box?: string; readonly route?: string }
    | ({ readonly kind: 'coordinates' } & Coordinates)
    | ({ readonly kind: 'plus-code'; readonly code: string } & Coordinates)
    | { readonly kind: 'words' }
  )

export interface ParseOptions {
  /** Short plus codes are near it. */
  readonly near?: Place
  /** Keys (`cityKey`) of cities that are known: they end a street without a comma. */
  readonly cities?: ReadonlySet<string>
  /** A number at the start is part of a street's name: see `otherReading`. */
  readonly hasNumberInName?: boolean
}

// What is longer is no address.
const MAX_LENGTH = 500
const MAX_WORDS = 60

/** What was typed as a place. Never fails: what is not understood is `words`. */
export function parseAddress(text: string, options: ParseOptions = {}): ParsedAddress {
  const coordinates = parseCoordinates(text)
  if (coordinates) return { text, kind: 'coordinates', words: [], units: [], ...coordinates }
  // Marks of direction and soft hyphens come along when an address is copied.
  const typed = text.replace(/\p{Cf}/gu, '').slice(0, MAX_LENGTH)
  const plusCode = parsePlusCode(typed, options.near)
  if (plusCode) return withPlusCode(typed, plusCode)
  const found = addressWords(typed).slice(0, MAX_WORDS)
  const { kind, parts, tail } = labelAddress(found, options)
  const words = found.map((word, at) => ({ ...word, part: parts[at] ?? 'other' }))
  const common = { text: typed, words, ...placed(words), ...tail.named }
  switch (kind) {
    case 'address':
      return { ...common, kind, ...numbered(words), ...boxed(words), street: street(words, typed) }
    case 'corner': {
      const joint = words.findIndex(word => word.part === 'joint')
      return {
        ...common,
        kind,
        streets: [street(words.slice(0, joint), typed), street(words.slice(joint), typed)],
      }
    }
    case 'box':
      return { ...common, kind, ...boxed(words) }
    case 'words':
      return { ...common, kind }
  }
}

/**
 * "9 Mile Road" is house 9 of Mile Road, and a street of that name; so is each street of "9 Mile Road and 12 Mile Road".
 * Given the first reading, the second. Undefined where there is none.
 */
export function otherReading(parsed: ParsedAddress, options: ParseOptions = {}): ParsedAddress | undefined {
  if (parsed.kind !== 'address' || !/^\d{1,2}$/.test(parsed.number?.key ?? '')) return undefined
  const [first, second] = parsed.words
  if (first?.part !== 'number' || first.isLast || second?.part !== 'street' || /^\d/.test(second.key))
    return undefined
  return parseAddress(parsed.text, { ...options, hasNumberInName: true })
}

function withPlusCode(text: string, { length, ...place }: PlusCode): ParsedAddress {
  const found = addressWords(text)
  const after = found.findIndex(word => word.start >= length)
  const rest = after < 0 ? [] : found.slice(after)
  const tail = addressTail(rest)
  const words = found.map((word, at) => {
    const part = word.start < length ? 'other' : (tail.parts[at - after - tail.end] ?? 'city')
    return { ...word, part } as const
  })
  return { text, kind: 'plus-code', words, ...placed(words), ...tail.named, ...place }
}

type Words = readonly LabeledWord[]

const textOf = (words: Words, part: AddressPart) =>
  words
    .filter(word => word.part === part)
    .map(word => word.text)
    .join(' ')

// Without the parts that are not there.
function given<const Name extends string>(
  texts: Readonly<Record<Name, string>>,
): { readonly [N in Name]?: string } {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')) as {
    [N in Name]?: string
  }
}

function placed(words: Words) {
  const postcode = textOf(words, 'postcode').replace(/[–—]/g, '-').toUpperCase()
  const nineDigits = /^(\d{5})-?(\d{4})$/.exec(postcode)
  return {
    ...given({
      name: textOf(words, 'name'),
      city: textOf(words, 'city'),
      postcode: nineDigits ? `${nineDigits[1]}-${nineDigits[2]}` : postcode,
    }),
    units: units(words),
  }
}

function numbered(words: Words): { readonly number?: HouseNumber } {
  const number = numberOf(words.filter(word => word.part === 'number').map(word => word.key))
  return number ? { number } : {}
}

function boxed(words: Words) {
  const number = (part: AddressPart) =>
    textOf(words, part)
      .replace(/^(?:#|no\.?)\s*/i, '')
      .toUpperCase()
  return given({ box: number('box'), route: number('route') })
}

function street(words: Words, text: string): TypedStreet {
  const own = words.filter(word => STREET.has(word.part))
  return {
    text: text.slice(own[0]?.start ?? 0, own.at(-1)?.end ?? 0),
    name: textOf(own, 'street'),
    ...given({
      preDirectional: textOf(own, 'preDirectional'),
      preType: textOf(own, 'preType'),
      postType: textOf(own, 'postType'),
      postDirectional: textOf(own, 'postDirectional'),
    }),
  }
}

const STREET = new Set<AddressPart>(['preDirectional', 'preType', 'street', 'postType', 'postDirectional'])

// Each begins with the word that names its kind, or with its number before that: "3rd Floor".
function units(words: Words): string[] {
  const found: string[] = []
  let current: LabeledWord[] = []
  const finish = () => {
    const of = (part: AddressPart) => current.filter(word => word.part === part).map(word => word.key)
    if (current.length > 0) found.push(unitText(of('unitType'), of('unit')))
    current = []
  }
  for (const word of words) {
    const isUnit = word.part === 'unit' || word.part === 'unitType'
    const hasId = current.some(({ part }) => part === 'unit')
    const isComplete = hasId && (word.part === 'unit' || current[0]?.part === 'unitType')
    if (!isUnit || isComplete) finish()
    if (isUnit) current.push(word)
    if (isUnit && word.isLast) finish()
  }
  finish()
  return found
}
