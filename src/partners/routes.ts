import { Hono } from 'hono'
import * as v from 'valibot'
import { instant, type Operations } from '../core/openapi.ts'
import type { Door } from '../regions/site.ts'
import { readBody, readIdempotencyKey } from '../requests/read.ts'
import { time } from '../requests/view.ts'
import { openToChange, openToLook } from '../requests/work.ts'
import { type ForwardRow, forwardStates } from './schema.ts'
import { passToPartner, seeForwards } from './to-partner.ts'

const forwardBody = v.strictObject({ partner: v.string(), version: v.pipe(v.number(), v.integer()) })
const nullableText = v.nullable(v.string())
const forwardAnswer = v.strictObject({
  id: v.string(),
  partner: v.string(),
  name: v.string(),
  method: v.picklist(['open311', 'email']),
  state: v.picklist(forwardStates),
  receipt: nullableText,
  created_at: instant,
  sent_at: v.nullable(instant),
  last_error: nullableText,
})

/** What is passed on to partners, for a jurisdiction's own programs, by an API key of scope `work`. */
export function partnerRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.get('/work/requests/:id/forwards', async c => {
    const db = await openToLook(c, { request: c.req.param('id') })
    const rows = await seeForwards(db, c.req.param('id'))
    return c.json({ forwards: rows.map(forwardView) })
  })

  routes.post('/work/requests/:id/forwards', async c => {
    const db = await openToChange(c, 'handoffs', { request: c.req.param('id') })
    const { partner, version } = await readBody(c, forwardBody)
    const wish = { request: c.req.param('id'), partner, version, idempotencyKey: readIdempotencyKey(c) }
    return c.json(await passToPartner(c.get('platform'), db, c.get('site').region, wish), 201)
  })

  return routes
}

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
    sent_at: time(row.sentAt),
    last_error: lastError,
  }
}

export const partnerOperations: Operations = {
  'GET /work/requests/{id}/forwards': {
    summary: 'What of a request was passed on to partners, newest first',
    work: true,
    answer: v.strictObject({ forwards: v.array(forwardAnswer) }),
  },
  'POST /work/requests/{id}/forwards': {
    summary: 'Pass a request on to a partner, by their Open311 endpoint or by email',
    work: true,
    repeatable: true,
    body: forwardBody,
    status: 201,
    answer: v.strictObject({ id: v.string(), partner: v.string() }),
    problems: ['not-found', 'changed-meanwhile', 'wrong-state', 'key-reused'],
  },
}
