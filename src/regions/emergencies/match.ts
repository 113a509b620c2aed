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
  const { phrases, exceptions, joined } = indexOf(topics)
  const typed = fold(text).split(' ')
  const about = new Set<EmergencyWords>()
  let hidden: readonly Occurrence[] | undefined
  const left = new Map<EmergencyWords, readonly string[]>()
  const inTopic = (topic: EmergencyWords) => {
    hidden ??= occurrencesOf(exceptions, typed)
    const known = left.get(topic) ?? without(typed, topic, hidden)
    left.set(topic, known)
    return known
  }
  for (const [at, word] of typed.entries()) {
    for (const { topic, parts } of phrases.startingLike(word)) {
      if (!about.has(topic) && startsAt(inTopic(topic), at, parts)) about.add(topic)
    }
    if (word.length <= 6) continue
    for (const { topic } of joined.startingLike(word)) if (inTopic(topic)[at] === word) about.add(topic)
  }
  return topics.filter(topic => about.has(topic)).map(({ id }) => id)
}

interface Occurrence extends Phrase {
  readonly at: number
}

function occurrencesOf(exceptions: PhraseIndex, typed: readonly string[]): readonly Occurrence[] {
  return typed.flatMap((word, at) =>
    exceptions
      .startingLike(word)
      .filter(({ parts }) =>
        parts.every((part, index) => isInException(part, typed[at + index] ?? '', parts.length)),
      )
      .map(phrase => ({ ...phrase, at })),
  )
}

/** An exception hides its own words only: "a fire beside the fire hydrant" is still a fire. */
function without(
  typed: readonly string[],
  topic: EmergencyWords,
  hidden: readonly Occurrence[],
): readonly string[] {
  const own = hidden.filter(occurrence => occurrence.topic === topic)
  if (own.length === 0) return typed
  const left = [...typed]
  for (const { at, parts } of own) left.fill('', at, at + parts.length)
  return left
}

function isInException(part: string, word: string, parts: number): boolean {
  return part === word || (parts > 1 && part.length > 5 && isLike(part, word, 1))
}

interface Phrase {
  readonly topic: EmergencyWords
  readonly parts: readonly string[]
}
interface FirstWord {
  readonly first: string
  readonly phrases: readonly Phrase[]
}
/** The most words whose phrases an index remembers. */
const MAX_KNOWN = 5_000

/** By the first letter, then by the length of the first word. */
type FirstWords = ReadonlyMap<string, ReadonlyMap<number, readonly FirstWord[]>>

class PhraseIndex {
  readonly #byLetter: FirstWords
  readonly #parts: number
  /** Most words of a language come again and again, and begin no phrase. */
  readonly #known = new Map<string, readonly Phrase[]>()

  /** `parts`: of how many words the phrases are taken to be, for what counts as a typing error. */
  constructor(phrases: readonly Phrase[], parts: number) {
    this.#byLetter = byFirstWord(phrases)
    this.#parts = parts
  }

  startingLike(word: string): readonly Phrase[] {
    const known = this.#known.get(word)
    if (known !== undefined) return known
    if (this.#known.size === MAX_KNOWN) this.#known.clear()
    const found = this.#search(word)
    this.#known.set(word, found)
    return found
  }

  #search(word: string): readonly Phrase[] {
    const found: Phrase[] = []
    const take = (letter: string, length: number) => {
      for (const { first, phrases } of this.#byLetter.get(letter)?.get(length) ?? [])
        if (isLike(first, word, this.#parts)) found.push(...phrases)
    }
    const [letter, second] = [word.charAt(0), word.charAt(1)]
    for (let length = word.length - 1; length <= word.length + 1; length++) take(letter, length)
    if (second !== letter) take(second, word.length)
    return found
  }
}

interface Index {
  readonly phrases: PhraseIndex
  readonly exceptions: PhraseIndex
  /** Phrases of two words, without the space. */
  readonly joined: PhraseIndex
}
const indexes = new WeakMap<readonly EmergencyWords[], Index>()

function indexOf(topics: readonly EmergencyWords[]): Index {
  const known = indexes.get(topics)
  if (known !== undefined) return known
  const split = (topic: EmergencyWords, phrases: readonly string[]) =>
    phrases.map(phrase => ({ topic, parts: phrase.split(' ') }))
  const phrases = topics.flatMap(topic => split(topic, topic.words))
  const index = {
    phrases: new PhraseIndex(phrases, 2),
    exceptions: new PhraseIndex(
      topics.flatMap(topic => split(topic, topic.except)),
      2,
    ),
    joined: new PhraseIndex(
      phrases
        .filter(({ parts }) => parts.length === 2)
        .map(({ topic, parts }) => ({ topic, parts: [parts.join('')] })),
      1,
    ),
  }
  indexes.set(topics, index)
  return index
}

function byFirstWord(phrases: readonly Phrase[]): FirstWords {
  const byLetter = Map.groupBy(phrases, ({ parts }) => parts[0]?.charAt(0) ?? '')
  return new Map(
    [...byLetter].map(([letter, of]) => {
      const byFirst = Map.groupBy(of, ({ parts }) => parts[0] ?? '')
      const firstWords = [...byFirst].map(([first, phrases]) => ({ first, phrases }))
      return [letter, Map.groupBy(firstWords, ({ first }) => first.length)]
    }),
  )
}

/** Two short words may stand between the words of a phrase: "wires are down", "fuga de gas". */
function startsAt(typed: readonly string[], at: number, parts: readonly string[]): boolean {
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
  if (part === word || isBegunWrong(part, word)) return true
  if (Math.abs(word.length - part.length) > 1 || word[0] !== part[0] || !isOneSlip(part, word)) return false
  if (part.length > 5 || (part.length > SHORT && parts > 1)) return true
  if (part.length < SHORT || (part.length === SHORT && parts === 1)) return false
  const isSwapped = word.length === part.length && [...word].sort().join() === [...part].sort().join()
  return isSwapped || isDoubled(part, word) || (part.length === 5 && word.length === 4)
}

/** With its first two letters swapped: "ifre". */
function isBegunWrong(part: string, word: string): boolean {
  return (
    part.length > SHORT &&
    word.length === part.length &&
    word[0] === part[1] &&
    word[1] === part[0] &&
    part.endsWith(word.slice(2))
  )
}

function isDoubled(part: string, word: string): boolean {
  return word.length === part.length + 1 && word.replace(/(.)\1/, '$1') === part.replace(/(.)\1/, '$1')
}
