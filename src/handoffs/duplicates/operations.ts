import * as v from 'valibot'
import { instantSchema, type Operation, type Operations } from '../../core/http/openapi.ts'
import { listedSchema } from '../../requests/operations.ts'
import { words } from '../../requests/read.ts'
import { linkStates } from '../../requests/schema.ts'

const linkText = v.optional(words(2000))
const linkBody = v.strictObject({ of: v.string(), text: linkText })
const answerBody = v.strictObject({ confirmed: v.boolean(), text: linkText })
const unlinkBody = v.strictObject({ text: linkText })

const state = v.picklist(linkStates)
const nullableText = v.nullable(v.string())
const link = v.strictObject({
  request: v.string(),
  case: v.string(),
  of: v.string(),
  state,
  survivor: nullableText,
  /** Null without the right `notes`. */
  text: nullableText,
  proposed_at: instantSchema,
  answered_at: v.nullable(instantSchema),
})

const action = <Body extends v.GenericSchema>(summary: string, body: Body) =>
  ({
    summary,
    work: true,
    repeatable: true,
    body,
    answer: v.strictObject({ of: v.string(), state, survivor: nullableText }),
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  }) satisfies Operation

export const duplicateOperations = {
  'GET /work/requests/{id}/duplicates': {
    summary: 'List possible duplicates of a request in all jurisdictions, and its duplicate links',
    work: true,
    answer: v.strictObject({
      candidates: v.array(v.strictObject({ ...listedSchema.entries, metres: v.number() })),
      links: v.array(link),
    }),
    problems: ['not-found'],
  },
  'POST /work/requests/{id}/duplicates': {
    ...action(
      'Propose that the request’s case is a duplicate of another case (`of`). The holder of that case decides',
      linkBody,
    ),
    status: 201,
  },
  'POST /work/requests/{id}/duplicates/{of}/answer': action(
    'Confirm or decline a duplicate proposed by another jurisdiction',
    answerBody,
  ),
  'POST /work/requests/{id}/duplicates/{of}/unlink': action(
    'Withdraw a proposed duplicate link or remove a confirmed one. Both cases return to their previous state',
    unlinkBody,
  ),
  'GET /work/duplicates': {
    summary: 'List duplicate links in one state, newest first',
    work: true,
    query: {
      state:
        '`asked` (default: waiting for this jurisdiction’s answer), `proposed`, `confirmed`, `declined` or `unlinked`.',
      limit: '1 to 200. Default: 50.',
      after: 'The value of `next` from the previous page.',
    },
    answer: v.strictObject({ links: v.array(link), next: v.nullable(v.number()) }),
  },
} satisfies Operations
