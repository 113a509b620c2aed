import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { TenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { readNumber } from '../regions/inquiry.ts'
import { reasonsOf, reasonText } from '../regions/reasons.ts'
import type { Door } from '../regions/site.ts'
import { readBody, readIdempotencyKey, words } from '../requests/read.ts'
import { openToChange, openToLook } from '../requests/work.ts'
import { accept, decide, refuse, withdraw } from './answers.ts'
import { proposedCorrections } from './corrections.ts'
import { handoffSidesOf, listHandoffs, readHandoffCursor, writeHandoffCursor } from './find.ts'
import { offer } from './offers.ts'
import { type HandoffSide, handoffKinds, handoffSides, handoffStates } from './schema.ts'
import { handoffView } from './view.ts'

const optionalText = v.optional(words(2000))
export const offerBody = v.strictObject({
  receiver: v.string(),
  kind: v.optional(v.picklist(handoffKinds)),
  reason: v.string(),
  text: optionalText,
  version: v.pipe(v.number(), v.integer()),
})
export const acceptBody = v.strictObject({ text: optionalText })
export const refuseBody = v.strictObject({
  reason: v.string(),
  text: optionalText,
  counter: v.optional(v.nullable(v.string())),
})
export const withdrawBody = v.strictObject({})
export const decideBody = v.strictObject({ holder: v.string(), text: optionalText })

/**
 * Handoffs as JSON, for a jurisdiction's own programs, by an API key of scope `work`: offer a request, answer an offer,
 * take it back, decide a dispute. Whoever answers too late is told how it stands (409).
 */
export function handoffRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.get('/reasons', c => {
    const { region } = c.get('site')
    const label = (code: string) => reasonText(region, code, c.get('language'))
    return c.json({ reasons: reasonsOf(region).map(code => ({ code, label: label(code) })) })
  })

  routes.post('/work/requests/:id/handoffs', async c => {
    const db = await openToChange(c, 'handoffs', { request: c.req.param('id') })
    const { receiver, kind, reason, text, version } = await readBody(c, offerBody)
    const { id } = await offer(c.get('platform'), db, c.get('site').region, {
      request: c.req.param('id'),
      version,
      receiver,
      kind: kind ?? 'transfer',
      reason,
      text: text ?? '',
      idempotencyKey: readIdempotencyKey(c),
    })
    return c.json(await shown(c, db, id, 'sender'), 201)
  })

  routes.get('/work/handoffs', async c => {
    const db = await openToLook(c)
    const filter = readFilter(c)
    const rows = await listHandoffs(db, filter)
    return c.json({
      handoffs: rows.map(row => handoffView(c.get('site'), db.slug, c.get('language'), row)),
      next: writeHandoffCursor(rows, filter.limit),
    })
  })

  routes.get('/work/handoffs/:id', async c => {
    const db = await openToLook(c, { handoff: c.req.param('id') })
    const [side] = readChoice(c, 'side', handoffSides) ?? []
    return c.json(await shown(c, db, c.req.param('id'), side))
  })

  routes.post('/work/handoffs/:id/accept', async c => {
    const db = await openToChange(c, 'handoffs', { handoff: c.req.param('id') })
    const { text } = await readBody(c, acceptBody)
    await accept(c.get('platform'), db, c.req.param('id'), text ?? '', callerOf(c))
    return c.json(await shown(c, db, c.req.param('id'), 'receiver'))
  })

  routes.post('/work/handoffs/:id/refuse', async c => {
    const db = await openToChange(c, 'handoffs', { handoff: c.req.param('id') })
    const { reason, text, counter } = await readBody(c, refuseBody)
    const said = { reason, text: text ?? '', counter: counter ?? null }
    await refuse(c.get('platform'), db, c.get('site').region, c.req.param('id'), said, callerOf(c))
    return c.json(await shown(c, db, c.req.param('id'), 'receiver'))
  })

  routes.post('/work/handoffs/:id/withdraw', async c => {
    const db = await openToChange(c, 'handoffs', { handoff: c.req.param('id') })
    await readBody(c, withdrawBody)
    await withdraw(c.get('platform'), db, c.req.param('id'), callerOf(c))
    return c.json(await shown(c, db, c.req.param('id'), 'sender'))
  })

  routes.post('/work/handoffs/:id/decide', async c => {
    const db = await openToChange(c, 'decide', { handoff: c.req.param('id') })
    const { holder, text } = await readBody(c, decideBody)
    const said = { holder, text: text ?? '' }
    await decide(c.get('platform'), db, c.get('site').region, c.req.param('id'), said, callerOf(c))
    return c.json(await shown(c, db, c.req.param('id'), 'arbitrator'))
  })

  routes.get('/work/corrections', async c => {
    const db = await openToLook(c)
    return c.json({ corrections: await proposedCorrections(db) })
  })

  return routes
}

function callerOf(c: Context<Door>) {
  return { idempotencyKey: readIdempotencyKey(c) }
}

/** Throws `not-found` for a handoff that this jurisdiction has no part in, or not on that side. */
async function shown(c: Context<Door>, db: TenantReader, id: string, side: HandoffSide | undefined) {
  const rows = await handoffSidesOf(db, id)
  const row = rows.find(candidate => side === undefined || candidate.side === side)
  if (row === undefined) throw problem('not-found')
  return handoffView(c.get('site'), db.slug, c.get('language'), row)
}

function readFilter(c: Context<Door>) {
  const limit = readNumber('limit', c.req.query('limit') ?? '', 1, 200)
  const after = readHandoffCursor(c.req.query('after') ?? '')
  const faults = [...limit.faults, ...after.faults]
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  return {
    side: readChoice(c, 'side', handoffSides)?.[0],
    states: readChoice(c, 'state', handoffStates),
    after: after.value,
    limit: Math.floor(limit.value ?? 50),
  }
}

/** A list of known words with commas between; nothing typed is undefined. */
function readChoice<T extends string>(
  c: Context<Door>,
  field: string,
  options: readonly T[],
): readonly T[] | undefined {
  const typed = (c.req.query(field) ?? '').split(',').filter(word => word !== '')
  const known = typed.flatMap(word => options.find(option => option === word) ?? [])
  if (known.length < typed.length)
    throw problem('invalid-fields', { fields: [{ field, code: 'not-an-option' }] })
  return known.length === 0 ? undefined : known
}
