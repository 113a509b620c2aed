/** A text as it is searched: no case, no accents, single spaces. Shared by the pages and their scripts. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** True when every word typed begins a word of the folded text. */
export function holdsWords(folded: string, typed: string): boolean {
  return fold(typed)
    .split(' ')
    .every(word => ` ${folded}`.includes(` ${word}`))
}
