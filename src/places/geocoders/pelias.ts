import * as v from 'valibot'
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

// https://github.com/pelias/documentation: /search, /autocomplete, /reverse and their common answer.

const answerSchema = v.object({ features: v.array(v.unknown()) })
const featureSchema = v.object({
  geometry: v.object({ coordinates: v.tuple([degrees, degrees]) }),
  bbox: v.fallback(v.optional(v.tuple([degrees, degrees, degrees, degrees])), undefined),
  properties: v.object({
    layer: part,
    match_type: part,
    name: part,
    housenumber: part,
    street: part,
    locality: part,
    localadmin: part,
    region: part,
    region_a: part,
    postalcode: part,
  }),
})

const search =
  (path: string) =>
  ({ text, box: [west, south, east, north], limit }: Search) => ({
    path,
    query: {
      text,
      size: limit,
      'boundary.rect.min_lon': west,
      'boundary.rect.min_lat': south,
      'boundary.rect.max_lon': east,
      'boundary.rect.max_lat': north,
    },
    read,
  })

export const pelias: Service = {
  keyParameter: 'api_key',
  forward: search('/v1/search'),
  suggest: search('/v1/autocomplete'),
  reverse: ({ lat, long }) => ({
    path: '/v1/reverse',
    query: { 'point.lat': lat, 'point.lon': long, layers: 'address,street,venue', size: 5 },
    read,
  }),
}

function read(answer: unknown): readonly Found[] | undefined {
  const { success, output } = v.safeParse(answerSchema, answer)
  return success ? readEach(output.features, featureSchema, placeOf) : undefined
}

function placeOf({ geometry, bbox, properties }: v.InferOutput<typeof featureSchema>): Found | undefined {
  const [long, lat] = geometry.coordinates
  const { layer, match_type, name, street, housenumber } = properties
  const place = {
    name: '',
    number: housenumber,
    street,
    city: properties.locality || properties.localadmin,
    state: properties.region_a || properties.region,
    postcode: properties.postalcode,
    lat,
    long,
  }
  switch (layer) {
    case 'address': {
      const accuracy = match_type === 'interpolated' ? accuracies.interpolated : accuracies.point
      return { ...place, kind: 'address', accuracy }
    }
    case 'street':
      return { ...place, kind: 'street', street: street || name, accuracy: accuracyOf('street', bbox) }
    case 'intersection':
      return { ...place, kind: 'intersection', street: name, accuracy: accuracies.corner }
    case 'venue':
      return { ...place, kind: 'landmark', name, accuracy: accuracyOf('landmark', bbox) }
    default:
      return undefined
  }
}
