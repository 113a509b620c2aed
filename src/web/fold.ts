export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Scores: the whole word, its beginning, the word with a longer ending, one typing error. */
const [WHOLE, BEGUN, MORE, SLIP] = [4, 3, 2, 1.5]
const NAMED = 3
const NEAR = 0.6

export interface Findable {
  readonly name: string
  readonly rest: string
}

/** Words that match nothing are ignored if others match; without text, all items in their order. */
export function search(things: readonly Findable[], typed: string): number[] {
  const words = fold(typed).split(' ').filter(Boolean)
  if (words.length === 0) return things.map((_, index) => index)
  // Words of one or two letters match too much.
  const matching = words.filter(word => word.length > 2)
  const scores = things.map(thing =>
    sum((matching.length > 0 ? matching : words).map(word => worth(thing, word))),
  )
  const best = Math.max(...scores)
  return scores
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score > 0 && score >= best * NEAR)
    .sort((a, b) => b.score - a.score)
    .map(({ index }) => index)
}

function worth({ name, rest }: Findable, word: string): number {
  const inName = Math.max(...name.split(' ').map(own => likeness(own, word)))
  return Math.max(NAMED * inName, ...rest.split(' ').map(own => likeness(own, word)))
}

function likeness(own: string, word: string): number {
  if (own === word) return WHOLE
  if (own.startsWith(word)) return BEGUN
  if (own.length > 2 && word.startsWith(own) && word.length - own.length < 4) return MORE
  const begins = [word.length - 1, word.length, word.length + 1].map(length => own.slice(0, length))
  return word.length > 4 && begins.some(begin => isOneSlip(begin, word)) ? SLIP : 0
}

/** One letter missing, extra or different, or two swapped. */
function isOneSlip(own: string, word: string): boolean {
  let at = 0
  while (at < own.length && own[at] === word[at]) at++
  const [a, b] = [own.slice(at), word.slice(at)]
  const isSwapped = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2)
  return isSwapped || a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
