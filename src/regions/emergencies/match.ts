import { fold, isOneSlip } from '../../core/spelling.ts'

/* Runs on the server and in browsers, over what somebody is typing. */

/** Words and phrases of a topic in all languages, and phrases that only look like them. Folded. */
export interface EmergencyWords {
  readonly id: string
  readonly words: readonly string[]
  readonly except: readonly string[]
}

const MAX_BETWEEN = 2
const SHORT = 3

/** The ids of the topics that a text is about, in their order. Tolerates a typing error in each word. */
export function emergenciesIn(topics: readonly EmergencyWords[], text: string): string[] {
  const typed = fold(text).split(' ')
  return topics.filter(topic => isAbout(topic, typed)).map(({ id }) => id)
}

function isAbout({ words, except }: EmergencyWords, typed: readonly string[]): boolean {
  const byLetter = phrasesByLetter(words)
  const left = without(typed, except)
  return left.some((word, at) => {
    const near = byLetter.get(word.charAt(0))
    if (near === undefined) return false
    const isTogether = word.length > 6 && near.joined.some(joined => isLike(joined, word, 1))
    return isTogether || phrasesFrom(near, word).some(parts => startsAt(left, at, parts))
  })
}

/** An exception hides its own words only: "a fire beside the fire hydrant" is still a fire. */
function without(typed: readonly string[], except: readonly string[]): string[] {
  const left = [...typed]
  const byLetter = phrasesByLetter(except)
  for (const [at, word] of typed.entries()) {
    const near = byLetter.get(word.charAt(0))
    for (const parts of near === undefined ? [] : phrasesFrom(near, word)) {
      const isThere = parts.every((part, index) => isInException(part, typed[at + index] ?? '', parts.length))
      if (isThere) left.fill('', at, at + parts.length)
    }
  }
  return left
}

function isInException(part: string, word: string, parts: number): boolean {
  return part === word || (parts > 1 && part.length > 5 && isLike(part, word, 1))
}

type Phrase = readonly string[]
interface Phrases {
  readonly byFirstWord: ReadonlyMap<string, readonly Phrase[]>
  /** Phrases of two words, without the space. */
  readonly joined: readonly string[]
}
const phrases = new WeakMap<readonly string[], ReadonlyMap<string, Phrases>>()

function phrasesByLetter(words: readonly string[]): ReadonlyMap<string, Phrases> {
  const split = phrases.get(words)
  if (split !== undefined) return split
  const all = Map.groupBy(
    words.map(phrase => phrase.split(' ')),
    ([first = '']) => first.charAt(0),
  )
  const byLetter = new Map(
    [...all].map(([letter, of]) => [
      letter,
      {
        byFirstWord: Map.groupBy(of, ([first = '']) => first),
        joined: of.filter(parts => parts.length === 2).map(parts => parts.join('')),
      },
    ]),
  )
  phrases.set(words, byLetter)
  return byLetter
}

/** Those that may begin with this word. */
function phrasesFrom({ byFirstWord }: Phrases, word: string): readonly Phrase[] {
  const found: Phrase[] = []
  for (const [first, phrases] of byFirstWord) if (isLike(first, word, 2)) found.push(...phrases)
  return found
}

/** Two short words may stand between the words of a phrase: "wires are down", "fuga de gas". */
function startsAt(typed: readonly string[], at: number, parts: Phrase): boolean {
  if (!isLike(parts[0] ?? '', typed[at] ?? '', parts.length)) return false
  let next = at + 1
  for (const part of parts.slice(1)) {
    let between = 0
    while (!isLike(part, typed[next] ?? '', parts.length)) {
      const word = typed[next] ?? ''
      if (word === '' || word.length > SHORT || ++between > MAX_BETWEEN) return false
      next++
    }
    next++
  }
  return true
}

/** The shorter the word, the more real words are one letter away from it: "fire" and "fine". */
function isLike(part: string, word: string, parts: number): boolean {
  if (part === word) return true
  if (Math.abs(word.length - part.length) > 1 || word[0] !== part[0] || !isOneSlip(part, word)) return false
  if (part.length > 5 || (part.length > SHORT && parts > 1)) return true
  if (part.length < SHORT || (part.length === SHORT && parts === 1)) return false
  const isSwapped = word.length === part.length && [...word].sort().join() === [...part].sort().join()
  return isSwapped || isDoubled(part, word) || (part.length === 5 && word.length === 4)
}

function isDoubled(part: string, word: string): boolean {
  return word.length === part.length + 1 && word.replace(/(.)\1/, '$1') === part.replace(/(.)\1/, '$1')
}
