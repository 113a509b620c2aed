import * as v from 'valibot'
import { type Operations, positionParameters } from '../core/http/openapi.ts'

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

/** `reason` and the steps' `text` are in the reader's language. */
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

const service = v.strictObject({
  service_code: v.string(),
  name: v.string(),
  description: v.nullable(v.string()),
  group: v.nullable(v.string()),
})

export const regionOperations = {
  'GET /route': {
    id: 'findResponsibleAgency',
    summary: 'Find the responsible agency for a service at a location and time, and why',
    query: {
      service_code: { description: 'The service.', required: true },
      ...positionParameters,
      accuracy: { description: 'Location accuracy: radius in meters.', type: 'number', within: [0, 100_000] },
      at: 'ISO 8601. Without an offset, in the time zone of the region; a date alone is its first moment. Default: now.',
      urgent: { description: '`true` if triage found the request urgent.', type: 'boolean' },
      answers: {
        description: 'Answers to the service’s questions, and to `road` or `side`, as `answers[question]=…`.',
        type: 'object',
      },
    },
    answer: resolutionSchema,
    problems: ['unknown-service'],
  },
  'GET /services': {
    id: 'listServices',
    summary: 'List the available services',
    answer: v.strictObject({ services: v.array(service) }),
  },
  'GET /map': {
    id: 'getMap',
    summary: 'Get the region’s map features as GeoJSON',
    query: {
      part: '`boundaries`, `main` (with water, parks and main roads) or `local` (local streets and paths only). Default: everything.',
    },
    answer: v.object({
      type: v.literal('FeatureCollection'),
      features: v.array(v.object({ type: v.literal('Feature') })),
    }),
  },
} satisfies Operations
