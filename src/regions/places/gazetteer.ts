import { type LongLat, type MultiPolygonRings, metersBetween, type Place } from '../../core/geometry.ts'
import type { Documents } from '../documents/snapshot.ts'
import type { FoundPlace } from './search.ts'
import { lengthOf, pointAlong } from './street.ts'

export interface GazetteerEntry {
  readonly words: readonly string[]
  readonly found: FoundPlace
  readonly street?: Street
}

export interface Street {
  readonly name: string
  readonly city: string
  readonly segments: readonly StreetSegment[]
}
export interface StreetSegment {
  readonly line: readonly LongLat[]
  readonly left: NumberRange
  readonly right: NumberRange
}
type NumberRange = readonly number[] | null | undefined

// A landmark's point stands for a site of about this radius, in meters.
const SITE = 30

export function gazetteer(documents: Documents): GazetteerEntry[] {
  return [...streets(documents), ...landmarks(documents), ...jurisdictions(documents)]
}

/** No case or accents, and usual abbreviations (US Postal Service Publication 28, appendix C1). */
export function words(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/[\p{M}'’.]/gu, '')
    .toLowerCase()
  return folded.split(/[^\p{L}\p{N}]+/u).flatMap(word => (word === '' ? [] : [shortForms.get(word) ?? word]))
}

const shortForms = new Map(
  `alley aly, avenue ave, av ave, boulevard blvd, circle cir, court ct, drive dr, expressway expy, freeway fwy,
  highway hwy, lane ln, parkway pkwy, place pl, plaza plz, road rd, route rte, saint st, square sq, street st, terrace ter,
  trail trl, turnpike tpke, north n, south s, east e, west w, northeast ne, northwest nw, southeast se, southwest sw,
  mount mt, fort ft, first 1st, second 2nd, third 3rd, fourth 4th, fifth 5th, sixth 6th, seventh 7th, eighth 8th, ninth 9th,
  tenth 10th, eleventh 11th, twelfth 12th`
    .split(',')
    .map(pair => pair.trim().split(' ') as [string, string]),
)

const fullForms = Map.groupBy(shortForms.keys(), full => shortForms.get(full) ?? '')

/** Whether a word of a name begins like what was typed, also before an abbreviated word is complete: "ro" of "rd". */
export function begins(known: string, typed: string): boolean {
  return known.startsWith(typed) || (fullForms.get(known)?.some(full => full.startsWith(typed)) ?? false)
}

function streets({ roads }: Documents): GazetteerEntry[] {
  const byName = new Map<string, Street & { segments: StreetSegment[] }>()
  const current = new Map(roads.map(road => [road.properties.id, road]))
  for (const { properties, coordinates } of current.values()) {
    const city = properties.postalCity ?? ''
    const label = labelOf(properties.name, city)
    const street = byName.get(label) ?? { name: properties.name, city, segments: [] }
    byName.set(label, street)
    street.segments.push({ line: coordinates, left: properties.numbersLeft, right: properties.numbersRight })
  }
  return [...byName].map(([label, street]) => {
    const lengths = street.segments.map(({ line }) => lengthOf(line))
    const longest = street.segments[lengths.indexOf(Math.max(...lengths))]
    const middle = pointAlong(longest?.line ?? [], 0.5)
    const accuracy = Math.round(lengths.reduce((sum, length) => sum + length, 0) / 2)
    return { words: words(label), street, found: { label, ...middle, accuracy, kind: 'street' } }
  })
}

function landmarks({ places }: Documents): GazetteerEntry[] {
  return places.map(({ properties: { name, address }, coordinates: [long, lat] }) => {
    const label = labelOf(name, address ?? '')
    return { words: words(label), found: { label, lat, long, accuracy: SITE, kind: 'landmark' } }
  })
}

function jurisdictions(documents: Documents): GazetteerEntry[] {
  return documents.jurisdictions.flatMap(({ name, boundary }) => {
    const outline = boundary.at(-1)?.coordinates
    if (outline === undefined) return []
    return [
      { words: words(name), found: { label: name, ...circleAround(outline), kind: 'jurisdiction' as const } },
    ]
  })
}

function circleAround(polygons: MultiPolygonRings): Place & { accuracy: number } {
  const outer = polygons.flatMap(([ring]) => ring ?? [])
  const [longs, lats] = [outer.map(([long]) => long), outer.map(([, lat]) => lat)]
  const range = (values: number[]) =>
    [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const
  const [west, east] = range(longs)
  const [south, north] = range(lats)
  const center = { lat: (south + north) / 2, long: (west + east) / 2 }
  return { ...center, accuracy: Math.round(metersBetween(center, { lat: north, long: east })) }
}

export function labelOf(name: string, where: string): string {
  return where === '' ? name : `${name}, ${where}`
}
