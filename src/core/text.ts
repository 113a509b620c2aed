import * as v from 'valibot'

/** For a single-line input, in characters. */
export const MAX_LINE = 200

/** An address as browsers accept it (RFC 5322, in ASCII), whose domain has a dot. */
export const emailAddress = (message: string) =>
  v.config(
    v.pipe(v.string(), v.maxLength(MAX_LINE, message), v.rfcEmail(message), v.regex(/@.*\./, message)),
    { abortPipeEarly: true },
  )

const email = emailAddress('')

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

/** Cut between words, or else between graphemes; `max` in code units. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text
  const space = text.lastIndexOf(' ', max)
  const whole = graphemes.segment(text).containing(max)?.index ?? max
  return `${text.slice(0, space > 0 ? space : whole)}…`
}

/** Characters that XML 1.0 cannot carry: control characters except tab and line ends, and lone surrogates. */
export function hasControlCharacters(text: string): boolean {
  return !text.isWellFormed() || /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)
}
