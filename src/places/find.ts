import { Cache } from '../core/cache.ts'
import { openPublicPlaces, type PlacesReader } from '../core/database/handles.ts'
import { metersBetween, type Place } from '../core/geometry.ts'
import { asProblem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { hasAddresses } from '../regions/documents/addresses.ts'
import type { FoundPlace } from '../regions/places/search.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { compareAddress } from './address/compare.ts'
import type { Coordinates } from './address/coordinates/coordinates.ts'
import { type ParsedAddress, parseAddress } from './address/parse.ts'
import { cityKey } from './address/streets/street-key.ts'
import { boundsOf } from './bounds.ts'
import { firstPlaces, type GeocodedPlace } from './geocoders/geocoders.ts'
import { geocodersFor } from './geocoders/of-region.ts'
import { isRight, placesInDocuments } from './in-documents.ts'
import { hasAddressSources, hasPlacesIndex } from './index/exists.ts'
import { addressesNear } from './index/reverse.ts'
import { searchIndex } from './index/search.ts'
import { nearestRoad } from './nearest-road.ts'

/** In meters. A point closer than this to a house or a road is at it. */
const BESIDE = 60

export interface PlaceQuery {
  readonly text: string
  readonly limit: number
  /** The text is not complete: only those geocoders are asked that make suggestions. */
  readonly isTyping?: boolean
}

export interface PlaceSearch {
  readonly places: readonly FoundPlace[]
  /** False: nothing and nobody that knows addresses here could be asked, so that none was found says nothing. */
  readonly addressesLoaded: boolean
  /** A post office box was typed, which is no place. */
  readonly isPostBox?: boolean
}

export async function findPlaces(
  platform: Platform,
  region: Region,
  query: PlaceQuery,
): Promise<readonly FoundPlace[]> {
  return (await searchPlaces(platform, region, query)).places
}

/**
 * Places in a region's index and documents and, if none there is what was typed, of its geocoders. Best match first: what
 * contradicts none of the typed words before what does. Without the index, where it does not answer.
 */
export async function searchPlaces(
  platform: Platform,
  region: Region,
  { text, limit, isTyping = false }: PlaceQuery,
): Promise<PlaceSearch> {
  const [long, lat] = region.documents.region.map.center
  const parsed = parseAddress(text, { cities: citiesOf(region), near: { lat, long } })
  if (parsed.kind === 'coordinates' || parsed.kind === 'plus-code') {
    return { places: [pointIn(region, parsed)], addressesLoaded: true }
  }
  const indexed = await withIndex(platform, region.slug, db => searchIndex(db, text, limit), undefined)
  const own = [...(indexed ?? []), ...placesInDocuments(region, parsed, limit)].map(place =>
    withRange(parsed, place),
  )
  const isFound = own.some(isRight)
  const others = isFound ? [] : await geocoded(platform, region, parsed, { text, limit, isTyping })
  const isKnown =
    isFound ||
    hasAddresses(region.documents) ||
    others !== undefined ||
    (await withIndex(platform, region.slug, hasAddressSources, false))
  const places = inOrder([...own, ...(others ?? [])]).slice(0, limit)
  return { places, addressesLoaded: isKnown, ...(parsed.kind === 'box' && { isPostBox: true }) }
}

/** Somewhere in a block, or in a range of numbers: a hundred of them are about a hundred meters. */
function withRange(parsed: ParsedAddress, place: FoundPlace): FoundPlace {
  if (place.kind !== 'address' || parsed.kind !== 'address' || parsed.number?.to === undefined) return place
  return { ...place, accuracy: Math.max(place.accuracy, parsed.number.to - parsed.number.number) }
}

/** As precise as it was typed; in the other order where only that is in the region. */
function pointIn(region: Region, { lat: first, long: second, accuracy }: Coordinates): FoundPlace {
  const { contains } = boundsOf(region)
  const typed = { lat: first, long: second }
  const swapped = { lat: second, long: first }
  const { lat, long } = !contains(typed) && contains(swapped) ? swapped : typed
  const label = `${lat.toFixed(6)}, ${long.toFixed(6)}`
  return { label, lat, long, accuracy: Math.round(accuracy), kind: 'coordinates' }
}

function inOrder(all: readonly FoundPlace[]): readonly FoundPlace[] {
  const labels = new Set<string>()
  const once = all.filter(({ label }) => {
    const key = label.toLowerCase()
    if (labels.has(key)) return false
    labels.add(key)
    return true
  })
  return [...once.filter(isRight), ...once.filter(place => !isRight(place))]
}

/** What is at a position: the nearest houses, else what a geocoder has there, else the nearest road. */
export async function placesAt(
  platform: Platform,
  region: Region,
  position: Place,
  { limit, meters = BESIDE }: { readonly limit: number; readonly meters?: number },
): Promise<readonly FoundPlace[]> {
  const near = { meters, limit }
  const houses = await withIndex(platform, region.slug, db => addressesNear(db, position, near), [])
  if (houses.length > 0) {
    return houses.map(({ label, lat, long }) => ({ label, lat, long, accuracy: 0, kind: 'address' }))
  }
  const found = await firstPlaces(geocodersFor(platform, region), geocoder => geocoder.reverse?.(position))
  const close = (found ?? []).filter(place => metersBetween(place, position) <= meters)
  if (close.length > 0) return close.slice(0, limit).map(geocodedPlace)
  const road = nearestRoad(region, position, meters)
  return road === undefined ? [] : [road]
}

/** Undefined: none gives an answer. */
async function geocoded(
  platform: Platform,
  region: Region,
  parsed: ParsedAddress,
  { text, limit, isTyping }: Required<PlaceQuery>,
): Promise<readonly FoundPlace[] | undefined> {
  const geocoders = geocodersFor(platform, region)
  const found = await firstPlaces(geocoders, geocoder =>
    isTyping ? geocoder.suggest?.(text, limit) : geocoder.forward(text, limit),
  )
  // Those that make no suggestions may know the whole text.
  if (found === undefined) return isTyping && geocoders.length > 0 ? [] : undefined
  return found.map(place => {
    const { contradicted: contradicts } = compareAddress(parsed, place)
    return contradicts.length > 0 ? { ...geocodedPlace(place), contradicts } : geocodedPlace(place)
  })
}

function geocodedPlace({ label, lat, long, accuracy, kind, source }: GeocodedPlace): FoundPlace {
  return { label, lat, long, accuracy, kind, attribution: source }
}

const cities = new WeakMap<Region, ReadonlySet<string>>()

function citiesOf(region: Region): ReadonlySet<string> {
  const known = cities.get(region)
  if (known !== undefined) return known
  const { jurisdictions, roads } = region.documents
  const names = [
    ...jurisdictions.map(({ name }) => name),
    ...roads.map(({ properties }) => properties.postalCity ?? ''),
  ]
  const keys = new Set(names.filter(name => name !== '').map(cityKey))
  cities.set(region, keys)
  return keys
}

const FRESH_MILLISECONDS = 60_000
const indexes = new Cache<boolean>({ fresh: FRESH_MILLISECONDS, event: 'places-not-read' })

/** `nothing` for a region that has imported nothing, or whose index does not answer. */
export async function withIndex<T>(
  platform: Platform,
  region: string,
  work: (db: PlacesReader) => Promise<T>,
  nothing: T,
): Promise<T> {
  try {
    const hasIndex = await indexes.get(platform, region, () => hasPlacesIndex(platform, region))
    return hasIndex ? await work(openPublicPlaces(platform, region)) : nothing
  } catch (error) {
    // The client has logged that the database does not answer.
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return nothing
  }
}
