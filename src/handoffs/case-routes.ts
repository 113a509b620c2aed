import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { openRegion } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import { type FieldFault, problem } from '../core/problem.ts'
import { hasControlCharacters } from '../core/text.ts'
import { readInstant, readNumber, readPlace } from '../regions/inquiry.ts'
import { spoken } from '../regions/routes.ts'
import type { Door } from '../regions/site.ts'
import { candidatesFor } from '../requests/duplicates.ts'
import { readBody, readIdempotencyKey, words } from '../requests/read.ts'
import { linkStates } from '../requests/schema.ts'
import { publicView, time } from '../requests/view.ts'
import { openToChange, openToLook } from '../requests/work.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'
import {
  answerProposal,
  type LinkWish,
  linksOf,
  listLinks,
  propose,
  readRequest,
  type SeenLink,
  unlink,
} from './duplicates.ts'
import { MOVED_PIN } from './policy.ts'
import { type Corrected, relocate } from './relocate.ts'
import { listRerouted, reroutedOf } from './reroute.ts'

export const locationBody = v.strictObject({
  lat: v.number(),
  long: v.number(),
  address: v.optional(v.nullable(words(500))),
  at: v.optional(v.string()),
  version: v.pipe(v.number(), v.integer()),
  dry_run: v.optional(v.boolean()),
})

const linkText = v.optional(words(2000))
export const linkBody = v.strictObject({ of: v.string(), text: linkText })
export const answerBody = v.strictObject({ confirmed: v.boolean(), text: linkText })
export const unlinkBody = v.strictObject({ text: linkText })

/**
 * What happens to a case as a whole, for a jurisdiction's own programs, by an API key of scope `work`: its place is put
 * right, the limits around it change, it turns out to be one with another.
 */
export function caseRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.post('/work/requests/:id/location', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { lat, long, address, at, version, dry_run: dryRun = false } = await readBody(c, locationBody)
    const { place, faults } = readPlace(String(lat), String(long), c.get('site').region.routing.atlas)
    const instant = readInstant('at', at ?? '')
    const all: FieldFault[] = [...faults, ...instant.faults]
    if (hasControlCharacters(address ?? '')) all.push({ field: 'address', code: 'control-characters' })
    if (place === null || all.length > 0) throw problem('invalid-fields', { fields: all })
    const corrected = await relocate(c.get('platform'), db, c.get('site').region, {
      request: c.req.param('id'),
      place,
      address: address === undefined ? undefined : address?.trim() || null,
      at: instant.value,
      version,
      dryRun,
      idempotencyKey: readIdempotencyKey(c),
    })
    return c.json({ id: c.req.param('id'), dry_run: dryRun, ...correctedView(c, corrected) })
  })

  routes.get('/work/requests/:id/duplicates', async c => {
    const db = await openToLook(c, { request: c.req.param('id') })
    const { region } = c.get('site')
    const row = await readRequest(db, c.req.param('id'))
    const index = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
    const [candidates, links] = await Promise.all([
      candidatesFor(index, region, row, c.get('platform').clock.now()),
      linksOf(db, row.id),
    ])
    return c.json({
      candidates: candidates.map(({ report: { seq, ...report }, metres }) => ({
        ...publicView(c.get('site'), report),
        metres: Math.round(metres),
      })),
      links: links.map(linkView),
    })
  })

  routes.post('/work/requests/:id/duplicates', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { of, text } = await readBody(c, linkBody)
    const wish = wishOf(c, of, text)
    return c.json(await propose(c.get('platform'), db, c.get('site').region, wish), 201)
  })

  routes.post('/work/requests/:id/duplicates/:of/answer', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { confirmed, text } = await readBody(c, answerBody)
    const wish = { ...wishOf(c, c.req.param('of'), text), confirmed }
    return c.json(await answerProposal(c.get('platform'), db, c.get('site').region, wish))
  })

  routes.post('/work/requests/:id/duplicates/:of/unlink', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { text } = await readBody(c, unlinkBody)
    const wish = wishOf(c, c.req.param('of'), text)
    return c.json(await unlink(c.get('platform'), db, c.get('site').region, wish))
  })

  routes.get('/work/duplicates', async c => {
    const db = await openToLook(c)
    const { limit, after } = readPage(c)
    const typed = c.req.query('state') ?? 'asked'
    const state = linkStates.find(known => known === typed)
    if (state === undefined)
      throw problem('invalid-fields', { fields: [{ field: 'state', code: 'not-an-option' }] })
    const rows = await listLinks(db, state, after, limit)
    return c.json({ links: rows.map(linkView), next: nextPage(rows, limit) })
  })

  routes.get('/work/reroutes', async c => {
    const db = await openToLook(c)
    const { limit, after } = readPage(c)
    const rows = await listRerouted(db, after, limit)
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
    return c.json({ reroutes, next: nextPage(rows, limit) })
  })

  return routes
}

function wishOf(c: Context<Door>, of: string, text = ''): LinkWish {
  const request = c.req.param('id') ?? ''
  return { request, of, text, idempotencyKey: readIdempotencyKey(c) }
}

function linkView(row: SeenLink) {
  const { request, caseId, other, state, survivor, text, proposedAt, answeredAt } = row
  return {
    request,
    case: caseId,
    of: other,
    state,
    survivor,
    text,
    proposed_at: time(proposedAt),
    answered_at: time(answeredAt),
  }
}

/** Pages of what is numbered as it comes: `after` is the last number of the page before. */
function readPage(c: Context<Door>): { limit: number; after: number | undefined } {
  const limit = readNumber('limit', c.req.query('limit') ?? '', 1, 200)
  const after = readNumber('after', c.req.query('after') ?? '', 1, Number.MAX_SAFE_INTEGER)
  const faults = [...limit.faults, ...after.faults]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  return { limit: Math.floor(limit.value ?? 50), after: after.value }
}

function nextPage(rows: readonly { readonly seq: number }[], limit: number): number | null {
  return rows.length < limit ? null : (rows.at(-1)?.seq ?? null)
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
