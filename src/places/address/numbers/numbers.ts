import { wordKey } from '../tokens.ts'

export interface HouseNumber {
  /** As it is compared: "2230a", "12 1/2", "59-17", "n165w2123", "2230-2234". */
  readonly key: string
  /** Sorts, and has the parity of its side of the street; of a grid or a hyphenated number, of all its digits. */
  readonly number: number
  /** The last number of a range, or of a block of one hundred. */
  readonly to?: number
  /** "a", "b-2", "1/2", "bis" */
  readonly suffix?: string
  readonly isEven: boolean
}

const PLAIN = /^(\d{1,6})(?: ?-?([a-z]|bis|ter|quater)|[ -]?(\d\/\d)|(\.\d{1,2}))?$/
const PAIR = /^(\d{1,6})([a-z]?)-(\d{1,6})([a-z]?)$/
// Wisconsin's N165W2123 and Illinois's 38W567.
const GRID = /^(?:[nsew]\d{1,5}[nsew]\d{1,5}|\d{1,3}[nsew]\d{1,5})[a-z]?$/
// More than this between two short numbers, and they are one: New York's 59-17.
const MAX_RANGE = 10
const BLOCK = 100

/** Of one house or a range of them; undefined for what is no house number. */
export function houseNumber(text: string): HouseNumber | undefined {
  const key = text.split(/\s+/).map(wordKey).join(' ').trim().replace(/ ?- ?/g, '-')
  const plain = PLAIN.exec(key)
  if (plain) return plainNumber(digits(plain[1]), plain[2] ?? plain[3] ?? fractionOf(plain[4]))
  const pair = PAIR.exec(key)
  if (pair) return numberPair(digits(pair[1]), digits(pair[3]), pair[2] ?? '')
  const grid = key.replaceAll(' ', '')
  return GRID.test(grid) ? numbered(grid, Number(grid.replace(/\D/g, ''))) : undefined
}

/** "2230 to 2234", "2230 & 2232": both and what is between them. */
export function numberRange(from: string, to: string): HouseNumber | undefined {
  const [first, last] = [houseNumber(from), houseNumber(to)]
  if (!first || !last || last.number <= first.number) return first
  return { ...first, key: `${first.key}-${last.key}`, to: last.number }
}

/** "1200 block": its numbers begin with the same hundred. */
export function blockOf(house: HouseNumber): HouseNumber {
  const number = house.number - (house.number % BLOCK)
  return { ...numbered(`${number}-${number + BLOCK - 1}`, number), to: number + BLOCK - 1 }
}

const fractions = new Map([
  ['.25', '1/4'],
  ['.5', '1/2'],
  ['.75', '3/4'],
])

function fractionOf(decimals: string | undefined): string | undefined {
  return decimals === undefined ? undefined : (fractions.get(decimals) ?? decimals)
}

function plainNumber(number: string, suffix: string | undefined): HouseNumber {
  if (suffix === undefined) return numbered(number, Number(number))
  const key = /^(?:\d|[a-z]{2})/.test(suffix) ? `${number} ${suffix}` : number + suffix
  return { ...numbered(key, Number(number)), suffix }
}

function numberPair(from: string, to: string, suffix: string): HouseNumber {
  // "2230-34" is short for 2230-2234.
  const isShort = from.length > 3 && to.length < from.length && suffix === ''
  const last = Number(isShort ? from.slice(0, -to.length) + to : to)
  const step = last - Number(from)
  const isRange =
    step > 0 && (from.length > 2 ? from.length === String(last).length : step <= MAX_RANGE && step % 2 === 0)
  if (!isRange && suffix !== '') return plainNumber(from, `${suffix}-${to}`)
  if (!isRange) return numbered(`${from}-${to}`, Number(from + to))
  const house = numbered(`${from}${suffix}-${last}`, Number(from))
  return { ...house, to: last, ...(suffix !== '' && { suffix }) }
}

function numbered(key: string, number: number): HouseNumber {
  return { key, number, isEven: number % 2 === 0 }
}

function digits(text = ''): string {
  return text.replace(/^0+(?=\d)/, '')
}

const UNITS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
  nineteen`.split(/\s+/)
const UNITS_TH =
  `zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
  fifteenth sixteenth seventeenth eighteenth nineteenth`.split(/\s+/)
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

const spelled = new Map<string, number>([
  ...UNITS.map((word, at) => [word, at] as const),
  ...UNITS_TH.map((word, at) => [word, at] as const),
  ...TENS.flatMap((word, at) => [
    [word, 10 * (at + 2)] as const,
    [word.replace(/y$/, 'ieth'), 10 * (at + 2)] as const,
  ]),
  // As they are often written.
  ...Object.entries({ fith: 5, eigth: 8, nineth: 9, twelth: 12, fourty: 40, ninty: 90 }),
])

/** Folded words with their numbers in digits: "9" for "ninth", "nine" and "9th", "21" for "twenty first". */
export function numbersInDigits(keys: readonly string[]): string[] {
  const written = keys.flatMap(key => (/^[a-z]+ty-[a-z]+$/.test(key) ? key.split('-') : [key]))
  const result: string[] = []
  let isTens = false
  for (const key of written) {
    const value = spelled.get(key)
    const before = Number(result.at(-1))
    if (isTens && value !== undefined && value > 0 && value < 10)
      result[result.length - 1] = String(before + value)
    else result.push(value === undefined ? ordinal(key) : String(value))
    isTens = TENS.includes(key)
  }
  return result
}

function ordinal(key: string): string {
  return digits(/^(\d+)(?:st|nd|rd|th)?$/.exec(key)?.[1] ?? key)
}

const SPANISH =
  `uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho
  diecinueve veinte`.split(/\s+/)
const SPANISH_TH = 'primera segunda tercera cuarta quinta sexta septima octava novena decima'.split(' ')

/** "8" for "ocho" and "octava", which name streets in Spanish. */
export function spanishNumber(key: string): string {
  const value = Math.max(SPANISH.indexOf(key), SPANISH_TH.indexOf(key)) + 1
  return value > 0 ? String(value) : key
}
