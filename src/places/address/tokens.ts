/** What a word of an address is. */
export type AddressPart =
  | 'number'
  | 'preDirectional'
  | 'preType'
  | 'street'
  | 'postType'
  | 'postDirectional'
  | 'joint'
  | 'unitType'
  | 'unit'
  | 'routeType'
  | 'route'
  | 'boxType'
  | 'box'
  | 'name'
  | 'city'
  | 'state'
  | 'postcode'
  | 'country'
  | 'other'

export interface Word {
  /** As typed, without punctuation around it. */
  readonly text: string
  /** Without case, accents, periods and apostrophes. */
  readonly key: string
  /** Of `text` in what was typed, in code units. */
  readonly start: number
  readonly end: number
  /** Nothing follows, or a comma, a line's end, a dash or a bracket. */
  readonly isLast: boolean
  /** It is in brackets. */
  readonly isAside: boolean
}

export interface LabeledWord extends Word {
  readonly part: AddressPart
}

const WORD = /[&@+#]|[^\s,;:()[\]"“”«»<>&@+#|،，、\p{Cc}\p{Z}]+/gu
const SYMBOL = /^[&@+#/]$/
const BREAK = /[,،，、;:()[\]|\n\r\u0085\u2028\u2029]/
const KEPT_SLASH = /^(?:\d+\/\d+|\d+[-–—]\d+\/\d+|[cpwn]\/[oa]|a\/k\/a)$/i
// A highway or a unit with its number: "I-95", "SR9", "MD-97", "Apt4B".
const ATTACHED =
  /^(i|us|sr|sh|cr|fm|rm|hwy|rte?|apt|ste|suite|unit|bldg|fl|lot|[a-z]{2}(?=-))(-?)(\d[\da-z-]*)$/i
// "St.Louis", "P.O.Box"
const AFTER_PERIOD = /(?<=\p{L}\.)(?=\p{L}{3})/u

interface Piece {
  readonly text: string
  readonly start: number
  readonly end: number
}

export function addressWords(text: string): Word[] {
  const pieces = [...text.matchAll(WORD)].flatMap(({ 0: word, index }) => split(word, index))
  const words: Word[] = []
  let isRange = false
  let isAside = false
  pieces.forEach((piece, at) => {
    const next = pieces[at + 1]
    const [ahead, after] = [
      text.slice(pieces[at - 1]?.end ?? 0, piece.start),
      text.slice(piece.end, next?.start),
    ]
    if (/[()[\]]/.test(ahead)) isAside = /[([]/.test(ahead)
    const isLast = next === undefined || BREAK.test(after)
    const key = SYMBOL.test(piece.text) ? piece.text : wordKey(piece.text)
    const before = words.pop()
    if (before && isRange) {
      const { start } = before
      words.push({
        text: text.slice(start, piece.end),
        key: `${before.key}-${key}`,
        start,
        end: piece.end,
        isLast,
        isAside,
      })
    } else if (key !== '') words.push(...(before ? [before] : []), { ...piece, key, isLast, isAside })
    else if (before) words.push({ ...before, isLast: true })
    isRange = key === '' && before !== undefined && isAscending(before.key, next?.text ?? '')
  })
  return words
}

// A dash between spaces is part of "2230 - 2234", and separates "Mill Road - Springfield".
function isAscending(from: string, to: string): boolean {
  return /^\d+$/.test(from) && /^\d+$/.test(to) && from.length === to.length && from < to
}

function split(word: string, start: number): Piece[] {
  if (PLAIN.test(word)) return [{ text: word, start, end: start + word.length }]
  const attached = ATTACHED.exec(word)
  const parts = attached
    ? [attached[1] ?? '', attached[2] ?? '', attached[3] ?? '']
    : KEPT_SLASH.test(word)
      ? [word]
      : word.split(/(\/)/).flatMap(part => part.split(AFTER_PERIOD))
  let at = start
  return parts.flatMap(part => {
    const from = at
    at += part.length
    return part === '' || (attached && part === '-') ? [] : [{ text: part, start: from, end: at }]
  })
}

const PLAIN = /^(?:[a-z]+|\d+)$/i

const fractions: Readonly<Record<string, string>> = { '½': '1/2', '¼': '1/4', '¾': '3/4' }

/** A word without what people leave out: case, accents, periods, apostrophes, punctuation around it. */
export function wordKey(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text
    .replace(/[½¼¾]/g, half => ` ${fractions[half]}`)
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}'’‘`ʻ]|(?<!\d)\.|\.(?!\d)/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[‐‑–—−]/g, '-')
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
}
