import * as v from 'valibot'
import { instantSchema, limitParameter, type Operation, type Operations } from '../../core/http/openapi.ts'
import { listedSchema } from '../../requests/operations.ts'
import { words } from '../../requests/read.ts'
import { linkStates } from '../../requests/schema.ts'

const linkText = v.optional(words(2000))
const linkBody = v.strictObject({ of: v.string(), text: linkText, dry_run: v.optional(v.boolean()) })
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

const linked = { of: v.string(), state, survivor: nullableText }

const action = <Body extends v.GenericSchema>(id: string, summary: string, body: Body) =>
  ({
    id,
    summary,
    work: true,
    repeatable: true,
    body,
    answer: v.strictObject(linked),
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  }) satisfies Operation

export const duplicateOperations = {
  'GET /work/requests/{id}/duplicates': {
    id: 'listDuplicates',
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
      'proposeDuplicate',
      'Propose that the request’s case is a duplicate of another case (`of`). The holder of that case decides (`proposed`). If this jurisdiction holds both, they are linked at once (`confirmed`): the case named by `survivor` stays open and the other one is closed. With `dry_run`, say what would happen without saving it (200)',
      linkBody,
    ),
    status: 201,
    also: { 200: v.strictObject({ dry_run: v.literal(true), ...linked }) },
  },
  'POST /work/requests/{id}/duplicates/{of}/answer': action(
    'answerDuplicate',
    'Confirm or decline a duplicate proposed by another jurisdiction',
    answerBody,
  ),
  'POST /work/requests/{id}/duplicates/{of}/unlink': action(
    'unlinkDuplicate',
    'Withdraw a proposed duplicate link or remove a confirmed one. Both cases return to their previous state',
    unlinkBody,
  ),
  'GET /work/duplicates': {
    id: 'listDuplicateLinks',
    summary: 'List duplicate links in one state, newest first',
    work: true,
    query: {
      state:
        '`asked` (default: waiting for this jurisdiction’s answer), `proposed`, `confirmed`, `declined` or `unlinked`.',
      limit: limitParameter,
      after: { description: 'The value of `next` from the previous page.', type: 'integer' },
    },
    answer: v.strictObject({ links: v.array(link), next: v.nullable(v.number()) }),
  },
} satisfies Operations
