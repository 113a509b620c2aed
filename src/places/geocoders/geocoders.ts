import { Cache } from '../../core/cache.ts'
import { metersBetween, type Place } from '../../core/geometry.ts'
import { cleanLine } from '../../core/text.ts'
import type { Platform } from '../../platform/platform.ts'
import type { GeocoderDocument } from '../../regions/documents/schemas/geocoder.ts'
import { isWithin, type RegionBounds } from '../import/positions/region-bounds.ts'
import { arcgis } from './arcgis.ts'
import { askServer, logAsked, type Server } from './ask.ts'
import { census } from './census.ts'
import { completed } from './complete.ts'
import { nominatim } from './nominatim.ts'
import { pelias } from './pelias.ts'
import { photon } from './photon.ts'
import type { Found, Question, Service } from './service.ts'

export interface GeocodedPlace extends Omit<Found, 'name'> {
  readonly label: string
  /** The geocoder's attribution, to be shown with the place. */
  readonly source: string
}

/** Answers places inside the region only, best first; undefined if the service gives no answer. Never throws. */
export interface Geocoder {
  readonly forward: (text: string, limit: number) => Promise<readonly GeocodedPlace[] | undefined>
  /** For text that is still being typed; undefined where the service has none. */
  readonly suggest: Geocoder['forward'] | undefined
  /** What is near a place; undefined where the service has none. */
  readonly reverse: ((place: Place) => Promise<readonly GeocodedPlace[] | undefined>) | undefined
  /** The name of the county at any place, also outside the region; undefined where the service has none. */
  readonly county: ((place: Place) => Promise<string | undefined>) | undefined
}

export interface GeocoderOptions {
  readonly region: string
  readonly bounds: RegionBounds
  /** Milliseconds that a call may take. */
  readonly within?: number
}

const services: Readonly<Record<GeocoderDocument['kind'], Service>> = {
  arcgis,
  census,
  nominatim,
  pelias,
  photon,
}

const WITHIN = 600
const MAX_TEXT = 200
const NEAR_METERS = 250
const DAY = 86_400_000

// About ten megabytes when full.
const answers = new Cache<readonly Found[]>({ fresh: Infinity, maxValues: 5_000 })

/** In the order of the documents. */
export function geocodersOf(
  platform: Platform,
  documents: readonly GeocoderDocument[],
  options: GeocoderOptions,
): readonly Geocoder[] {
  return documents.flatMap(document => geocoderOf(platform, document, options) ?? [])
}

/** The places of the first geocoder that has any; undefined if none gives an answer. */
export async function firstPlaces(
  geocoders: readonly Geocoder[],
  ask: (geocoder: Geocoder) => ReturnType<Geocoder['forward']> | undefined,
): Promise<readonly GeocodedPlace[] | undefined> {
  let none: readonly GeocodedPlace[] | undefined
  for (const geocoder of geocoders) {
    const places = await ask(geocoder)
    if (places !== undefined && places.length > 0) return places
    none ??= places
  }
  return none
}

function geocoderOf(
  platform: Platform,
  document: GeocoderDocument,
  { region, bounds, within = WITHIN }: GeocoderOptions,
): Geocoder | undefined {
  const { kind, attribution } = document
  const service = services[kind]
  const url = (document.url ?? service.publicUrl)?.replace(/\/+$/, '')
  if (url === undefined) return undefined
  const { suggest, reverse, county } = service
  const keptFor = Number.parseInt(document.cache ?? '', 10) * DAY || 0
  const isKept = keptFor > 0

  async function answer(
    act: string,
    asked: string,
    question: Question,
  ): Promise<readonly Found[] | undefined> {
    const server = { region, kind, service, url: url ?? '', within, key: keyOf(platform, region, document) }
    const name = [region, kind, url, act, asked].join(' ')
    const known = answers.peek(platform, name)
    if (known !== undefined && platform.clock.now() - known.readAt < keptFor) {
      logAsked(platform, server, { act, outcome: 'cached', milliseconds: 0, places: known.value.length })
      return known.value
    }
    const found = await askServer(platform, server, act, question)
    if (found !== undefined && isKept) answers.set(platform, name, found)
    return found
  }

  function search(act: string, questionOf: Service['forward']): Geocoder['forward'] {
    return async (typed, limit) => {
      const own = cleanLine(typed).replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT)
      if (own === '') return []
      const text = completed(own, document.city)
      const question = questionOf({ text, box: bounds.bbox, limit, isKept })
      const found = await answer(act, `${limit} ${text.normalize('NFKC').toLowerCase()}`, question)
      return found && placesIn(bounds, found, attribution).slice(0, limit)
    }
  }

  return {
    forward: search('forward', service.forward),
    suggest: suggest && search('suggest', suggest),
    reverse:
      reverse &&
      (async place => {
        // To the meter: a phone's next location may have the same answer.
        const [lat, long] = [Number(place.lat.toFixed(5)), Number(place.long.toFixed(5))]
        const found = await answer('reverse', `${lat} ${long}`, reverse({ lat, long }, isKept))
        const near = found?.filter(at => metersBetween(at, place) <= NEAR_METERS + at.accuracy)
        return near && placesIn(bounds, near, attribution)
      }),
    county:
      county &&
      (async place => {
        // No county is so small that the exact place must leave the house.
        const [lat, long] = [Number(place.lat.toFixed(3)), Number(place.long.toFixed(3))]
        const [found] = (await answer('county', `${lat} ${long}`, county({ lat, long }))) ?? []
        return found?.name || undefined
      }),
  }
}

function keyOf(platform: Platform, region: string, document: GeocoderDocument): Server['key'] {
  const { kind, keySecret } = document
  if (keySecret === undefined) return { state: 'not-needed' }
  const value = platform.secrets.ownedBy({ purpose: 'GEOCODER', region, body: kind }, keySecret)
  return value === undefined ? { state: 'missing' } : { state: 'set', value }
}

function placesIn(bounds: RegionBounds, found: readonly Found[], source: string): GeocodedPlace[] {
  return found
    .filter(place => isWithin(bounds, place))
    .map(({ name, ...place }) => ({ label: labelOf(name, place), ...place, source }))
    .filter(({ label }) => label !== '')
}

function labelOf(name: string, { number, street, city }: Omit<Found, 'name'>): string {
  return [name, [number, street].filter(text => text !== '').join(' '), city]
    .filter(text => text !== '')
    .join(', ')
}
