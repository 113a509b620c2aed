import { plainText } from '../core/georeport/plain-text.ts'
import { shortened } from '../core/text.ts'

// Markup that was escaped once more on its way needs a second pass.
const PASSES = 2

/** What a partner wrote, as plain text that pages, XML and emails can carry; `max` in code units. */
export function plainWords(text: string, max: number): string {
  let words = text.toWellFormed().replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
  for (let pass = 0; pass < PASSES; pass++) words = plainText(words)
  return shortened(words, max - 1)
}
