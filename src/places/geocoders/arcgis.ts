import * as v from 'valibot'
import { stateCode } from '../address/states.ts'
import {
  accuracies,
  accuracyOf,
  degrees,
  type Found,
  part,
  readEach,
  type Search,
  type Service,
} from './service.ts'

// https://developers.arcgis.com/rest/geocode/api-reference/. Its suggestions have no locations, so they are not used.

const attributesSchema = v.object({
  Addr_type: part,
  PlaceName: part,
  AddNum: part,
  StAddr: part,
  Address: part,
  City: part,
  Region: part,
  RegionAbbr: part,
  Postal: part,
})
const locationSchema = v.object({ x: degrees, y: degrees })
const candidateSchema = v.object({
  location: locationSchema,
  attributes: attributesSchema,
  extent: v.fallback(
    v.optional(v.object({ xmin: degrees, ymin: degrees, xmax: degrees, ymax: degrees })),
    undefined,
  ),
})
const searchSchema = v.object({ candidates: v.array(v.unknown()) })
const reverseSchema = v.object({ address: attributesSchema, location: locationSchema })
const errorSchema = v.object({ error: v.object({ code: v.number() }) })

/** Esri asks for another price if the answer is stored. */
const storage = (isKept: boolean) => ({ forStorage: String(isKept) })

export const arcgis: Service = {
  publicUrl: 'https://geocode.arcgis.com/arcgis/rest/services/World/GeocodeServer',
  keyParameter: 'token',
  forward: ({ text, box: [xmin, ymin, xmax, ymax], limit, isKept }: Search) => ({
    path: '/findAddressCandidates',
    query: {
      f: 'json',
      outSR: 4326,
      outFields: '*',
      ...storage(isKept),
      SingleLine: text,
      searchExtent: JSON.stringify({ xmin, ymin, xmax, ymax, spatialReference: { wkid: 4326 } }),
      maxLocations: limit,
    },
    read(answer) {
      const { success, output } = v.safeParse(searchSchema, answer)
      return success ? readEach(output.candidates, candidateSchema, placeOf) : undefined
    },
  }),
  reverse: ({ lat, long }, isKept) => ({
    path: '/reverseGeocode',
    query: { f: 'json', outSR: 4326, location: `${long},${lat}`, ...storage(isKept) },
    read: answer =>
      readEach([answer], reverseSchema, ({ address, location }) =>
        placeOf({ attributes: address, location, extent: undefined }),
      ),
  }),
  errorStatus(answer) {
    const { success, output } = v.safeParse(errorSchema, answer)
    return success ? output.error.code : undefined
  },
}

function placeOf({ attributes, location, extent }: v.InferOutput<typeof candidateSchema>): Found | undefined {
  const { AddNum: number, StAddr, Address, City: city, Postal: postcode, Addr_type } = attributes
  const line = StAddr || Address
  const region = attributes.RegionAbbr || attributes.Region
  const box = extent && ([extent.xmin, extent.ymin, extent.xmax, extent.ymax] as const)
  const place = {
    name: '',
    number,
    street: number !== '' && line.startsWith(`${number} `) ? line.slice(number.length + 1) : line,
    city,
    state: stateCode(region.toLowerCase()) ?? region,
    postcode,
    lat: location.y,
    long: location.x,
  }
  switch (Addr_type) {
    case 'Subaddress':
    case 'PointAddress':
    case 'Parcel':
      return { ...place, kind: 'address', accuracy: accuracies.point }
    case 'StreetAddress':
    case 'StreetAddressExt':
      return { ...place, kind: 'address', accuracy: accuracies.interpolated }
    case 'StreetInt':
      return { ...place, kind: 'intersection', accuracy: accuracies.corner }
    case 'StreetName':
    case 'StreetMidBlock':
      return { ...place, kind: 'street', number: '', accuracy: accuracyOf('street', box) }
    case 'POI':
      return { ...place, kind: 'landmark', name: attributes.PlaceName, accuracy: accuracyOf('landmark', box) }
    default:
      // A city, a postal code; or an old locator, which does not say what it found.
      return undefined
  }
}
