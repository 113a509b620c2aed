import { translator } from '../core/i18n.ts'
import { readInstant, readNumber } from '../core/input.ts'
import { problem } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import { implementApi } from '../regions/runtime/site.ts'
import { formatStep } from '../routing/format.ts'
import { factsAt } from './facts.ts'
import { placesAt, searchPlaces } from './find.ts'
import { placeOperations } from './operations.ts'

const MAX_LENGTH = 200
const PLACES = 8

export const MAX_ACCURACY = 2_000

export const placesApi = implementApi(placeOperations, {
  'GET /place': async call => {
    const { c } = call
    const { region } = c.get('site')
    const { place, errors: wrong } = readPlace(call.query('lat'), call.query('long'), region.routing.atlas)
    const missing = place === null && wrong.length === 0 ? [{ field: 'lat', code: 'required' as const }] : []
    const accuracy = readNumber('accuracy', call.query('accuracy'), 0, MAX_ACCURACY)
    const at = readInstant('at', call.query('at'), region.documents.region.timezone)
    const errors = [...wrong, ...missing, ...accuracy.errors, ...at.errors]
    if (place === null || errors.length > 0) throw problem('invalid-fields', { fields: errors })
    const language = c.get('language')
    const facts = await factsAt(c.get('platform'), region, {
      place,
      accuracy: accuracy.value ?? 0,
      at: at.value ?? c.get('platform').clock.now(),
      language,
    })
    const t = translator(language)
    return {
      ...facts,
      county: facts.county && { name: facts.county.name, phone: facts.county.phone, url: facts.county.url },
      responsible: facts.responsible.map(({ reason, ...group }) => ({
        ...group,
        reason: formatStep(t, region.units, reason),
      })),
    }
  },

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
    return { places: await placesAt(c.get('platform'), region, place, { limit: PLACES }) }
  },
})
