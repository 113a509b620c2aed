import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import { readInstant, readNumber, readPlace } from '../regions/inquiry.ts'
import { spoken } from '../regions/routes.ts'
import type { Door } from '../regions/site.ts'
import { readBody, readIdempotencyKey } from '../requests/read.ts'
import { time } from '../requests/view.ts'
import { openForWork } from '../requests/work.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'
import { MOVED_PIN } from './policy.ts'
import { type Corrected, relocate } from './relocate.ts'
import { listRerouted, reroutedOf } from './reroute.ts'

const locationBody = v.strictObject({
  lat: v.number(),
  long: v.number(),
  address: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(500)))),
  at: v.optional(v.string()),
  version: v.pipe(v.number(), v.integer()),
  dry_run: v.optional(v.boolean()),
})

/**
 * What happens to a case as a whole, for a jurisdiction's own programs, by an API key of scope `work`: its place is put
 * right, the limits around it change, it turns out to be one with another.
 */
export function caseRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.post('/work/requests/:id/location', async c => {
    const { db, key } = await openForWork(c)
    const { lat, long, address, at, version, dry_run: dryRun = false } = await readBody(c, locationBody)
    const { place, faults } = readPlace(String(lat), String(long))
    const instant = readInstant('at', at ?? '')
    if (place === null || instant.faults.length > 0)
      throw problem('invalid-fields', { fields: [...faults, ...instant.faults] })
    const corrected = await relocate(c.get('platform'), db, c.get('site').region, {
      request: c.req.param('id'),
      place,
      address,
      at: instant.value,
      version,
      dryRun,
      key,
      idempotencyKey: readIdempotencyKey(c),
    })
    return c.json({ id: c.req.param('id'), dry_run: dryRun, ...correctedView(c, corrected) })
  })

  routes.get('/work/reroutes', async c => {
    const { db } = await openForWork(c)
    const limit = readNumber('limit', c.req.query('limit') ?? '', 1, 200)
    const after = readNumber('after', c.req.query('after') ?? '', 1, Number.MAX_SAFE_INTEGER)
    const faults = [...limit.faults, ...after.faults]
    if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
    const wanted = Math.floor(limit.value ?? 50)
    const rows = await listRerouted(db, after.value, wanted)
    const say = translator(c.get('language'))
    const reroutes = rows.map(({ at, payload, request }) => {
      const { from, to, because, receiver, snapshot } = reroutedOf(payload)
      return {
        id: request.id,
        case: request.caseId,
        service_code: request.serviceCode,
        service_name: request.serviceName,
        status: request.status,
        at: time(at),
        from,
        to,
        reason: sayStep(say, because),
        offered_to: receiver,
        snapshot,
      }
    })
    return c.json({ reroutes, next: rows.length < wanted ? null : (rows.at(-1)?.seq ?? null) })
  })

  return routes
}

function correctedView(c: Context<Door>, { version, before, after, changed, due }: Corrected) {
  const language = c.get('language')
  const said = (resolution: Resolution) => {
    const { accountable, performer, reason, snapshot } = spoken(resolution, language)
    return { accountable, performer, reason, snapshot }
  }
  const [then, now] = [said(before), said(after)]
  const difference = translator(language)('place-difference', {
    from: then.accountable.name,
    to: now.accountable.name,
    reason: now.reason,
  })
  return {
    version,
    changed,
    before: then,
    after: now,
    difference: changed ? difference : null,
    handoff: due && { receiver: due.receiver, reason: MOVED_PIN, agreement: due.agreement },
    resolution: spoken(after, language),
  }
}
