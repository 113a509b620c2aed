import type { Place } from '../core/geometry.ts'
import { type Entry, gazetteer, labelOf, type Street, words } from './gazetteer.ts'
import type { Documents } from './snapshot.ts'
import { crossings, pointAlong } from './street.ts'

export interface FoundPlace extends Place {
  /** As a resident would write it. */
  readonly label: string
  /** Radius in metres of what the words leave open; 0 for an address, whose side of the street is known. */
  readonly accuracy: number
  readonly kind: 'address' | 'intersection' | 'street' | 'landmark' | 'jurisdiction'
}

/** Metres from the centre line at which a house number is set: on its own side, and still on the street. */
const BESIDE = 8
/** Metres around the middle of a crossing. */
const CORNER = 15

/** Characters that are read; nobody types more for a place. */
const LONGEST = 200
/** Streets tried for each half of a corner. */
const NAMESAKES = 8

/**
 * Makes the search for places by words: house numbers on streets, corners, streets, landmarks and jurisdictions, best
 * match first. What follows a comma (a city, a state, a postcode) narrows where it can, and is ignored where it cannot.
 */
export function placeSearch(documents: Documents): (text: string, limit: number) => readonly FoundPlace[] {
  let index: readonly Entry[] | undefined
  return (text, limit) => {
    const entries = index ?? gazetteer(documents)
    index = entries
    const asked = text.slice(0, LONGEST)
    const [head = ''] = asked.split(',')
    const found = search(entries, asked)
    const places = found.length > 0 || head === asked ? found : search(entries, head)
    return places.slice(0, limit)
  }
}

function search(entries: readonly Entry[], text: string): readonly FoundPlace[] {
  const typed = words(text)
  if (typed.length === 0) return []
  return [
    ...addresses(entries, typed),
    ...intersections(entries, text),
    ...matches(entries, typed).map(({ found }) => found),
  ]
}

/** Entries in which every word typed begins a word, those closest to what was typed first. */
function matches(entries: readonly Entry[], typed: readonly string[]): Entry[] {
  return entries
    .filter(entry => typed.every(word => entry.words.some(known => known.startsWith(word))))
    .map(entry => ({ entry, rank: rank(entry.words, typed) }))
    .sort((a, b) => a.rank - b.rank || (a.entry.found.label < b.entry.found.label ? -1 : 1))
    .map(({ entry }) => entry)
}

function rank(known: readonly string[], typed: readonly string[]): number {
  const whole = known.join(' ')
  const said = typed.join(' ')
  if (whole === said) return 0
  if (whole.startsWith(`${said} `)) return 1
  return whole.startsWith(said) ? 2 : 3
}

/** Houses with this number; where none has it, the streets that were meant. */
function addresses(
  entries: readonly Entry[],
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

/** Where a number stands, by its place in a segment's range and the side that has its parity. */
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

/** "A and B" in the words of people who speak English, Spanish, Haitian Creole, French or German. */
const joint = /\s*(?:&|\/|\+|@)\s*|\s+(?:and|at|y|con|esquina|ak|et|und)\s+/i

function intersections(entries: readonly Entry[], text: string): FoundPlace[] {
  const [one, other, ...more] = text.split(joint)
  if (one === undefined || other === undefined || more.length > 0) return []
  const first = streetsNamed(entries, one)
  const second = streetsNamed(entries, other)
  return first.flatMap(a =>
    second.flatMap(b => {
      if (a === b) return []
      const lines = a.segments.flatMap(s => b.segments.map(t => [s.line, t.line] as const))
      const label = labelOf(`${a.name} and ${b.name}`, a.city)
      const at = lines.flatMap(([s, t]) => crossings(s, t, CORNER))[0]
      return at ? [{ label, ...at, accuracy: CORNER, kind: 'intersection' as const }] : []
    }),
  )
}

function streetsNamed(entries: readonly Entry[], text: string): Street[] {
  const typed = words(text)
  return typed.length === 0
    ? []
    : matches(entries, typed)
        .flatMap(({ street }) => street ?? [])
        .slice(0, NAMESAKES)
}
