import { parseDocument } from 'yaml'
import type { Refusal } from '../../geography/refusal.ts'

export interface GuessedName {
  readonly written: string
  readonly name: string
  /** Capitals hide how it is spelled: Mc, O’, a hyphen, an abbreviation or a small word inside. */
  readonly isDoubtful: boolean
}

const SMALL = new Set([
  'of',
  'the',
  'and',
  'in',
  'on',
  'at',
  'by',
  'upon',
  'under',
  'de',
  'del',
  'la',
  'las',
  'los',
  'du',
  'des',
  'y',
])
const NUMERAL = /^(?:ii|iii|iv|vi|vii|viii|ix|xi|xii)$/
const DOUBTFUL = /^(?:mc|mac|fitz|van|von|le|la|de|di|du|st|ste|mt|ft)|['’-]|\b(?:no|us|ne|nw|se|sw)\b/i

/** The name as people would write it; undefined where it is written in both cases already. */
export function guessedName(written: string): GuessedName | undefined {
  const isAllUpper = written === written.toUpperCase()
  if ((!isAllUpper && written !== written.toLowerCase()) || !/\p{L}/u.test(written)) return undefined
  const words = written.toLowerCase().split(' ')
  const name = words.map((word, at) => (at > 0 && SMALL.has(word) ? word : capitalized(word))).join(' ')
  const isDoubtful = words.some(
    (word, at) => DOUBTFUL.test(word) || (at > 0 && SMALL.has(word)) || NUMERAL.test(word),
  )
  return { written, name, isDoubtful }
}

function capitalized(word: string): string {
  if (NUMERAL.test(word)) return word.toUpperCase()
  return word
    .split('-')
    .map((part, at) => (at > 0 && SMALL.has(part) ? part : capital(part)))
    .join('-')
}

// McKeesport, O’Hara, L’Anse; but Prince’s.
function capital(part: string): string {
  return part
    .replace(/\p{L}/u, letter => letter.toUpperCase())
    .replace(
      /^(\P{L}*)Mc(\p{L})(?=\p{L}{2})/u,
      (_, before: string, letter: string) => `${before}Mc${letter.toUpperCase()}`,
    )
    .replace(
      /^(\P{L}*[DLO]['’])(\p{L})(?=\p{L})/u,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    )
}

export const NAMES_FILE = 'names.yaml'
const HEADING =
  '# Names that boundary files write in capitals: as written, and as residents read them. Correct the right side, then\n# run countyline boundaries import again with the same file.\n'

/** The table of corrected names of a region: as written in the boundary files → as residents read them. */
export function readNames(text: string | undefined): ReadonlyMap<string, string> | Refusal {
  const document = parseDocument(text ?? '', { prettyErrors: false })
  const table: unknown = document.errors.length > 0 ? [] : (document.toJS() ?? {})
  const wrong = (at: string) => ({
    why: `${NAMES_FILE} cannot be read${at}`,
    repair: 'Write a line such as MCKEESPORT: McKeesport for each name',
  })
  if (typeof table !== 'object' || table === null || Array.isArray(table)) return wrong('')
  for (const [written, name] of Object.entries(table)) {
    if (typeof name !== 'string' || !/^\S([^\r\n]{0,198}\S)?$/.test(name)) return wrong(` at ${written}`)
  }
  return new Map(Object.entries(table as Record<string, string>))
}

/** Adds names to the table; its comments and lines stay. */
export function withNames(text: string | undefined, added: ReadonlyMap<string, string>): string {
  const document = parseDocument(text ?? '')
  for (const [written, name] of added) document.set(written, name)
  return (text === undefined ? HEADING : '') + document.toString({ lineWidth: 0 })
}
