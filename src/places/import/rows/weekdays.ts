const LETTERS: Readonly<Record<string, number>> = { m: 1, t: 2, w: 3, r: 4, f: 5, s: 6 }
const BEGINNINGS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su']
const WORD =
  /^(?:mon?(?:day)?|tue?s?(?:day)?|we(?:d(?:s|nesday)?)?|th(?:u(?:rs?)?(?:day)?)?|fr(?:i(?:day)?)?|sat?(?:urday)?|sun?(?:day)?)s?$/

/** Weekdays, 1 is Monday, of `Tuesday`, `TUE/FRI`, `Mon & Thu`, `M-Th`, `Tu, F`. Undefined where one is none. */
export function weekdaysOf(text: string): readonly number[] | undefined {
  const words = text
    .toLowerCase()
    .replace(/\band\b/g, ' ')
    .split(/[^a-z]+/)
    .filter(word => word !== '')
  const days = words.map(weekdayOf)
  const [first = 0, last = 0] = days as number[]
  if (days.length === 0 || days.includes(undefined)) return undefined
  const isSpan = days.length === 2 && first < last && /[a-z.] ?(?:-|–|to) ?[a-z]/i.test(text)
  const found = isSpan
    ? Array.from({ length: last - first + 1 }, (_, day) => first + day)
    : (days as number[])
  return [...new Set(found)].sort((a, b) => a - b)
}

function weekdayOf(word: string): number | undefined {
  if (word.length === 1) return LETTERS[word]
  if (!WORD.test(word)) return undefined
  return BEGINNINGS.indexOf(word.slice(0, 2)) + 1
}

/** `A` or `B` of `A`, `Week B`, `b`, `1`, `Week 2`; '' of none. Undefined of anything else. */
export function weekOf(text: string): 'A' | 'B' | '' | undefined {
  if (text === '') return ''
  const [, which = ''] = /^(?:week ?)?([ab12])(?: week)?$/i.exec(text) ?? []
  return which === '' ? undefined : /[a1]/i.test(which) ? 'A' : 'B'
}
