import * as v from 'valibot'
import { instantSchema, limitParameter, type Operations, positionParameters } from '../core/http/openapi.ts'
import { resolutionSchema } from '../regions/operations.ts'
import { draftBody, noteBody, reviewBody, statusBody } from './read.ts'
import { closeReasons, custodies, statuses } from './schema.ts'

const status = v.picklist(statuses)
const nullableText = v.nullable(v.string())
const nullableNumber = v.nullable(v.number())
const nullableInstant = v.nullable(instantSchema)

export const eventSchema = v.looseObject({ type: v.string(), at: instantSchema, jurisdiction: v.string() })
const caseEntries = {
  shares: v.array(
    v.strictObject({
      jurisdiction: v.string(),
      agency: v.string(),
      status,
      received_at: instantSchema,
      expected_at: nullableInstant,
    }),
  ),
  holders: v.array(v.strictObject({ jurisdiction: v.string(), from: instantSchema, to: nullableInstant })),
}
const standing = {
  id: v.string(),
  jurisdiction: v.string(),
  status,
  service_code: v.string(),
  service_name: v.string(),
  agency_responsible: v.string(),
  requested_at: instantSchema,
  updated_at: instantSchema,
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
export const listedSchema = v.strictObject({ ...standing, ...details })
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
export const answersSchema = v.array(answer)
const kept = {
  ...standing,
  ...details,
  version: v.number(),
  custody: v.picklist(custodies),
  passed_to: nullableText,
  received_at: instantSchema,
  private: v.boolean(),
  urgent: v.boolean(),
  triage: v.boolean(),
  triage_reasons: v.array(v.string()),
  triage_since: nullableInstant,
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
// Loose: other modules describe what they include.
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
  service_code: 'Comma-separated service codes.',
  bbox: '`west,south,east,north` in degrees.',
  limit: limitParameter,
  after: 'The value of `next` from the previous page.',
}
const promised = {
  jurisdiction: v.string(),
  urgent: v.boolean(),
  emergency: v.nullable(
    v.strictObject({
      topics: v.array(v.string()),
      notice: v.pipe(
        v.string(),
        v.description('What to do and whom to call. Show it to the reporter at once.'),
      ),
    }),
  ),
  expected_at: nullableInstant,
  resolution: resolutionSchema,
}

export const requestOperations = {
  'POST /media': {
    id: 'uploadPhoto',
    summary:
      'Upload a photo for a report. The report must reference it within one hour. Returns 503 `uploads-full` while too many photos are being uploaded, 503 `storage-unavailable`, or 429 `too-many-photos` when this sender has uploaded too many. `Retry-After` says when to try again',
    repeatable: true,
    body: ['image/jpeg', 'image/png', 'image/webp'],
    status: 201,
    answer: v.strictObject({ id: v.string() }),
    problems: ['uploads-full', 'storage-unavailable', 'too-many-photos', 'too-slow'],
  },
  'POST /requests': {
    id: 'submitReport',
    summary:
      'Submit a report. One that sounds like an emergency is accepted and marked urgent; `emergency` says what to do and whom to call. An answer that points to danger is for review first, and `emergency` has no topics. With `dry_run`, validate and route it without saving it (200). `follow` sends an email asking the recipient to confirm the address; updates are sent after that',
    repeatable: true,
    body: draftBody,
    status: 201,
    answer: v.strictObject({
      id: v.string(),
      url: v.string(),
      ...promised,
      follow: v.nullable(v.literal('to_confirm')),
    }),
    also: { 200: v.strictObject({ dry_run: v.literal(true), ...promised }) },
    problems: ['unknown-service', 'service-closed'],
  },
  'GET /requests': {
    id: 'listReports',
    summary: 'List public reports, newest first. Each case is listed once',
    query: { status: { description: 'Default: both.', values: ['open', 'closed'] }, ...paging },
    answer: page(listedSchema),
  },
  'GET /requests/{id}': {
    id: 'getReport',
    summary: 'Get a report by its tracking number. For a private report, only its status and agency',
    answer: v.union([followed, v.strictObject(standing)]),
    problems: ['not-found'],
  },
  'GET /nearby': {
    id: 'listNearbyReports',
    summary:
      'List public reports within 100 meters for the same or similar services, nearest first: open ones, and those closed within the last 60 days (`status` says which)',
    query: {
      service_code: { description: 'The service.', required: true },
      lat: { ...positionParameters.lat, required: true },
      long: { ...positionParameters.long, required: true },
    },
    answer: v.strictObject({ requests: v.array(listedSchema) }),
    problems: ['unknown-service'],
  },
  'GET /work/requests': {
    id: 'listRequests',
    summary: 'List the jurisdiction’s requests, newest first',
    work: true,
    query: {
      q: 'Words of the report, or a tracking number: of the request, its case, or a share of its case.',
      status: 'Comma-separated statuses.',
      ...paging,
    },
    answer: page(v.strictObject(kept)),
  },
  'GET /work/requests/{id}': {
    id: 'getRequest',
    summary: 'Get one of the jurisdiction’s requests with all its details',
    work: true,
    answer: whole,
    problems: ['not-found'],
  },
  'POST /work/requests/{id}/status': {
    id: 'changeRequestStatus',
    summary: 'Change the status of a request. Closing requires a reason, reopening a text that says why',
    work: true,
    repeatable: true,
    body: statusBody,
    answer: v.strictObject({ id: v.string(), status, version: v.number() }),
    problems: ['not-found', 'wrong-state', 'changed-meanwhile'],
  },
  'POST /work/requests/{id}/review': {
    summary:
      'Say how urgent a request is. It no longer needs review, unless `review` is true: then somebody else has to look',
    work: true,
    repeatable: true,
    body: reviewBody,
    answer: v.strictObject({ id: v.string(), urgent: v.boolean(), triage: v.boolean(), version: v.number() }),
    problems: ['not-found', 'wrong-state', 'changed-meanwhile'],
  },
  'POST /work/requests/{id}/notes': {
    id: 'addRequestNote',
    summary: 'Add a note to a request. Internal unless `public` is true',
    work: true,
    repeatable: true,
    body: noteBody,
    status: 201,
    answer: v.strictObject({ id: v.string() }),
    problems: ['not-found', 'wrong-state'],
  },
} satisfies Operations
