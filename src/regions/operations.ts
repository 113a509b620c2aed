import * as v from 'valibot'
import type { Operations } from '../core/openapi.ts'

const bodyRef = v.strictObject({
  kind: v.picklist(['jurisdiction', 'partner', 'none']),
  id: v.string(),
  name: v.string(),
})
const traceStep = v.strictObject({
  step: v.picklist(['locate', 'decide', 'agree', 'reach', 'tell']),
  code: v.string(),
  params: v.record(v.string(), v.union([v.string(), v.number()])),
  text: v.optional(v.string()),
})

/** Who answers for a matter, who does it, and why; `reason` and the steps' `text` in the reader's language. */
export const resolutionSchema = v.strictObject({
  accountable: bodyRef,
  performer: bodyRef,
  desk: bodyRef,
  inform: v.array(bodyRef),
  basis: v.string(),
  agreements: v.array(v.string()),
  confidence: v.picklist(['certain', 'ask', 'unresolved']),
  candidates: v.array(v.strictObject({ ...bodyRef.entries, basis: v.string() })),
  question: v.optional(
    v.strictObject({
      id: v.picklist(['road', 'side']),
      options: v.array(v.strictObject({ value: v.string(), label: v.string(), accountable: bodyRef })),
    }),
  ),
  urgent: v.boolean(),
  triage: v.boolean(),
  trace: v.array(traceStep),
  snapshot: v.string(),
  reason: v.optional(v.string()),
})

const place = v.strictObject({
  label: v.string(),
  lat: v.number(),
  long: v.number(),
  accuracy: v.number(),
  kind: v.picklist(['address', 'intersection', 'street', 'landmark', 'jurisdiction']),
})
const service = v.strictObject({
  service_code: v.string(),
  name: v.string(),
  description: v.nullable(v.string()),
  group: v.nullable(v.string()),
})

/** What `routes.ts` answers. */
export const regionOperations: Operations = {
  'GET /route': {
    summary: 'Who answers for a matter at a place and time, and why',
    query: {
      service_code: 'Required.',
      lat: 'Degrees; with `long`.',
      long: 'Degrees; with `lat`.',
      accuracy: 'Radius of the location error in metres.',
      at: 'ISO 8601 with its zone; now if absent.',
      urgent: '`true` after triage.',
      'answers[question]': 'Answers to the service’s questions, and to `road` or `side`.',
    },
    answer: resolutionSchema,
    problems: ['unknown-service'],
  },
  'GET /places': {
    summary: 'Places found by words: addresses, corners, streets, landmarks',
    query: { q: 'What a resident would type.' },
    answer: v.strictObject({ places: v.array(place) }),
  },
  'GET /services': {
    summary: 'What can be asked for here',
    answer: v.strictObject({ services: v.array(service) }),
  },
  'GET /map': {
    summary: 'What the map draws of the region, as GeoJSON',
    answer: v.looseObject({ type: v.literal('FeatureCollection'), features: v.array(v.looseObject({})) }),
  },
}
