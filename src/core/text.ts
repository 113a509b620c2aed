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

/** Characters that XML 1.0 cannot carry: control characters except tab and line ends, and lone surrogates. */
export function hasControlCharacters(text: string): boolean {
  return !text.isWellFormed() || /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)
}
