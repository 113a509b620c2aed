import * as v from 'valibot'
import { instantSchema, type Operations } from '../core/http/openapi.ts'
import { authorizeProgram, authorizeProgramRead } from '../identity/programs/authorize.ts'
import { implementApi } from '../regions/runtime/site.ts'
import { isoTime } from '../requests/list/view.ts'
import { type ForwardRow, forwardStates } from './schema.ts'
import { forwardsLogged, passToPartner } from './to-partner.ts'

const forwardBody = v.strictObject({ partner: v.string(), version: v.pipe(v.number(), v.integer()) })
const nullableText = v.nullable(v.string())
const forwardAnswer = v.strictObject({
  id: v.string(),
  partner: v.string(),
  name: v.string(),
  method: v.picklist(['open311', 'email']),
  state: v.picklist(forwardStates),
  receipt: nullableText,
  created_at: instantSchema,
  sent_at: v.nullable(instantSchema),
  last_error: nullableText,
})

export const partnerOperations = {
  'GET /work/requests/{id}/forwards': {
    id: 'listForwards',
    summary: 'List the forwards of a request to partners, newest first',
    work: true,
    answer: v.strictObject({ forwards: v.array(forwardAnswer) }),
    problems: ['not-found'],
  },
  'POST /work/requests/{id}/forwards': {
    id: 'forwardRequest',
    summary: 'Forward a request to a partner, through its Open311 endpoint or by email',
    work: true,
    repeatable: true,
    body: forwardBody,
    status: 201,
    answer: v.strictObject({ id: v.string(), partner: v.string() }),
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  },
} satisfies Operations

export const partnerApi = implementApi(partnerOperations, {
  'GET /work/requests/{id}/forwards': async ({ c, param }) => {
    const db = await authorizeProgramRead(c, { request: param('id') })
    return { forwards: (await forwardsLogged(db, param('id'))).map(forwardView) }
  },

  'POST /work/requests/{id}/forwards': async ({ c, param, body, idempotencyKey }) => {
    const db = await authorizeProgram(c, 'handoffs', { request: param('id') })
    const input = { request: param('id'), ...(await body()), idempotencyKey: idempotencyKey() }
    return passToPartner(c.get('platform'), db, c.get('site').region, input)
  },
})

function forwardView(row: ForwardRow): v.InferOutput<typeof forwardAnswer> {
  const { id, partner, name, method, state, receipt, lastError } = row
  return {
    id,
    partner,
    name,
    method,
    state,
    receipt,
    created_at: new Date(row.createdAt).toISOString(),
    sent_at: isoTime(row.sentAt),
    last_error: lastError,
  }
}
