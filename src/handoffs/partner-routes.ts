import { desc, eq, sql } from 'drizzle-orm'
import { Hono } from 'hono'
import * as v from 'valibot'
import { seeing } from '../audit/seen.ts'
import { guard, type TenantReader } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { instant, type Operations } from '../core/openapi.ts'
import { problem } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import type { Door } from '../regions/site.ts'
import { forward as forwardStep } from '../requests/events.ts'
import { readBody, readIdempotencyKey } from '../requests/read.ts'
import { time } from '../requests/view.ts'
import { openToChange, openToLook } from '../requests/work.ts'
import { takesForwards } from './forward.ts'
import { holdGuards } from './offers.ts'
import { type ForwardRow, forward, forwardStates } from './partner-schema.ts'

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
    const rows = await forwardsOf(db, c.req.param('id'))
    return c.json({ forwards: rows.map(forwardView) })
  })

  routes.post('/work/requests/:id/forwards', async c => {
    const db = await openToChange(c, 'handoffs', { request: c.req.param('id') })
    const { partner, version } = await readBody(c, forwardBody)
    const id = c.req.param('id')
    const at = c.get('platform').clock.now()
    refusePartner(c.get('site').region, partner)
    const steps = [
      guard(sql`EXISTS (SELECT 1 FROM request WHERE id = ${id})`, 'not-found'),
      ...holdGuards(id, version),
      guard(
        sql`NOT EXISTS (SELECT 1 FROM forward WHERE request = ${id} AND state IN ('waiting', 'sent'))`,
        'wrong-state',
        'It is with a partner already, or on its way there.',
      ),
      forwardStep(id, partner, at),
    ]
    const idempotencyKey = readIdempotencyKey(c)
    const asked = { forward: id, partner, version }
    const change = { key: idempotencyKey, asked, steps, outcome: { id, partner } }
    const done = await commitOnce(db, change, at)
    c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return c.json(done, 201)
  })

  return routes
}

/** Throws `invalid-fields` for a body to whom nothing can be passed on, saying why. */
function refusePartner(region: Region, id: string): void {
  const partner = region.partner(id)
  if (partner !== undefined && takesForwards(partner)) return
  const detail =
    partner === undefined
      ? 'There is no such partner here.'
      : `Nothing is passed on to ${partner.name} by this platform.`
  throw problem('invalid-fields', { fields: [{ field: 'partner', code: 'not-an-option' }], detail })
}

async function forwardsOf(db: TenantReader, request: string): Promise<ForwardRow[]> {
  const ofIt = eq(forward.request, request)
  const shown = db.select({ request: forward.request }).from(forward).where(ofIt)
  const [rows] = await seeing(db, { view: 'list', shown })([
    db.select().from(forward).where(ofIt).orderBy(desc(forward.createdAt)),
  ])
  return rows
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
