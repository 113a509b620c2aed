import type { Place } from '../../core/geometry.ts'
import type { Documents } from '../documents/snapshot.ts'
import { begins, type GazetteerEntry, gazetteer, labelOf, type Street, words } from './gazetteer.ts'
import { intersectionsOf, pointAlong } from './street.ts'

export interface FoundPlace extends Place {
  readonly label: string
  /** Radius in meters of the uncertainty; 0 for an address, whose side of the street is known. */
  readonly accuracy: number
  readonly kind: 'address' | 'intersection' | 'street' | 'landmark' | 'jurisdiction' | 'coordinates'
  /** What was typed and is not so there: it is a suggestion, never certain. */
  readonly contradicts?: readonly ('number' | 'street' | 'city' | 'state' | 'postcode')[]
  /** Of whoever answered, to be shown with the place. */
  readonly attribution?: string
}

// Meters from the center line to a house number: on its own side, and still on the street.
const BESIDE = 8
const CORNER = 15

// In characters.
const MAX_LENGTH = 200
const NAMESAKES = 8

/** Best match first. Words after a comma (city, state, ZIP code) narrow the result where they match. */
export function placeSearch(documents: Documents): (text: string, limit: number) => readonly FoundPlace[] {
  let index: readonly GazetteerEntry[] | undefined
  return (text, limit) => {
    const entries = index ?? gazetteer(documents)
    index = entries
    const query = text.slice(0, MAX_LENGTH)
    const [head = ''] = query.split(',')
    const found = search(entries, query)
    const places = found.length > 0 || head === query ? found : search(entries, head)
    return places.slice(0, limit)
  }
}

function search(entries: readonly GazetteerEntry[], text: string): readonly FoundPlace[] {
  const typed = words(text)
  if (typed.length === 0) return []
  return [
    ...addresses(entries, typed),
    ...intersections(entries, text),
    ...matches(entries, typed).map(({ found }) => found),
  ]
}

function matches(entries: readonly GazetteerEntry[], typed: readonly string[]): GazetteerEntry[] {
  return entries
    .filter(entry => typed.every(word => entry.words.some(known => begins(known, word))))
    .map(entry => ({ entry, rank: rank(entry.words, typed) }))
    .sort((a, b) => a.rank - b.rank || (a.entry.found.label < b.entry.found.label ? -1 : 1))
    .map(({ entry }) => entry)
}

function rank(known: readonly string[], typed: readonly string[]): number {
  const whole = known.join(' ')
  const phrase = typed.join(' ')
  if (whole === phrase) return 0
  if (whole.startsWith(`${phrase} `)) return 1
  return whole.startsWith(phrase) ? 2 : 3
}

function addresses(
  entries: readonly GazetteerEntry[],
  [first = '', ...rest]: readonly string[],
): readonly FoundPlace[] {
  if (!/^\d{1,6}$/.test(first) || rest.length === 0) return []
  const number = Number(first)
  const streets = matches(entries, rest).filter(({ street }) => street !== undefined)
  const houses = streets.flatMap(({ street }) => {
    const at = street && housePlace(street, number)
    if (!at) return []
    return [
      {
        label: labelOf(`${number} ${street.name}`, street.city),
        ...at,
        accuracy: 0,
        kind: 'address' as const,
      },
    ]
  })
  return houses.length > 0 ? houses : streets.map(({ found }) => found)
}

// By the number's position in a segment's range, on the side with its parity.
function housePlace(street: Street, number: number): Place | undefined {
  for (const { line, left, right } of street.segments) {
    for (const [range, aside] of [
      [left, BESIDE],
      [right, -BESIDE],
    ] as const) {
      const [first, last] = range ?? []
      if (first === undefined || last === undefined || (number - first) % 2 !== 0) continue
      if (number < Math.min(first, last) || number > Math.max(first, last)) continue
      const fraction = first === last ? 0.5 : (number - first) / (last - first)
      return pointAlong(line, fraction, aside)
    }
  }
  return undefined
}

// "A and B" in English, Spanish, Haitian Creole, French or German.
const joint = /\s*(?:&|\/|\+|@)\s*|\s+(?:and|at|y|con|esquina|ak|et|und)\s+/i

function intersections(entries: readonly GazetteerEntry[], text: string): FoundPlace[] {
  const [one, other, ...more] = text.split(joint)
  if (one === undefined || other === undefined || more.length > 0) return []
  const first = streetsNamed(entries, one)
  const second = streetsNamed(entries, other)
  return first.flatMap(a =>
    second.flatMap(b => {
      if (a === b) return []
      const lines = a.segments.flatMap(s => b.segments.map(t => [s.line, t.line] as const))
      const label = labelOf(`${a.name} and ${b.name}`, a.city)
      const at = lines.flatMap(([s, t]) => intersectionsOf(s, t, CORNER))[0]
      return at ? [{ label, ...at, accuracy: CORNER, kind: 'intersection' as const }] : []
    }),
  )
}

function streetsNamed(entries: readonly GazetteerEntry[], text: string): Street[] {
  const typed = words(text)
  return typed.length === 0
    ? []
    : matches(entries, typed)
        .flatMap(({ street }) => street ?? [])
        .slice(0, NAMESAKES)
}
