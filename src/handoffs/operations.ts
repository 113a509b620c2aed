import * as v from 'valibot'
import { instantSchema, limitParameter, type Operation, type Operations } from '../core/http/openapi.ts'
import { resolutionSchema } from '../regions/operations.ts'
import { answersSchema, eventSchema } from '../requests/operations.ts'
import { words } from '../requests/read.ts'
import { statuses } from '../requests/schema.ts'
import { handoffKinds, handoffSides, handoffStates } from './schema.ts'

const nullableText = v.nullable(v.string())
const nullableInstant = v.nullable(instantSchema)
const nullableNumber = v.nullable(v.number())

const optionalText = v.optional(words(2000))
const offerBody = v.strictObject({
  receiver: v.string(),
  kind: v.optional(v.picklist(handoffKinds)),
  reason: v.string(),
  text: optionalText,
  version: v.pipe(v.number(), v.integer()),
})
const acceptBody = v.strictObject({ text: optionalText })
const refuseBody = v.strictObject({
  reason: v.string(),
  text: optionalText,
  counter: v.optional(v.nullable(v.string())),
})
const withdrawBody = v.strictObject({})
const decideBody = v.strictObject({ holder: v.string(), text: optionalText })
const locationBody = v.strictObject({
  lat: v.number(),
  long: v.number(),
  address: v.optional(v.nullable(words(500))),
  at: v.optional(v.string()),
  version: v.pipe(v.number(), v.integer()),
  dry_run: v.optional(v.boolean()),
})

const reason = v.strictObject({ code: v.string(), label: v.string() })
// Null without the right `notes`.
const privateWords = nullableText
const answerText = { reason: v.nullable(reason), text: privateWords, counter: nullableText }
const handoff = v.strictObject({
  id: v.string(),
  side: v.picklist(handoffSides),
  kind: v.picklist(handoffKinds),
  state: v.picklist(handoffStates),
  case: v.string(),
  request: nullableText,
  sender: v.string(),
  receiver: v.string(),
  reason,
  text: privateWords,
  agreement: nullableText,
  offered_at: instantSchema,
  answer_by: nullableInstant,
  answered_at: nullableInstant,
  answer: v.nullable(v.strictObject(answerText)),
  tried: v.array(v.strictObject({ receiver: v.string(), state: v.string(), ...answerText })),
  service_code: v.string(),
  service_name: v.string(),
  /** Null once an offer has ended without custody: its content is erased. */
  subject: v.nullable(
    v.strictObject({
      service_code: v.string(),
      service_name: v.string(),
      description: v.string(),
      address: nullableText,
      lat: nullableNumber,
      long: nullableNumber,
      accuracy: v.number(),
      answers: answersSchema,
      private: v.boolean(),
      urgent: v.boolean(),
      status: v.picklist(statuses),
      requested_at: instantSchema,
      trail: v.array(v.string()),
      photos: v.array(v.string()),
      timeline: v.array(eventSchema),
    }),
  ),
})
const correction = v.strictObject({
  service_code: v.string(),
  lat: nullableNumber,
  long: nullableNumber,
  address: nullableText,
  times: v.number(),
  refused_by: v.array(v.string()),
  proposed: v.array(v.string()),
  last_refused_at: instantSchema,
  requests: v.array(v.string()),
})
const bodyRef = resolutionSchema.entries.accountable
const routed = v.strictObject({
  accountable: bodyRef,
  performer: bodyRef,
  reason: v.string(),
  snapshot: v.string(),
})

const action = <Body extends v.GenericSchema>(id: string, summary: string, body: Body) =>
  ({
    id,
    summary,
    work: true,
    repeatable: true,
    body,
    answer: handoff,
    problems: ['not-found', 'not-allowed', 'wrong-state', 'key-reused'],
  }) satisfies Operation

export const handoffOperations = {
  'GET /reasons': {
    id: 'listReasons',
    summary: 'List the reasons for offering or declining a request',
    answer: v.strictObject({ reasons: v.array(reason) }),
  },
  'POST /work/requests/{id}/handoffs': {
    id: 'offerRequest',
    summary:
      'Offer to transfer a request to another jurisdiction, or (`share`) ask it to work on the case as well',
    work: true,
    repeatable: true,
    body: offerBody,
    status: 201,
    answer: handoff,
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  },
  'GET /work/handoffs': {
    id: 'listHandoffs',
    summary: 'List the jurisdiction’s handoffs, newest first',
    work: true,
    query: {
      side: '`sender`, `receiver` or `arbitrator`.',
      state: 'Comma-separated states.',
      limit: limitParameter,
      after: 'The value of `next` from the previous page.',
    },
    answer: v.strictObject({ handoffs: v.array(handoff), next: nullableText }),
  },
  'GET /work/handoffs/{id}': {
    id: 'getHandoff',
    summary: 'Get a handoff, as seen from the jurisdiction’s side',
    work: true,
    query: {
      side: '`sender`, `receiver` or `arbitrator`. Needed only if the jurisdiction has more than one of these roles.',
    },
    answer: handoff,
    problems: ['not-found'],
  },
  'POST /work/handoffs/{id}/accept': action(
    'acceptHandoff',
    'Accept a handoff. Custody transfers when the sender grants it',
    acceptBody,
  ),
  'POST /work/handoffs/{id}/refuse': action(
    'declineHandoff',
    'Decline a handoff, and optionally suggest the responsible jurisdiction',
    refuseBody,
  ),
  'POST /work/handoffs/{id}/withdraw': action('withdrawHandoff', 'Withdraw an offer', withdrawBody),
  'POST /work/handoffs/{id}/decide': action(
    'decideHandoff',
    'Decide, as the arbitrator, which jurisdiction holds the request',
    decideBody,
  ),
  'GET /work/corrections': {
    id: 'listCorrections',
    summary: 'List services and locations where repeated refusals suggest that the routing data is wrong',
    work: true,
    answer: v.strictObject({ corrections: v.array(correction) }),
  },
  'POST /work/requests/{id}/location': {
    id: 'correctLocation',
    summary:
      'Correct the location of a request. The request is routed again and offered to the responsible jurisdiction if that has changed',
    work: true,
    repeatable: true,
    body: locationBody,
    answer: v.strictObject({
      id: v.string(),
      dry_run: v.boolean(),
      version: v.number(),
      changed: v.boolean(),
      before: routed,
      after: routed,
      difference: nullableText,
      handoff: v.nullable(
        v.strictObject({ receiver: v.string(), reason: v.string(), agreement: nullableText }),
      ),
      resolution: resolutionSchema,
    }),
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  },
  'GET /work/reroutes': {
    id: 'listReroutes',
    summary:
      'List open requests affected by a change of boundaries or agreements, and where they were rerouted',
    work: true,
    query: {
      limit: limitParameter,
      after: { description: 'The value of `next` from the previous page.', type: 'integer' },
    },
    answer: v.strictObject({
      reroutes: v.array(
        v.strictObject({
          id: v.string(),
          case: v.string(),
          service_code: v.string(),
          service_name: v.string(),
          status: v.picklist(statuses),
          at: instantSchema,
          from: bodyRef,
          to: bodyRef,
          reason: v.string(),
          offered_to: nullableText,
          snapshot: v.string(),
        }),
      ),
      next: nullableNumber,
    }),
  },
} satisfies Operations
