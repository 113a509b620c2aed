import { type SQL, sql } from 'drizzle-orm'
import type { PlacesReader } from '../../core/database/handles.ts'
import type { Place } from '../../core/geometry.ts'
import { editDistance, fold } from '../../core/spelling.ts'
import { intersectionsOf } from '../../regions/places/street.ts'
import { compareAddress, type FoundAddress } from '../address/compare.ts'
import { nameDistance } from '../address/distance.ts'
import type { HouseNumber } from '../address/numbers/numbers.ts'
import { otherReading, type ParsedAddress, parseAddress, type TypedStreet } from '../address/parse.ts'
import { type StreetKey, streetKey } from '../address/streets/street-key.ts'
import { sortedLetters, unitKey } from './names.ts'
import { houseOnSegment, lineOf, type Segment, segmentsIn, segmentsWithNumber } from './segments.ts'

export interface IndexedPlace extends Place {
  readonly label: string
  /** Radius in meters of the uncertainty; 0 for an address. */
  readonly accuracy: number
  readonly kind: 'address' | 'intersection' | 'street' | 'landmark' | 'coordinates'
  /** What was typed and is not so there: such a place is a suggestion, never certain. */
  readonly contradicts: readonly (keyof FoundAddress)[]
}

// In rows: what one search reads at most.
const STREETS = 60
const SEGMENTS = 400
const CORNER_METERS = 15
/** Of those found, how many are compared in all their parts. */
const COMPARED = 20
const UNNUMBERED = 10
const LANDMARK_METERS = 30
/** Of a name that no street has, the rarest of its trigrams: as many find the street and read few others. */
const TRIGRAMS = 6
/** Matches nothing. */
const NO_TERM = '"\u0001"'

/** Best match first, in one round trip. */
export async function searchIndex(
  db: PlacesReader,
  typed: string,
  limit: number,
): Promise<readonly IndexedPlace[]> {
  const parsed = parseAddress(typed)
  switch (parsed.kind) {
    case 'coordinates':
    case 'plus-code': {
      const { lat, long } = parsed
      const accuracy = Math.round(parsed.accuracy)
      const label = `${lat.toFixed(6)}, ${long.toFixed(6)}`
      return [{ label, lat, long, accuracy, kind: 'coordinates', contradicts: [] }]
    }
    case 'corner': {
      const crossing = await corners(db, parsed.streets)
      if (crossing.length > 0) return crossing.slice(0, limit)
      // Where only addresses are imported, nothing says where streets cross; and "Fire and Rescue" is no corner.
      const found = await addresses(db, parsed, parsed.streets[0], undefined)
      return found.map(place => (place.kind === 'street' ? notAsTyped(place) : place)).slice(0, limit)
    }
    case 'box':
      return []
    case 'address': {
      const other = otherReading(parsed)
      const crossing = other?.kind === 'corner' ? await corners(db, other.streets) : []
      return [...crossing, ...(await addresses(db, parsed, parsed.street, parsed.number))].slice(0, limit)
    }
    case 'words':
      return (await addresses(db, parsed, undefined, undefined)).slice(0, limit)
  }
}

interface StreetRow {
  readonly id: number
  readonly key: string
  readonly name_key: string
  readonly name: string
  readonly city: string
  readonly city_key: string
  readonly state: string
  readonly number_text: string | null
  readonly postcode: string | null
  readonly lat: number | null
  readonly long: number | null
  /** Of the street, and how far its parts are apart in degrees; null until an import has ended. */
  readonly middle_lat: number | null
  readonly middle_long: number | null
  readonly spread: number | null
  /** Where the house number is of no address: the segments beside which it is, as JSON. */
  readonly segments: string | null
}

interface LandmarkRow {
  readonly name: string
  readonly address: string
  readonly lat: number
  readonly long: number
}

async function addresses(
  db: PlacesReader,
  parsed: ParsedAddress,
  street: TypedStreet | undefined,
  number: HouseNumber | undefined,
): Promise<IndexedPlace[]> {
  const text = street?.text ?? parsed.text
  const [found, landmarks] = await db.rowsTogether<[StreetRow, LandmarkRow]>([
    streetsWithNumber(streetIds(text), number, unitKey(parsed.units[0] ?? '')),
    landmarksNamed(parsed.text),
  ])
  const typed = streetKey(text)
  const other = otherReading(parsed)
  const isDirected = found.some(row => hasDirections(row, typed))
  const ranked = found
    .flatMap(row => placeOn(row, number, parsed.units) ?? [])
    .map(found => ({ ...found, rank: rankOf(typed, found) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, COMPARED)
    .map(found => ({ ...found, contradicts: contradictions(readingFor(parsed, other, found), typed, found) }))
    .map(found => (isDirected ? withDirections(found, typed) : found))
    .sort((a, b) => a.contradicts.length - b.contradicts.length || a.rank - b.rank)
    .map(({ place, contradicts }): IndexedPlace => ({ ...place, contradicts }))
  const named = landmarks.map(({ name, address, lat, long }): IndexedPlace => {
    const label = address === '' ? name : `${name}, ${address}`
    return { label, lat, long, accuracy: LANDMARK_METERS, kind: 'landmark', contradicts: [] }
  })
  return number === undefined ? [...named, ...ranked] : [...ranked, ...named]
}

/** By the whole name, by words of which the last may be incomplete, and only if neither finds any, by likeness. */
function streetIds(text: string): SQL {
  const { key, name } = streetKey(text)
  const words = [...new Set([matching(key.split(' ')), matching(fold(text).split(' '))])].join(' OR ')
  const known = sql`SELECT id FROM street WHERE name_key = ${name}
    UNION SELECT rowid FROM (SELECT rowid FROM street_text WHERE street_text MATCH ${words} LIMIT ${STREETS})`
  const parts = trigrams(name)
  if (parts.length === 0) return known
  const isUnknown = sql`NOT EXISTS (SELECT 1 FROM street WHERE name_key = ${name})
    AND NOT EXISTS (SELECT 1 FROM street_text WHERE street_text MATCH ${words})`
  // The condition is part of what is matched, or it would be tried only on each of many thousand matches.
  const likeness = sql`CASE WHEN ${isUnknown} THEN (SELECT group_concat('"' || term || '"', ' OR ') FROM (
      SELECT term FROM street_trigram WHERE term IN ${parts} ORDER BY doc LIMIT ${TRIGRAMS})) END`
  return sql`${known} UNION SELECT id FROM street WHERE letters = ${sortedLetters(name)} AND ${isUnknown}
    UNION SELECT rowid FROM (SELECT rowid FROM street_letters WHERE street_letters MATCH coalesce(${likeness}, ${NO_TERM})
      ORDER BY rank LIMIT ${STREETS})`
}

const quoted = (word: string) => `"${word.replaceAll('"', '')}"`

function matching(words: readonly string[]): string {
  const all = words.filter(word => /[\p{L}\p{N}]/u.test(word))
  return all.length === 0 ? NO_TERM : `(${all.map(quoted).join(' AND ')} *)`
}

function trigrams(name: string): readonly string[] {
  return Array.from({ length: Math.max(0, name.length - 2) }, (_, at) => name.slice(at, at + 3))
}

function streetsWithNumber(ids: SQL, number: HouseNumber | undefined, unit: string): SQL {
  return sql`SELECT street.id, street.key, street.name_key, street.name, street.city, street.city_key, street.state,
      street.lat AS middle_lat, street.long AS middle_long, street.spread,
      address.number_text, address.postcode, address.lat, address.long,
      min(CASE address.unit WHEN ${unit} THEN 0 WHEN '' THEN 1 ELSE 2 END),
      CASE WHEN address.id IS NULL THEN ${number ? segmentsWithNumber(number.number) : null} END AS segments
    FROM street LEFT JOIN address ON address.street = street.id AND address.number = ${number?.number ?? null}
    WHERE street.id IN (${ids}) GROUP BY street.id, address.number_text LIMIT ${3 * STREETS}`
}

function landmarksNamed(text: string): SQL {
  return sql`SELECT name, address, lat, long FROM common_place WHERE id IN (
    SELECT rowid FROM common_place_text WHERE common_place_text MATCH ${matching(fold(text).split(' '))} LIMIT 20)`
}

interface Found {
  readonly row: StreetRow
  readonly place: Omit<IndexedPlace, 'contradicts'>
  /** Whether the house number is where it was typed. */
  readonly isNumbered: boolean
}

function placeOn(
  row: StreetRow,
  number: HouseNumber | undefined,
  units: readonly string[],
): Found | undefined {
  const street = row.city === '' ? row.name : `${row.name}, ${row.city}`
  const { lat, long, number_text } = row
  const house =
    lat === null || long === null
      ? number && houseOnSegment(segmentsIn(row.segments), number.number)
      : { lat, long }
  if (number !== undefined && house !== undefined) {
    const line = [number_text ?? number.key.toUpperCase(), row.name, ...units].join(' ')
    const label = row.city === '' ? line : `${line}, ${row.city}`
    return { row, isNumbered: true, place: { label, ...house, accuracy: 0, kind: 'address' } }
  }
  const middle = middleOf(row)
  return middle && { row, isNumbered: false, place: { label: street, ...middle, kind: 'street' } }
}

const METERS_PER_DEGREE = 111_320

function middleOf({ middle_lat: lat, middle_long: long, spread }: StreetRow) {
  if (lat === null || long === null) return undefined
  return { lat, long, accuracy: Math.ceil(((spread ?? 0) * METERS_PER_DEGREE) / 2) + CORNER_METERS }
}

/** The smaller the better. Without the house number, a street is no better than a similar one with it. */
function rankOf(typed: StreetKey, { row, isNumbered }: Found): number {
  const likeness =
    typed.key === row.key
      ? 0
      : typed.name === row.name_key
        ? 1
        : row.name_key.startsWith(typed.name)
          ? 2
          : 3 + editDistance(typed.name, row.name_key)
  return isNumbered ? likeness : likeness + UNNUMBERED
}

function contradictions(parsed: ParsedAddress, typed: StreetKey, { row, isNumbered }: Found) {
  const { number_text, postcode, city, state, name, name_key } = row
  const number = isNumbered ? (number_text ?? undefined) : undefined
  const { contradicted } = compareAddress(parsed, {
    number,
    street: name,
    city,
    state,
    postcode: postcode ?? '',
  })
  const isMissing = parsed.kind === 'address' && parsed.number !== undefined && !isNumbered
  const contradicts = isMissing ? (['number', ...contradicted] as const) : contradicted
  if (parsed.kind === 'words' && !isMeant(typed, row)) return ['street', ...contradicts] as const
  // "Mill" of somebody who is still typing "Millbrook".
  const isBeginning = name_key !== typed.name && name_key.startsWith(typed.name)
  return contradicts.filter(part => part !== 'street' || !isBeginning)
}

function hasDirections({ name, name_key }: StreetRow, typed: StreetKey): boolean {
  if (typed.directionals.length === 0 || name_key !== typed.name) return false
  const { directionals } = streetKey(name)
  return typed.directionals.every(direction => directionals.includes(direction))
}

/** A direction may be left out or made up; but where there is a South Van Ness Avenue, Van Ness Avenue is another street. */
function withDirections<F extends Found & Pick<IndexedPlace, 'contradicts'>>(found: F, typed: StreetKey): F {
  const isOther = found.row.name_key === typed.name && !hasDirections(found.row, typed)
  if (!isOther || found.contradicts.includes('street')) return found
  return { ...found, contradicts: [...found.contradicts, 'street'] }
}

/** Words may describe a place ("tree behind the school"): a street that merely has some of their letters is not meant. */
function isMeant(typed: StreetKey, { name, name_key, key, city }: StreetRow): boolean {
  if (nameDistance(typed.name, name_key) <= 1) return true
  const known = `${name_key} ${key} ${fold(`${name} ${city}`)}`.split(' ')
  return typed.name.split(' ').every(word => known.some(other => other.startsWith(word)))
}

function notAsTyped(place: IndexedPlace): IndexedPlace {
  const others = place.contradicts.filter(part => part !== 'street')
  return { ...place, contradicts: ['street', ...others] }
}

/** Of what was typed, and its other reading: "9 Mile Road" is house 9 of Mile Road, and a street of that name. */
function readingFor(
  parsed: ParsedAddress,
  other: ParsedAddress | undefined,
  { row, isNumbered }: Found,
): ParsedAddress {
  if (other === undefined || isNumbered) return parsed
  const street = other.kind === 'address' ? other.street.text : other.name
  return street !== undefined && streetKey(street).name === row.name_key ? other : parsed
}

async function corners(
  db: PlacesReader,
  [first, second]: readonly [TypedStreet, TypedStreet],
): Promise<IndexedPlace[]> {
  const [ones, others] = await db.rowsTogether<[SegmentOfStreet, SegmentOfStreet]>([
    namedSegments(streetIds(first.text)),
    namedSegments(streetIds(second.text)),
  ])
  const found = new Map<string, IndexedPlace>()
  for (const one of ones) {
    for (const other of others) {
      if (one.street === other.street || !overlap(one, other)) continue
      const label = `${one.name} and ${other.name}${one.city && `, ${one.city}`}`
      const [at] = intersectionsOf(lineOf(one), lineOf(other), CORNER_METERS)
      if (at === undefined || found.has(label)) continue
      found.set(label, { label, ...at, accuracy: CORNER_METERS, kind: 'intersection', contradicts: [] })
    }
  }
  return [...found.values()]
}

interface SegmentOfStreet extends Pick<Segment, 'line'> {
  readonly street: number
  readonly name: string
  readonly city: string
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

function namedSegments(ids: SQL): SQL {
  return sql`SELECT street, line, west, south, east, north, street.name AS name, street.city AS city
    FROM street_segment JOIN street ON street.id = street WHERE street IN (${ids}) LIMIT ${SEGMENTS}`
}

const NEARBY_DEGREES = 0.0003

function overlap(a: SegmentOfStreet, b: SegmentOfStreet): boolean {
  return (
    a.west - NEARBY_DEGREES <= b.east &&
    b.west - NEARBY_DEGREES <= a.east &&
    a.south - NEARBY_DEGREES <= b.north &&
    b.south - NEARBY_DEGREES <= a.north
  )
}
