import type { IncomingMessage, ServerResponse } from 'node:http'

/* Made-up answers in the shapes of real geocoding services. All are about 2230 Mill Road in a town called West. */

export const at = { lat: 40.05, long: -80.02 }

/** As a geocoder answers it. */
export const house = {
  kind: 'address',
  number: '2230',
  street: 'Mill Road',
  city: 'West',
  state: 'PA',
  postcode: '15301',
  ...at,
}

export const censusAnswer = (coordinates: object = { x: at.long, y: at.lat }) => ({
  result: {
    input: {
      address: { address: '2230 mill road, west' },
      benchmark: { isDefault: true, benchmarkName: 'Public_AR_Current', id: '4' },
    },
    addressMatches: [
      {
        tigerLine: { side: 'L', tigerLineId: '76225813' },
        coordinates,
        addressComponents: {
          zip: '15301',
          streetName: 'MILL',
          preType: '',
          city: 'WEST',
          preDirection: '',
          suffixDirection: '',
          fromAddress: '2200',
          state: 'PA',
          suffixType: 'RD',
          toAddress: '2298',
          suffixQualifier: '',
          preQualifier: '',
        },
        matchedAddress: '2230 MILL RD, WEST, PA, 15301',
      },
    ],
  },
})

const osmAddress = {
  road: 'Mill Road',
  town: 'West',
  county: 'Lake County',
  state: 'Pennsylvania',
  'ISO3166-2-lvl4': 'US-PA',
  postcode: '15301',
  country: 'United States',
  country_code: 'us',
}
const osm = <T extends object>(more: T) => ({
  place_id: 1620612,
  licence: 'Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright',
  osm_id: 452010817,
  lat: String(at.lat),
  lon: String(at.long),
  importance: 0.05,
  display_name: '2230, Mill Road, West, Lake County, Pennsylvania, 15301, United States',
  boundingbox: ['40.049', '40.051', '-80.022', '-80.018'],
  ...more,
})
export const osmHouse = osm({
  osm_type: 'node',
  category: 'place',
  type: 'house',
  name: '',
  address: { house_number: '2230', ...osmAddress },
})
export const nominatimAnswer = [
  osmHouse,
  osm({
    osm_type: 'way',
    category: 'place',
    type: 'house',
    name: '',
    address: { house_number: '2232', ...osmAddress },
  }),
  osm({ osm_type: 'way', category: 'highway', type: 'residential', name: 'Mill Road', address: osmAddress }),
  osm({
    osm_type: 'way',
    category: 'amenity',
    type: 'library',
    name: 'West Library',
    address: { house_number: '2240', ...osmAddress },
  }),
  osm({
    osm_type: 'relation',
    category: 'boundary',
    type: 'administrative',
    name: 'West',
    address: osmAddress,
  }),
]

const feature = (properties: object, more: object = {}) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [at.long, at.lat] },
  properties,
  ...more,
})

const photonAbout = { city: 'West', state: 'Pennsylvania', country: 'United States', postcode: '15301' }
export const photonAnswer = {
  type: 'FeatureCollection',
  features: [
    feature({
      osm_type: 'N',
      osm_key: 'place',
      osm_value: 'house',
      type: 'house',
      housenumber: '2230',
      street: 'Mill Road',
      ...photonAbout,
    }),
    feature({
      osm_type: 'W',
      osm_key: 'highway',
      osm_value: 'residential',
      type: 'street',
      name: 'Mill Road',
      extent: [-80.022, 40.051, -80.018, 40.049],
      ...photonAbout,
    }),
    feature({
      osm_type: 'W',
      osm_key: 'amenity',
      osm_value: 'library',
      type: 'house',
      name: 'West Library',
      housenumber: '2240',
      street: 'Mill Road',
      ...photonAbout,
    }),
    feature({
      osm_type: 'R',
      osm_key: 'place',
      osm_value: 'town',
      type: 'city',
      name: 'West',
      ...photonAbout,
    }),
  ],
}

const peliasAbout = {
  source: 'openaddresses',
  region: 'Pennsylvania',
  region_a: 'PA',
  locality: 'West',
  postalcode: '15301',
  country_a: 'USA',
}
const peliasHouse = { layer: 'address', name: '2230 Mill Road', housenumber: '2230', street: 'Mill Road' }
export const peliasAnswer = {
  geocoding: { version: '0.2', query: { text: '2230 Mill Road', size: 5 } },
  type: 'FeatureCollection',
  features: [
    feature({ ...peliasAbout, ...peliasHouse, match_type: 'exact', accuracy: 'point' }),
    feature({ ...peliasAbout, ...peliasHouse, match_type: 'interpolated', accuracy: 'point' }),
    feature(
      { ...peliasAbout, layer: 'street', name: 'Mill Road', street: 'Mill Road', match_type: 'fallback' },
      { bbox: [-80.022, 40.049, -80.018, 40.051] },
    ),
    feature({ ...peliasAbout, layer: 'intersection', name: 'Mill Road & Oak Street' }),
    feature({
      ...peliasAbout,
      layer: 'venue',
      name: 'West Library',
      housenumber: '2240',
      street: 'Mill Road',
    }),
    feature({ ...peliasAbout, layer: 'locality', name: 'West' }),
  ],
}

const esriAddress = (type: string, more: object) => ({
  Loc_name: 'World',
  Addr_type: type,
  Type: '',
  PlaceName: '',
  AddNum: '',
  StAddr: '',
  City: 'West',
  Region: 'Pennsylvania',
  RegionAbbr: 'PA',
  Postal: '15301',
  Country: 'USA',
  ...more,
})
const candidate = (type: string, more: object) => ({
  address: '2230 Mill Rd, West, Pennsylvania, 15301',
  location: { x: at.long, y: at.lat },
  score: 100,
  attributes: esriAddress(type, more),
  extent: { xmin: -80.022, ymin: 40.049, xmax: -80.018, ymax: 40.051 },
})
export const arcgisAnswer = {
  spatialReference: { wkid: 4326, latestWkid: 4326 },
  candidates: [
    candidate('PointAddress', { AddNum: '2230', StAddr: '2230 Mill Rd' }),
    candidate('StreetAddress', { AddNum: '2232', StAddr: '2232 Mill Rd' }),
    candidate('StreetInt', { StAddr: 'Mill Rd & Oak St' }),
    candidate('StreetName', { StAddr: 'Mill Rd' }),
    candidate('POI', { PlaceName: 'West Library', StAddr: '2240 Mill Rd', AddNum: '2240' }),
    candidate('Locality', { City: 'West' }),
  ],
}
export const arcgisReverse = {
  address: {
    ...esriAddress('PointAddress', { AddNum: '2230', Address: '2230 Mill Rd' }),
    Match_addr: '2230 Mill Rd, West, Pennsylvania, 15301',
    LongLabel: '2230 Mill Rd, West, PA, 15301, USA',
    CountryCode: 'USA',
  },
  location: { x: at.long, y: at.lat, spatialReference: { wkid: 4326, latestWkid: 4326 } },
}
/** With status 200. */
export const arcgisError = (code: number) => ({ error: { code, message: 'Invalid Token', details: [] } })

/** What a server that is none, or is unwell, sends. */
export const badAnswers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a page in HTML': response => response.end('<!doctype html><title>Welcome</title>'),
  'broken JSON': response => response.end('[{"lat": "40.05", '),
  'an empty body': response => response.end(),
  'another shape': response => response.end('{"status": "OK", "results": []}'),
  'places without coordinates': response =>
    response.end('[{"display_name": "2230 Mill Road", "address": {}}]'),
  null: response => response.end('null'),
  'an error': response => response.writeHead(500).end('{}'),
  'a redirect': response => response.writeHead(302, { location: 'http://192.168.1.1/' }).end(),
  'ten megabytes': response => response.end(Buffer.alloc(10_000_000, '[')),
  'a cut connection': response => response.destroy(),
  nothing: () => {},
  'the beginning only': response => response.write('['),
}

export const sendJson = (response: ServerResponse, answer: unknown) =>
  void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))

export const queryOf = (request: IncomingMessage) => new URL(request.url ?? '', 'http://localhost')
