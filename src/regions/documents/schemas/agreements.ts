import * as v from 'valibot'
import { describe, duration, from, line, slug, to } from './values.ts'

const services = describe(
  v.optional(v.union([v.literal('all'), v.array(v.string())])),
  'Service codes. Default: all.',
)

const agreement = v.strictObject({
  id: slug,
  title: line,
  accountable: slug,
  performer: describe(slug, 'The jurisdiction or partner that does the work.'),
  services,
  areas: describe(
    v.optional(v.array(v.string())),
    'Ids of areas in areas.geojson. Limits the agreement to them.',
  ),
  segments: describe(
    v.optional(v.array(v.string())),
    'Ids of roads in roads.geojson. Limits the agreement to them.',
  ),
  from,
  to,
  hours: describe(
    v.optional(v.picklist(['always', 'open', 'closed'], 'use always, open or closed')),
    'Follows the business hours of the accountable jurisdiction.',
  ),
  urgentOnly: v.optional(v.boolean()),
  preAccepted: describe(
    v.optional(v.boolean()),
    'The performer accepts every request in advance. Custody transfers right away.',
  ),
  deadline: v.optional(duration),
  runOff: describe(
    v.optional(v.picklist(['finish', 'return'], 'use finish or return')),
    'What happens to open requests at the end: the performer finishes them (default) or returns them.',
  ),
})

const boundaryStreet = v.strictObject({
  id: slug,
  title: line,
  segment: v.string(),
  services,
  lead: describe(v.optional(slug), 'The jurisdiction responsible for the whole street. Use this or parts.'),
  parts: describe(
    v.optional(
      v.array(v.strictObject({ upTo: v.pipe(v.number(), v.minValue(0), v.maxValue(1)), lead: slug })),
    ),
    'Splits the street by length. Each part ends at the fraction upTo, the last at 1.',
  ),
  from,
  to,
})

export const agreementsDocument = v.strictObject({
  agreements: v.optional(v.array(agreement)),
  boundaryStreets: v.optional(v.array(boundaryStreet)),
})

export type AgreementDocument = v.InferOutput<typeof agreement>

export type AgreementsDocument = v.InferOutput<typeof agreementsDocument>
