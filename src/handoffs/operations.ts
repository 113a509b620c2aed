import * as v from 'valibot'
import { instant, type Operation, type Operations } from '../core/openapi.ts'
import { resolutionSchema } from '../regions/operations.ts'
import { answersSchema, eventSchema } from '../requests/operations.ts'
import { statuses } from '../requests/schema.ts'
import { locationBody } from './case-routes.ts'
import { acceptBody, decideBody, offerBody, refuseBody, withdrawBody } from './routes.ts'
import { handoffKinds, handoffSides, handoffStates } from './schema.ts'

const nullableText = v.nullable(v.string())
const nullableInstant = v.nullable(instant)
const nullableNumber = v.nullable(v.number())

const reason = v.strictObject({ code: v.string(), label: v.string() })
/** What staff wrote: null without the right to private notes. */
const privateWords = nullableText
const words = { reason: v.nullable(reason), text: privateWords, counter: nullableText }
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
  offered_at: instant,
  answer_by: nullableInstant,
  answered_at: nullableInstant,
  answer: v.nullable(v.strictObject(words)),
  tried: v.array(v.strictObject({ receiver: v.string(), state: v.string(), ...words })),
  matter: v.strictObject({
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
    requested_at: instant,
    trail: v.array(v.string()),
    photos: v.array(v.string()),
    timeline: v.array(eventSchema),
  }),
})
const correction = v.strictObject({
  service_code: v.string(),
  lat: nullableNumber,
  long: nullableNumber,
  address: nullableText,
  times: v.number(),
  refused_by: v.array(v.string()),
  proposed: v.array(v.string()),
  last_refused_at: instant,
})
const bodyRef = resolutionSchema.entries.accountable
const routed = v.strictObject({
  accountable: bodyRef,
  performer: bodyRef,
  reason: v.string(),
  snapshot: v.string(),
})

/** An answer to a handoff, by whoever is on the side that may give it. Too late: 409 with its present `state`. */
const act = (summary: string, body: v.GenericSchema): Operation => ({
  summary,
  work: true,
  repeatable: true,
  body,
  answer: handoff,
  problems: ['not-found', 'not-allowed', 'wrong-state', 'key-reused'],
})

/** What `routes.ts` and `case-routes.ts` answer. */
export const handoffOperations: Operations = {
  'GET /reasons': {
    summary: 'Why a request may be offered or refused here',
    answer: v.strictObject({ reasons: v.array(reason) }),
  },
  'POST /work/requests/{id}/handoffs': {
    summary: 'Offer a request to another jurisdiction, or (`share`) ask it to work on the case too',
    work: true,
    repeatable: true,
    body: offerBody,
    status: 201,
    answer: handoff,
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  },
  'GET /work/handoffs': {
    summary: 'This jurisdiction’s handoffs, newest first',
    work: true,
    query: {
      side: '`sender`, `receiver` or `arbitrator`.',
      state: 'States, with commas between.',
      limit: '1 to 200; 50 if absent.',
      after: 'What the page before gave as `next`.',
    },
    answer: v.strictObject({ handoffs: v.array(handoff), next: nullableText }),
  },
  'GET /work/handoffs/{id}': {
    summary: 'One handoff, from the side that this jurisdiction is on',
    work: true,
    query: { side: 'For one that it is on several sides of.' },
    answer: handoff,
    problems: ['not-found'],
  },
  'POST /work/handoffs/{id}/accept': act('Take it: custody passes when the sender grants it', acceptBody),
  'POST /work/handoffs/{id}/refuse': act('Refuse it, and perhaps say who should have it', refuseBody),
  'POST /work/handoffs/{id}/withdraw': act('Take an offer back', withdrawBody),
  'POST /work/handoffs/{id}/decide': act('As the arbitrator, say who holds it', decideBody),
  'GET /work/corrections': {
    summary: 'Where repeated refusals suggest that the routing data is wrong',
    work: true,
    answer: v.strictObject({ corrections: v.array(correction) }),
  },
  'POST /work/requests/{id}/location': {
    summary: 'Put the place right: routing runs again, and whoever is due is offered it',
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
    summary: 'Open requests that a change of limits or agreements touched, and where they went',
    work: true,
    query: { limit: '1 to 200; 50 if absent.', after: 'What the page before gave as `next`.' },
    answer: v.strictObject({
      reroutes: v.array(
        v.strictObject({
          id: v.string(),
          case: v.string(),
          service_code: v.string(),
          service_name: v.string(),
          status: v.picklist(statuses),
          at: instant,
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
}
