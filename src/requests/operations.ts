import * as v from 'valibot'
import { instant, type Operations } from '../core/openapi.ts'
import { resolutionSchema } from '../regions/operations.ts'
import { draftBody, noteBody, statusBody } from './read.ts'
import { closeReasons, custodies, statuses } from './schema.ts'

const status = v.picklist(statuses)
const nullableText = v.nullable(v.string())
const nullableNumber = v.nullable(v.number())
const nullableInstant = v.nullable(instant)

/** One thing that happened to a request; what else it says depends on its type. */
export const eventSchema = v.looseObject({ type: v.string(), at: instant, jurisdiction: v.string() })
const caseEntries = {
  shares: v.array(
    v.strictObject({
      jurisdiction: v.string(),
      agency: v.string(),
      status,
      received_at: instant,
      expected_at: nullableInstant,
    }),
  ),
  holders: v.array(v.strictObject({ jurisdiction: v.string(), from: instant, to: nullableInstant })),
}
const standing = {
  id: v.string(),
  jurisdiction: v.string(),
  status,
  service_code: v.string(),
  service_name: v.string(),
  agency_responsible: v.string(),
  requested_at: instant,
  updated_at: instant,
  url: v.string(),
  case: v.optional(v.string()),
}
const details = {
  description: v.string(),
  address: nullableText,
  lat: nullableNumber,
  long: nullableNumber,
  photos: v.array(v.string()),
}
/** A report that anyone may see. */
export const listedSchema = v.strictObject({ ...standing, ...details })
/** The case that a closed one goes on in, and how that stands as far as is known. */
const duplicateOf = v.optional(
  v.strictObject({ id: v.string(), status: v.nullable(status), url: v.string() }),
)
const followed = v.strictObject({
  ...standing,
  ...details,
  ...caseEntries,
  duplicate_of: duplicateOf,
  expected_at: nullableInstant,
  timeline: v.array(eventSchema),
})
const answer = v.strictObject({
  code: v.string(),
  question: v.string(),
  values: v.array(v.strictObject({ key: v.string(), label: v.string() })),
})
/** Answers to the service's questions, with the words that were asked. */
export const answersSchema = v.array(answer)
const kept = {
  ...standing,
  ...details,
  version: v.number(),
  custody: v.picklist(custodies),
  passed_to: nullableText,
  received_at: instant,
  private: v.boolean(),
  urgent: v.boolean(),
  triage: v.boolean(),
  close_reason: v.nullable(v.picklist(closeReasons)),
  status_notes: nullableText,
  accountable: v.string(),
  accuracy: v.number(),
  incident_at: nullableInstant,
  answers: answersSchema,
  channel: v.string(),
  language: v.string(),
  expected_at: nullableInstant,
  closed_at: nullableInstant,
}
const contact = v.strictObject({
  first_name: nullableText,
  last_name: nullableText,
  email: nullableText,
  phone: nullableText,
  shared: v.boolean(),
})
/** What other capabilities put beside it is theirs to describe. */
const whole = v.looseObject({
  ...kept,
  ...caseEntries,
  duplicate_of: duplicateOf,
  resolution: resolutionSchema,
  contact: v.nullable(contact),
  timeline: v.array(v.looseObject({ ...eventSchema.entries, public: v.boolean(), actor: v.string() })),
})
const page = <T extends v.GenericSchema>(requests: T) =>
  v.strictObject({ requests: v.array(requests), next: nullableText })

const paging = {
  service_code: 'Codes, with commas between.',
  bbox: '`west,south,east,north` in degrees.',
  limit: '1 to 200; 50 if absent.',
  after: 'What the page before gave as `next`.',
}
const promised = {
  jurisdiction: v.string(),
  expected_at: nullableInstant,
  resolution: resolutionSchema,
}

/** What `routes.ts` and `media-routes.ts` answer. */
export const requestOperations: Operations = {
  'POST /media': {
    summary: 'Send a photo, to be named by the report that follows',
    repeatable: true,
    body: ['image/jpeg', 'image/png', 'image/webp'],
    status: 201,
    answer: v.strictObject({ id: v.string() }),
    problems: ['key-reused'],
  },
  'POST /requests': {
    summary: 'File a report; with `dry_run`, only say what would become of it (200)',
    repeatable: true,
    body: draftBody,
    status: 201,
    answer: v.strictObject({ id: v.string(), url: v.string(), ...promised }),
    also: { 200: v.strictObject({ dry_run: v.literal(true), ...promised }) },
    problems: ['unknown-service', 'service-closed', 'key-reused'],
  },
  'GET /requests': {
    summary: 'Public reports, newest first, each case once',
    query: { status: '`open` or `closed`; both if absent.', ...paging },
    answer: page(listedSchema),
  },
  'GET /requests/{id}': {
    summary: 'Follow a report by its number; of a private one only how it stands',
    answer: v.union([followed, v.strictObject(standing)]),
    problems: ['not-found'],
  },
  'GET /nearby': {
    summary: 'What has been reported nearby already',
    query: { service_code: 'Required.', lat: 'Required.', long: 'Required.' },
    answer: v.strictObject({ requests: v.array(listedSchema) }),
    problems: ['unknown-service'],
  },
  'GET /work/requests': {
    summary: 'This jurisdiction’s requests, newest first',
    work: true,
    query: { q: 'Words.', status: 'Statuses, with commas between.', ...paging },
    answer: page(v.strictObject(kept)),
  },
  'GET /work/requests/{id}': {
    summary: 'One of this jurisdiction’s requests, whole',
    work: true,
    answer: whole,
    problems: ['not-found'],
  },
  'POST /work/requests/{id}/status': {
    summary: 'Move a request along; closing needs a reason',
    work: true,
    repeatable: true,
    body: statusBody,
    answer: v.strictObject({ id: v.string(), status, version: v.number() }),
    problems: ['not-found', 'wrong-state', 'changed-meanwhile'],
  },
  'POST /work/requests/{id}/notes': {
    summary: 'Add a note: private unless `public`',
    work: true,
    repeatable: true,
    body: noteBody,
    status: 201,
    answer: v.strictObject({ id: v.string() }),
    problems: ['not-found', 'wrong-state'],
  },
}
