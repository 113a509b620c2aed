import * as v from 'valibot'
import { instant, type Operation, type Operations } from '../core/openapi.ts'
import { listedSchema } from '../requests/operations.ts'
import { linkStates } from '../requests/schema.ts'
import { answerBody, linkBody, unlinkBody } from './case-routes.ts'

const state = v.picklist(linkStates)
const nullableText = v.nullable(v.string())
const link = v.strictObject({
  request: v.string(),
  case: v.string(),
  of: v.string(),
  state,
  survivor: nullableText,
  /** Null without the right to private notes. */
  text: nullableText,
  proposed_at: instant,
  answered_at: v.nullable(instant),
})

const act = (summary: string, body: v.GenericSchema): Operation => ({
  summary,
  work: true,
  repeatable: true,
  body,
  answer: v.strictObject({ of: v.string(), state, survivor: nullableText }),
  problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
})

/** What `case-routes.ts` answers about duplicates. */
export const duplicateOperations: Operations = {
  'GET /work/requests/{id}/duplicates': {
    summary: 'What may be the same matter, in any jurisdiction, and with what it has been linked',
    work: true,
    answer: v.strictObject({
      candidates: v.array(v.strictObject({ ...listedSchema.entries, metres: v.number() })),
      links: v.array(link),
    }),
    problems: ['not-found'],
  },
  'POST /work/requests/{id}/duplicates': {
    ...act('Propose that its case and another (`of`) are one; the other’s holder decides', linkBody),
    status: 201,
  },
  'POST /work/requests/{id}/duplicates/{of}/answer': act(
    'Say whether the case that another jurisdiction has proposed is the same',
    answerBody,
  ),
  'POST /work/requests/{id}/duplicates/{of}/unlink': act(
    'Take a proposal back, or make two of what was one: both are as they were',
    unlinkBody,
  ),
  'GET /work/duplicates': {
    summary: 'Links in one state, newest first',
    work: true,
    query: {
      state: '`asked` (default), `proposed`, `confirmed`, `declined` or `unlinked`.',
      limit: '1 to 200; 50 if absent.',
      after: 'What the page before gave as `next`.',
    },
    answer: v.strictObject({ links: v.array(link), next: v.nullable(v.number()) }),
  },
}
