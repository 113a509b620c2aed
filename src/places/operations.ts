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

const body = v.strictObject({
  kind: v.picklist(['jurisdiction', 'partner', 'none']),
  id: v.string(),
  name: v.string(),
})
const bodyAt = v.strictObject({
  id: v.string(),
  name: v.string(),
  isCertain: v.pipe(v.boolean(), v.description('`false` within the accuracy of its boundary.')),
})
const day = v.pipe(v.string(), v.isoDate())
const holder = v.strictObject({
  name: v.string(),
  phone: v.string(),
  email: v.string(),
  url: v.string(),
  from: v.pipe(v.union([day, v.literal('')]), v.description('The first day; empty since always.')),
  to: v.pipe(v.nullable(day), v.description('The first day on which they no longer hold the office.')),
})
const collectionDay = v.strictObject({
  day,
  insteadOf: v.pipe(v.optional(day), v.description('The day that a holiday moved.')),
  holiday: v.optional(v.string()),
})
const district = v.strictObject({
  id: v.string(),
  name: v.string(),
  facts: v.array(
    v.strictObject({
      id: v.string(),
      label: v.string(),
      value: v.string(),
      kind: v.picklist(['text', 'phone', 'email', 'url']),
    }),
  ),
  office: v.nullable(v.string()),
  holder: v.pipe(
    v.optional(v.nullable(holder)),
    v.description('`null`: the office is vacant. Absent: nobody is known.'),
  ),
  next: v.optional(holder),
  collection: v.optional(
    v.strictObject({
      weekdays: v.pipe(v.array(v.number()), v.description('1 is Monday.')),
      everyOtherWeek: v.boolean(),
      next: v.array(collectionDay),
    }),
  ),
})
const placeFacts = v.strictObject({
  isInside: v.pipe(
    v.boolean(),
    v.description('`false`: the place lies in the boundary of no jurisdiction of the region.'),
  ),
  county: v.pipe(
    v.nullable(
      v.strictObject({ name: v.string(), phone: v.optional(v.string()), url: v.optional(v.string()) }),
    ),
    v.description('Of a place outside: who is there, as far as it is known.'),
  ),
  jurisdictions: v.array(bodyAt),
  partners: v.pipe(
    v.array(bodyAt),
    v.description('In whose territory it lies: a reservation, a neighboring county.'),
  ),
  responsible: v.pipe(
    v.array(
      v.strictObject({
        accountable: body,
        performer: body,
        confidence: v.picklist(['certain', 'ask', 'unresolved']),
        candidates: v.array(body),
        services: v.array(v.string()),
        reason: v.string(),
      }),
    ),
    v.description('Services by who is responsible for them there, and why.'),
  ),
  districts: v.array(
    v.strictObject({
      set: v.string(),
      kind: v.picklist(['representation', 'collection', 'safety', 'other']),
      name: v.string(),
      owner: v.nullable(v.string()),
      source: v.nullable(v.string()),
      date: v.nullable(day),
      isCertain: v.pipe(
        v.boolean(),
        v.description('`false` within the accuracy of a border: any of these, or none, may be the one.'),
      ),
      districts: v.array(district),
    }),
  ),
  nearby: v.pipe(
    v.array(
      v.strictObject({
        name: v.string(),
        address: v.string(),
        lat: v.number(),
        long: v.number(),
        meters: v.number(),
      }),
    ),
    v.description('The nearest library, city or town hall, and community center.'),
  ),
})

export const placeOperations = {
  'GET /place': {
    id: 'getPlaceFacts',
    summary:
      'Find who serves and represents a place: jurisdictions, responsible agencies, districts with their holders and collection days',
    query: {
      lat: { ...positionParameters.lat, required: true },
      long: { ...positionParameters.long, required: true },
      accuracy: { description: 'Location accuracy: radius in meters.', type: 'number', within: [0, 2_000] },
      at: 'ISO 8601. Without an offset, in the time zone of the region; a date alone is its first moment. Default: now.',
    },
    answer: placeFacts,
  },
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
      isPostBox: v.pipe(
        v.optional(v.boolean()),
        v.description('Of a search: `true` where `q` is a post office box, which is no place.'),
      ),
    }),
  },
} satisfies Operations
