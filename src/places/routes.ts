import { problem } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import { implementApi } from '../regions/runtime/site.ts'
import { placesAt, searchPlaces } from './find.ts'
import { placeOperations } from './operations.ts'

const MAX_LENGTH = 200
const PLACES = 8

export const placesApi = implementApi(placeOperations, {
  'GET /places': async call => {
    const { c } = call
    const { region } = c.get('site')
    const [q, lat, long] = [call.query('q'), call.query('lat'), call.query('long')]
    if (q.length > MAX_LENGTH)
      throw problem('invalid-fields', {
        fields: [{ field: 'q', code: 'too-long', params: { max: MAX_LENGTH } }],
      })
    if (lat === '' && long === '') {
      const isTyping = call.query('typing') === 'true'
      return searchPlaces(c.get('platform'), region, { text: q, limit: PLACES, isTyping })
    }
    const { place, errors } = readPlace(lat, long, region.routing.atlas)
    if (place === null) throw problem('invalid-fields', { fields: errors })
    return { places: await placesAt(c.get('platform'), region, place, PLACES) }
  },
})
