import { fold } from '../core/spelling.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { compareAddress } from './address/compare.ts'
import { nameDistance } from './address/distance.ts'
import { type ParsedAddress, parseAddress } from './address/parse.ts'
import { streetKey } from './address/streets/street-key.ts'

/** Whether it is all that was typed. */
export function isRight({ contradicts = [] }: FoundPlace): boolean {
  return contradicts.length === 0
}

/** In the streets, landmarks and jurisdictions of the documents. What contradicts the typed words says so. */
export function placesInDocuments(
  region: Region,
  parsed: ParsedAddress,
  limit: number,
): readonly FoundPlace[] {
  const asTyped = region.searchPlaces(parsed.text, limit)
  const found = asTyped.length > 0 ? asTyped : region.searchPlaces(standardText(parsed), limit)
  const places = found.map(place => withContradictions(parsed, place))
  if (places.some(isRight)) return places
  return [
    ...onStreetsOfThatName(region, parsed, limit),
    ...onSimilarStreets(region, parsed, limit),
    ...places,
  ]
}

/** Where the type or the direction of the street may be wrong. */
function onStreetsOfThatName(region: Region, parsed: ParsedAddress, limit: number): readonly FoundPlace[] {
  if (parsed.kind !== 'address') return []
  const text = `${parsed.number?.number ?? ''} ${streetKey(parsed.street).name}`.trim()
  return region
    .searchPlaces(text, limit)
    .filter(({ kind }) => kind !== 'landmark')
    .map(place => withContradictions(parsed, place))
}

/** Where the name of the street may be mistyped. */
function onSimilarStreets(region: Region, parsed: ParsedAddress, limit: number): readonly FoundPlace[] {
  const [first = [], second] = typedStreets(parsed).map(street => similarStreets(region, street))
  const number = parsed.kind === 'address' ? (parsed.number?.number ?? '') : ''
  const city = parsed.city === undefined ? '' : `, ${parsed.city}`
  const names = second ? first.flatMap(one => second.map(other => `${one} and ${other}`)) : first
  return names
    .slice(0, limit)
    .flatMap(name => region.searchPlaces(`${number} ${name}${city}`.trim(), limit))
    .filter(({ kind }) => kind !== 'landmark')
    .map(place => withContradictions(parsed, place))
}

function typedStreets(parsed: ParsedAddress): readonly { readonly text: string }[] {
  if (parsed.kind === 'corner') return parsed.streets
  if (parsed.kind === 'address') return [parsed.street]
  return parsed.kind === 'words' && parsed.name ? [{ text: parsed.name }] : []
}

interface KnownStreet {
  readonly key: string
  readonly name: string
  /** Of the key, with its type in full: what "Millroad" may mean. */
  readonly joined: string
}

const knownStreets = new WeakMap<Region, readonly KnownStreet[]>()

function streetsIn(region: Region): readonly KnownStreet[] {
  const known = knownStreets.get(region)
  if (known !== undefined) return known
  const names = new Set(region.documents.roads.map(({ properties }) => properties.name))
  const streets = [...names].map(written => {
    const { key, name } = streetKey(written)
    return { key, name, joined: fold(written).replaceAll(' ', '') }
  })
  knownStreets.set(region, streets)
  return streets
}

/** Keys of those whose names are most like the typed one. */
function similarStreets(region: Region, street: { readonly text: string }): readonly string[] {
  const { name } = streetKey(street)
  const joined = fold(street.text).replaceAll(' ', '')
  const near = streetsIn(region).map(known => ({
    key: known.key,
    distance: joined === known.joined ? 0 : nameDistance(name, known.name),
  }))
  const least = Math.min(...near.map(({ distance }) => distance))
  return least === Infinity ? [] : near.flatMap(({ key, distance }) => (distance === least ? [key] : []))
}

// As the documents' own names are searched: without units, ranges, states and postal codes.
function standardText(parsed: ParsedAddress): string {
  const city = parsed.city === undefined ? '' : `, ${parsed.city}`
  switch (parsed.kind) {
    case 'address':
      return `${parsed.number?.number ?? ''} ${streetKey(parsed.street).key}${city}`.trim()
    case 'corner':
      return `${parsed.streets.map(street => streetKey(street).key).join(' and ')}${city}`
    default:
      return parsed.text
  }
}

function withContradictions(parsed: ParsedAddress, place: FoundPlace): FoundPlace {
  if (place.kind === 'intersection' || place.kind === 'jurisdiction') return place
  const own = parseAddress(place.label)
  const number = own.kind === 'address' ? own.number?.key : undefined
  const street = own.kind === 'address' && place.kind !== 'landmark' ? own.street.text : undefined
  const { contradicted } = compareAddress(parsed, { number, street, city: own.city })
  const isNumberless =
    place.kind !== 'landmark' &&
    parsed.kind === 'address' &&
    parsed.number !== undefined &&
    number === undefined
  const contradicts = isNumberless ? (['number', ...contradicted] as const) : contradicted
  return contradicts.length > 0 ? { ...place, contradicts } : place
}
