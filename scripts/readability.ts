import { fileURLToPath } from 'node:url'
import { IntlMessageFormat } from 'intl-messageformat'
import { syllable } from 'syllable'
import en from '../src/core/messages/en.json' with { type: 'json' }

/*
 * How hard the English texts for residents are to read: the Flesch–Kincaid grade level of each. Fails when a
 * text of ten words or more is over grade 9, or their mean over grade 8.
 */

export const HIGHEST_GRADE = 9
export const HIGHEST_MEAN = 8
const FEWEST_WORDS = 10

/** Keys of texts that only staff, partners and operators read. All others are for residents. */
const notForResidents =
  /^(admin|work|region|role|my|me|passkey|mailbox|method|give-up|again|sign-in|link|no-mail|demo|handoff-(back|not)|email-(appointment|asked|invitation|mailbox|not|sign-in)|forward|reply)(-|$)/

/** Replaces an argument while a text is measured; other arguments become two plain words. */
const samples: Readonly<Record<string, string>> = {
  count: '3',
  max: '5',
  min: '1',
  minutes: '10',
  days: '4',
  phone: '311',
  code: '1234',
  date: 'May 5',
  since: 'May 5',
  time: '5 PM',
  distance: '30 feet',
  number: 'PE-1234',
  url: '',
}

export interface Graded {
  readonly key: string
  readonly text: string
  readonly words: number
  readonly grade: number
}

/**
 * Every text for residents of ten words or more, the hardest first. For a text with choices, the hardest choice
 * counts.
 */
export function gradedTexts(): Graded[] {
  return Object.entries(en)
    .filter(([key]) => !notForResidents.test(key))
    .map(([key, message]) => {
      const variants = variantsOf(message).map(text => ({ key, ...graded(text) }))
      return variants.reduce((worst, one) => (one.grade > worst.grade ? one : worst))
    })
    .filter(({ words }) => words >= FEWEST_WORDS)
    .sort((a, b) => b.grade - a.grade)
}

export function meanGrade(texts: readonly Graded[]): number {
  return texts.reduce((sum, { grade }) => sum + grade, 0) / texts.length
}

/** Flesch–Kincaid: 0.39 words a sentence + 11.8 syllables a word − 15.59. */
export function graded(text: string): Omit<Graded, 'key'> {
  const sentences = text.split(/[.!?:](?=\s|$)|\n+/).filter(part => /[\p{L}\d]/u.test(part))
  const words = text.match(/[\p{L}\d][\p{L}\d'’.@-]*/gu) ?? []
  const syllables = words.reduce((sum, word) => sum + Math.max(1, syllable(word)), 0)
  const grade = 0.39 * (words.length / sentences.length) + 11.8 * (syllables / words.length) - 15.59
  return { text, words: words.length, grade: words.length === 0 ? 0 : grade }
}

type Nodes = ReturnType<IntlMessageFormat['getAst']>

function variantsOf(message: string): string[] {
  return expanded(new IntlMessageFormat(message, 'en').getAst())
}

/** The texts that a message can produce: one for each choice, with samples for its arguments. */
function expanded(nodes: Nodes): string[] {
  let texts = ['']
  for (const node of nodes) {
    const parts =
      'options' in node
        ? Object.values(node.options).flatMap(({ value }) => expanded(value))
        : [node.type === 0 ? node.value : 'value' in node ? (samples[node.value] ?? 'the city') : '3']
    texts = texts.flatMap(text => parts.map(part => text + part))
  }
  return texts
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const texts = gradedTexts()
  const mean = meanGrade(texts)
  const tooHard = texts.filter(({ grade }) => grade > HIGHEST_GRADE)
  for (const { key, grade } of texts) console.log(`${grade.toFixed(1).padStart(5)}  ${key}`)
  console.log(`\n${texts.length} texts for residents, mean grade ${mean.toFixed(1)}. The five hardest:`)
  for (const { key, grade, text } of texts.slice(0, 5))
    console.log(`${grade.toFixed(1).padStart(5)}  ${key}: ${text}`)
  if (tooHard.length > 0) console.log(`\n${tooHard.length} over grade ${HIGHEST_GRADE}.`)
  process.exitCode = tooHard.length > 0 || mean > HIGHEST_MEAN ? 1 : 0
}
