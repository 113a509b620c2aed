import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { translator } from '../core/i18n.ts'
import { problem } from '../core/problem.ts'
import { readInstant, readPlace } from '../regions/inquiry.ts'
import { spoken } from '../regions/routes.ts'
import type { Door } from '../regions/site.ts'
import { readBody, readIdempotencyKey } from '../requests/read.ts'
import { openForWork } from '../requests/work.ts'
import type { Resolution } from '../routing/types.ts'
import { MOVED_PIN } from './policy.ts'
import { type Corrected, relocate } from './relocate.ts'

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
