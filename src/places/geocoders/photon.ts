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

// https://github.com/komoot/photon/blob/master/docs/api-v1.md. Its search completes what is being typed.

const answerSchema = v.object({ features: v.array(v.unknown()) })
const featureSchema = v.object({
  geometry: v.object({ coordinates: v.tuple([degrees, degrees]) }),
  properties: v.object({
    type: part,
    osm_key: part,
    name: part,
    housenumber: part,
    street: part,
    city: part,
    state: part,
    postcode: part,
    // West, north, east, south.
    extent: v.fallback(v.optional(v.tuple([degrees, degrees, degrees, degrees])), undefined),
  }),
})

const search = ({ text, box, limit }: Search) => ({
  path: '/api',
  query: { q: text, bbox: box.join(), limit },
  read,
})

export const photon: Service = {
  publicUrl: 'https://photon.komoot.io',
  forward: search,
  suggest: search,
  reverse: ({ lat, long }) => ({ path: '/reverse', query: { lat, lon: long, limit: 5 }, read }),
}

function read(answer: unknown): readonly Found[] | undefined {
  const { success, output } = v.safeParse(answerSchema, answer)
  return success ? readEach(output.features, featureSchema, placeOf) : undefined
}

function placeOf({ geometry, properties }: v.InferOutput<typeof featureSchema>): Found | undefined {
  const { type, osm_key, name, housenumber: number, street, city, state, postcode, extent } = properties
  const [long, lat] = geometry.coordinates
  const box = extent && ([extent[0], extent[3], extent[2], extent[1]] as const)
  const about = { name: '', number, street, city, postcode, lat, long }
  const place = { ...about, state: stateCode(state.toLowerCase()) ?? state }
  if (type === 'street' || (osm_key === 'highway' && type === '')) {
    return {
      ...place,
      kind: 'street',
      number: '',
      street: name || street,
      accuracy: accuracyOf('street', box),
    }
  }
  const isHouse = osm_key === 'building' || osm_key === 'place'
  if (!isHouse && osm_key !== 'boundary' && name !== '') {
    return { ...place, kind: 'landmark', name, accuracy: accuracyOf('landmark', box) }
  }
  return number === '' ? undefined : { ...place, kind: 'address', accuracy: accuracies.point }
}
