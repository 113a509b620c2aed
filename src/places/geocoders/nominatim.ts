import * as v from 'valibot'
import { stateCode } from '../address/states.ts'
import {
  accuracies,
  accuracyOf,
  countyNamed,
  degrees,
  type Found,
  part,
  readEach,
  type Service,
} from './service.ts'

// https://nominatim.org/release-docs/latest/api/Search/. The public server allows one request per second and no
// completion of what is being typed (https://operations.osmfoundation.org/policies/nominatim/).

const placeSchema = v.object({
  lat: degrees,
  lon: degrees,
  // South, north, west, east.
  boundingbox: v.fallback(v.optional(v.tuple([degrees, degrees, degrees, degrees])), undefined),
  osm_type: part,
  category: part,
  type: part,
  name: part,
  address: v.object({
    house_number: part,
    road: part,
    city: part,
    town: part,
    village: part,
    hamlet: part,
    municipality: part,
    state: part,
    'ISO3166-2-lvl4': part,
    postcode: part,
  }),
})
type OsmPlace = v.InferOutput<typeof placeSchema>

const countySchema = v.object({ address: v.object({ county: part }) })

const details = { format: 'jsonv2', addressdetails: 1 } as const

export const nominatim: Service = {
  publicUrl: 'https://nominatim.openstreetmap.org',
  publicPause: 1000,
  keyParameter: 'key',
  forward: ({ text, box, limit }) => ({
    path: '/search',
    query: { q: text, ...details, viewbox: box.join(), bounded: 1, limit },
    read: answer => (Array.isArray(answer) ? readEach(answer, placeSchema, placeOf) : undefined),
  }),
  reverse: ({ lat, long }) => ({
    path: '/reverse',
    query: { lat, lon: long, ...details, zoom: 18, layer: 'address' },
    // Where nothing is near: { "error": "Unable to geocode" }.
    read: answer =>
      v.is(v.object({ error: v.string() }), answer) ? [] : readEach([answer], placeSchema, placeOf),
  }),
  county: ({ lat, long }) => ({
    path: '/reverse',
    // At zoom 8, the areas from the county up.
    query: { lat, lon: long, ...details, zoom: 8 },
    read: answer =>
      readEach([answer], countySchema, ({ address }) => countyNamed(address.county, { lat, long })),
  }),
}

function placeOf(place: OsmPlace): Found | undefined {
  const { address, lat, lon: long, name } = place
  const about = {
    name: '',
    number: address.house_number,
    street: address.road,
    city: address.city || address.town || address.village || address.hamlet || address.municipality,
    state: stateOf(address),
    postcode: address.postcode,
    lat,
    long,
  }
  const { category, type, osm_type, boundingbox } = place
  const [south, north, west, east] = boundingbox ?? []
  const isBox = south !== undefined && north !== undefined && west !== undefined && east !== undefined
  const box = isBox ? ([west, south, east, north] as const) : undefined
  if (category === 'highway' && osm_type === 'way') {
    const street = about.street || name
    return { ...about, kind: 'street', number: '', street, accuracy: accuracyOf('street', box) }
  }
  const isArea = category === 'boundary' || (category === 'place' && type !== 'house')
  const isHouse = category === 'building' || category === 'place'
  if (!isArea && !isHouse && name !== '') {
    return { ...about, kind: 'landmark', name, accuracy: accuracyOf('landmark', box) }
  }
  if (about.number === '') return undefined
  // A house that is a way lies on a line of numbers: only its ends are known.
  const isInterpolated = category === 'place' && osm_type === 'way'
  return { ...about, kind: 'address', accuracy: isInterpolated ? accuracies.interpolated : accuracies.point }
}

function stateOf(address: OsmPlace['address']): string {
  const [country = '', code = ''] = address['ISO3166-2-lvl4'].split('-')
  return country === 'US' ? code : (stateCode(address.state.toLowerCase()) ?? address.state)
}
