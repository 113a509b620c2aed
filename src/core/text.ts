import * as v from 'valibot'

/** For a single-line input, in characters. */
export const MAX_LINE = 200

// What browsers accept and no mail server does: dots at the ends of the name or in a row, a long name, and a domain
// without a dot or that ends in a number or in a single letter.
const DELIVERABLE = /^(?!\.)(?!.*\.\.)[^@]{1,64}(?<!\.)@.*\.(?!\d+$)[^.]{2,}$/

/** An address as browsers accept it (RFC 5322, in ASCII), and mail servers. */
export const emailAddress = (message: string) =>
  v.config(
    v.pipe(v.string(), v.maxLength(MAX_LINE, message), v.rfcEmail(message), v.regex(DELIVERABLE, message)),
    { abortPipeEarly: true },
  )

const email = emailAddress('')

/**
 * Without what comes along when an address is copied: spaces, formatting characters, the period of a sentence. A
 * domain with other letters in the ASCII form that mail servers know it by (IDNA).
 */
export function cleanEmail(typed: string): string {
  if (CLEAN_EMAIL.test(typed)) return typed
  return typed
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/\.$/, '')
    .replace(/(?<=@)[\p{L}\p{M}\p{N}.-]+$/u, asciiDomain)
}

const CLEAN_EMAIL = /^[!-~]*(?<!\.)$/

function asciiDomain(domain: string): string {
  const isOther = /\P{ASCII}/u.test(domain) && URL.canParse(`http://${domain}`)
  return isOther ? new URL(`http://${domain}`).hostname : domain
}

export function isEmail(text: string): boolean {
  return v.is(email, text)
}

const graphemes = new Intl.Segmenter()
/** In code units: a family of four with skin tones takes 19. What is longer is no character that people type. */
export const MAX_GRAPHEME = 20

/** Counts what readers call characters: an emoji is one, and so is a letter with its accents. */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false
  if (text.length > max * MAX_GRAPHEME) return true
  let count = 0
  for (const _ of graphemes.segment(text)) if (++count > max) return true
  return false
}

/** Cut between words, or else between graphemes; `max` in code units, without the ellipsis. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text
  const space = text.lastIndexOf(' ', max)
  const whole = graphemes.segment(text).containing(max)?.index ?? max
  return `${text.slice(0, space > max / 2 ? space : whole)}…`
}

/**
 * Text as it was meant by who pasted it: what other programs end a line with (word processors U+000B and U+000C,
 * U+0085, U+2028, U+2029) is a line feed; other control characters and lone surrogates, which XML and email
 * cannot carry, are dropped.
 */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(/[\v\f\u0085\u2028\u2029]/g, '\n').replace(UNPRINTABLE, '')
}

// Most text is: a fraction of the cost.
const PLAIN = /^[\t\n\r -~]*$/
const PLAIN_LINE = /^(?:[!-~]+(?: [!-~]+)*)?$/
const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu

/** For a single-line input. */
export function cleanLine(text: string): string {
  if (PLAIN_LINE.test(text)) return text
  return cleanText(text).replace(/\s+/g, ' ').trim()
}
