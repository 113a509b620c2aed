/** A text as it is searched: no case, no accents, single spaces. Shared by the pages and their scripts. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** What each kind of match is worth: the word itself, its beginning, more than it, a slip of the finger. */
const [WHOLE, BEGUN, MORE, SLIP] = [4, 3, 2, 1.5]
/** A name tells more than a description. */
const NAMED = 3
/** Beside the best that was found, what is worth less than this share of it is not what was meant. */
const NEAR = 0.6

/** What a thing is found by: folded words of its name, and of all that is said about it. */
export interface Findable {
  readonly name: string
  readonly rest: string
}

/**
 * The things that what was typed may mean, the likeliest first, each as its index. Words that fit nothing are passed over,
 * as long as others fit; with nothing typed, all in their order.
 */
export function search(things: readonly Findable[], typed: string): number[] {
  const words = fold(typed).split(' ').filter(Boolean)
  if (words.length === 0) return things.map((_, index) => index)
  // Two letters begin half of the language.
  const telling = words.filter(word => word.length > 2)
  const scores = things.map(thing =>
    sum((telling.length > 0 ? telling : words).map(word => worth(thing, word))),
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

/** One letter missing, too many, another, or two the wrong way round. */
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
