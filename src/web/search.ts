import { fold, isOneSlip } from '../core/spelling.ts'
import { kindOf, singular, soundOf, stem, type WordKind } from './search-words.ts'

/** Folded text. `name` has the phrases that a thing is known by, separated by commas; `rest` describes it. */
export interface Findable {
  readonly name: string
  readonly rest: string
}

// What a match is worth: with the name, with a part of a phrase of the name, with the description.
const [NAMED, PART, DESCRIBED] = [1, 0.5, 0.35]
// A word that has only been begun, one with a typing error, and one that many problems share.
const [BEGUN, SLIP, COMMON] = [0.7, 0.6, 0.1]
// A phrase typed as it stands in the name is worth more than its words.
const PHRASE = 0.3
// What a word that a thing does not have takes from its score. Of unknown words a long sentence has many.
const [UNKNOWN, PLACE, ELSEWHERE] = [0.16, 0.45, 1]
const MAX_UNKNOWN = 3
const FITS = 0.15
const NEAR = 0.5

/** The indexes of what fits, likeliest first: none if nothing does, all in their order if nothing is typed. */
export function search(things: readonly Findable[], typed: string): number[] {
  const folded = fold(typed)
  if (folded === '') return things.map((_, index) => index)
  const text = joinWords(things, folded)
  const told = wordsOf(text)
  const isVague = told.every(({ kind }) => kind === 'common')
  const words: Word[] = isVague ? told.map(word => ({ ...word, kind: 'plain' })) : told
  const terms = things.map(thing => termsOf(thing, text))
  const matches = words.map(word => matchesOf(terms, words, word))
  const scores = terms.map(({ phrases }, index) => {
    const found = matches.map(ofWord => ofWord[index] ?? 0)
    const unknown = Math.min(
      MAX_UNKNOWN,
      found.filter((one, at) => one === 0 && words[at]?.kind === 'plain').length,
    )
    return sum(found) - UNKNOWN * unknown + (phrases.some(({ isTyped }) => isTyped) ? PHRASE : 0)
  })
  const best = Math.max(...scores)
  return scores
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score >= FITS && score >= best * NEAR)
    .sort((a, b) => b.score - a.score)
    .map(({ index }) => index)
}

/** Two typed words that are one in a name: "side walk". */
function joinWords(things: readonly Findable[], text: string): string {
  const names = ` ${things.map(({ name }) => name.replaceAll(',', ' ')).join(' ')} `
  return text.replace(/(?<=^| )(\S+) (?=(\S+))/g, (both, first: string, second: string) =>
    names.includes(` ${first}${second} `) ? first : both,
  )
}

/** As it is written, and without its endings. */
interface Term {
  readonly text: string
  readonly stem: string
}

interface Word extends Term {
  readonly kind: WordKind
  /** It may be unfinished. */
  readonly isLast: boolean
}

function wordsOf(text: string): Word[] {
  const texts = text.split(' ')
  return texts
    .map((text, index) => ({
      text,
      stem: stem(text),
      kind: kindOf(text),
      isLast: index === texts.length - 1,
    }))
    .filter(({ text, kind }) => isTelling(text) && kind !== 'filler')
}

// Words of one or two letters match too much.
const isTelling = (word: string) => word.length > 2

interface Phrase {
  readonly words: string
  readonly terms: readonly Term[]
  readonly isTyped: boolean
}

interface Terms {
  readonly phrases: readonly Phrase[]
  readonly rest: readonly Term[]
}

const termsOfThings = new WeakMap<Findable, Terms>()

function termsOf(thing: Findable, text: string): Terms {
  const known = termsOfThings.get(thing) ?? readTerms(thing)
  termsOfThings.set(thing, known)
  const isTyped = ({ words }: Phrase) => words.includes(' ') && ` ${text} `.includes(` ${words} `)
  return { ...known, phrases: known.phrases.map(phrase => ({ ...phrase, isTyped: isTyped(phrase) })) }
}

function readTerms({ name, rest }: Findable): Terms {
  const phrases = name.split(',').map(words => ({ words, terms: listTerms(words), isTyped: false }))
  return { phrases, rest: listTerms(rest) }
}

function listTerms(text: string): Term[] {
  return text
    .split(' ')
    .filter(word => isTelling(word) && kindOf(word) !== 'filler')
    .map(text => ({ text, stem: stem(text) }))
}

/** What one word adds to the score of each thing. Rare words say more; a slip counts where nothing else matches. */
function matchesOf(things: readonly Terms[], words: readonly Word[], word: Word): number[] {
  const typed = new Set(words.map(({ stem }) => stem))
  const matches = (likeness: Likeness) => things.map(thing => strength(thing, typed, likeness))
  const exact = matches(own => (own.stem === word.stem ? 1 : 0))
  if (word.kind === 'elsewhere') return exact.map(one => (one < NAMED ? -ELSEWHERE : one))
  if (word.kind === 'place') return exact.map(one => (one < NAMED ? -PLACE : one))
  if (word.kind === 'common') return inRarity(exact).map(one => one * COMMON)
  const begun = word.isLast ? matches(own => (own.text.startsWith(word.text) ? BEGUN : 0)) : exact
  const found = exact.map((one, index) => Math.max(one, begun[index] ?? 0))
  return inRarity(Math.max(...found) > 0 ? found : matches(own => (isSlip(own.text, word.text) ? SLIP : 0)))
}

function inRarity(matches: readonly number[]): number[] {
  const count = Math.max(1, sum(matches))
  const rarity = Math.log(1 + matches.length / count) / Math.log(1 + matches.length)
  return matches.map(one => one * rarity)
}

type Likeness = (own: Term) => number

function strength({ phrases, rest }: Terms, typed: ReadonlySet<string>, likeness: Likeness) {
  const named = phrases.map(({ words, terms, isTyped }) => {
    const isWhole =
      !words.includes(' ') || isTyped || (terms.length > 1 && terms.every(own => typed.has(own.stem)))
    return Math.max(0, ...terms.map(likeness)) * (isWhole ? NAMED : PART)
  })
  return Math.max(...named, DESCRIBED * Math.max(0, ...rest.map(likeness)))
}

/**
 * Written as it sounds, or with one letter missing, extra or different, or two swapped; the first one is right. Whole
 * words are compared: without their endings, others are close by chance.
 */
function isSlip(own: string, word: string): boolean {
  if (word.length < 4 || own.length < 4 || kindOf(own) === 'common') return false
  if (soundOf(own) === soundOf(word)) return true
  return word.length > 4 && own[0] === word[0] && isOneSlip(singular(own), singular(word))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
