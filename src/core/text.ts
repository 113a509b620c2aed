/* What typed text may be, wherever it is typed. */

/** Of one line that people type, in characters. */
export const MAX_LINE = 200

/** What is too long is not looked at: the time that the pattern takes grows with the square of the length. */
export function isEmail(text: string): boolean {
  const isRight = /^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:"]+$/
  return text.length <= MAX_LINE && !hasControlCharacters(text) && isRight.test(text)
}

/** What XML 1.0 cannot carry: control characters but tab and line ends, and lone surrogates. */
export function hasControlCharacters(text: string): boolean {
  return !text.isWellFormed() || /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)
}
