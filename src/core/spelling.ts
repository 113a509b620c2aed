/** Without case, accents and punctuation: words with single spaces between them. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** One letter missing, extra or different, or two swapped. */
export function isOneSlip(own: string, word: string): boolean {
  let at = 0
  while (at < own.length && own[at] === word[at]) at++
  const [a, b] = [own.slice(at), word.slice(at)]
  const isSwapped = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2)
  return isSwapped || a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)
}
