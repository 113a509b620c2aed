import * as v from 'valibot'
import { type Operations, positionParameters } from '../core/http/openapi.ts'

const place = v.strictObject({
  label: v.string(),
  lat: v.number(),
  long: v.number(),
  accuracy: v.number(),
  kind: v.picklist(['address', 'intersection', 'street', 'landmark', 'jurisdiction', 'coordinates']),
  attribution: v.pipe(
    v.optional(v.string()),
    v.description('Of the service that found it, to be shown with it.'),
  ),
  contradicts: v.pipe(
    v.optional(v.array(v.string())),
    v.description('Parts of what was typed that are not so there: number, street, city, state, postcode.'),
  ),
})

export const placeOperations = {
  'GET /places': {
    id: 'searchPlaces',
    summary:
      'Search for places: addresses, intersections, streets, landmarks; or find the address at a position',
    query: {
      q: 'Search text.',
      typing: {
        description: '`true` while `q` is being typed: only services that make suggestions are asked.',
        type: 'boolean',
      },
      ...positionParameters,
    },
    answer: v.strictObject({
      places: v.array(place),
      addressesLoaded: v.pipe(
        v.optional(v.boolean()),
        v.description(
          'Of a search: `false` where no addresses are imported and no geocoder answers, so that nothing found does not mean that there is no such address.',
        ),
      ),
    }),
  },
} satisfies Operations
