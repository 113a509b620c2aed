/** Without case, accents and punctuation: words with single spaces between them. */
export function fold(text: string): string {
  if (ASCII.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim()
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

// Most text: a fraction of the cost.
const ASCII = /^\p{ASCII}*$/u

/** One letter missing, extra or different, or two swapped. */
export function isOneSlip(own: string, word: string): boolean {
  let at = 0
  while (at < own.length && own[at] === word[at]) at++
  return (
    isRestSame(own, at + 1, word, at + 1) ||
    isRestSame(own, at + 1, word, at) ||
    isRestSame(own, at, word, at + 1) ||
    (own[at] === word[at + 1] && own[at + 1] === word[at] && isRestSame(own, at + 2, word, at + 2))
  )
}

function isRestSame(a: string, from: number, b: string, start: number): boolean {
  return a.length - from === b.length - start && a.endsWith(b.slice(start))
}

/** How many letters are changed, missing, too many or swapped with the next (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 0 && j > 1 && a[i] === b[j - 2] && a[i - 1] === b[j - 1]
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swapped))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
