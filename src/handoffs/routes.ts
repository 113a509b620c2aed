import type { Context } from 'hono'
import type { TenantReader } from '../core/database/handles.ts'
import { translator } from '../core/i18n.ts'
import { nextPage, readInstant, readNumber, readPage } from '../core/input.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { authorizeProgram, authorizeProgramRead } from '../identity/programs/authorize.ts'
import { readPlace } from '../regions/inquiry.ts'
import { resolutionView } from '../regions/routes.ts'
import { reasonsOf, reasonText } from '../regions/runtime/reasons.ts'
import { type AppEnv, implementApi } from '../regions/runtime/site.ts'
import { isoTime } from '../requests/list/view.ts'
import { formatStep } from '../routing/format.ts'
import type { Resolution } from '../routing/types.ts'
import { accept, decide, refuse, withdraw } from './answers.ts'
import { listRerouted } from './automatic/reroute.ts'
import { proposedCorrections } from './corrections.ts'
import { handoffSidesOf, listHandoffs, readHandoffCursor, writeHandoffCursor } from './find.ts'
import { offer } from './offers.ts'
import { handoffOperations } from './operations.ts'
import { MOVED_PIN } from './policy.ts'
import { type Corrected, relocate } from './relocate.ts'
import { type HandoffSide, handoffSides, handoffStates } from './schema.ts'
import { handoffView } from './view.ts'

/** An answer that is too late gets 409 with the current state. */
export const handoffApi = implementApi(handoffOperations, {
  'GET /reasons': call => {
    const { c } = call
    const { region } = c.get('site')
    const label = (code: string) => reasonText(region, code, c.get('language'))
    return { reasons: reasonsOf(region).map(code => ({ code, label: label(code) })) }
  },

  'POST /work/requests/{id}/handoffs': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'handoffs', { request: call.param('id') })
    const { receiver, kind, reason, text, version } = await call.body()
    const { id } = await offer(c.get('platform'), db, c.get('site').region, {
      request: call.param('id'),
      version,
      receiver,
      kind: kind ?? 'transfer',
      reason,
      text: text ?? '',
      idempotencyKey: call.idempotencyKey(),
    })
    return await shown(c, db, id, 'sender')
  },

  'GET /work/handoffs': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c)
    const filter = readFilter(call.query)
    const rows = await listHandoffs(db, filter)
    return {
      handoffs: rows.map(row => handoffView(c.get('site'), db.slug, c.get('language'), row)),
      next: writeHandoffCursor(rows, filter.limit),
    }
  },

  'GET /work/handoffs/{id}': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c, { handoff: call.param('id') })
    const [side] = readChoice('side', call.query('side'), handoffSides) ?? []
    return await shown(c, db, call.param('id'), side)
  },

  'POST /work/handoffs/{id}/accept': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'handoffs', { handoff: call.param('id') })
    const { text } = await call.body()
    await accept(c.get('platform'), db, call.param('id'), text ?? '', {
      idempotencyKey: call.idempotencyKey(),
    })
    return await shown(c, db, call.param('id'), 'receiver')
  },

  'POST /work/handoffs/{id}/refuse': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'handoffs', { handoff: call.param('id') })
    const { reason, text, counter } = await call.body()
    const input = {
      reason,
      text: text ?? '',
      counter: counter ?? null,
      idempotencyKey: call.idempotencyKey(),
    }
    await refuse(c.get('platform'), db, c.get('site').region, call.param('id'), input)
    return await shown(c, db, call.param('id'), 'receiver')
  },

  'POST /work/handoffs/{id}/withdraw': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'handoffs', { handoff: call.param('id') })
    await call.body()
    await withdraw(c.get('platform'), db, call.param('id'), { idempotencyKey: call.idempotencyKey() })
    return await shown(c, db, call.param('id'), 'sender')
  },

  'POST /work/handoffs/{id}/decide': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'decide', { handoff: call.param('id') })
    const { holder, text } = await call.body()
    const input = { holder, text: text ?? '', idempotencyKey: call.idempotencyKey() }
    await decide(c.get('platform'), db, c.get('site').region, call.param('id'), input)
    return await shown(c, db, call.param('id'), 'arbitrator')
  },

  'GET /work/corrections': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c)
    return { corrections: await proposedCorrections(db) }
  },

  'POST /work/requests/{id}/location': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { lat, long, address, at, version, dry_run: dryRun = false } = await call.body()
    const { place, errors } = readPlace(String(lat), String(long), c.get('site').region.routing.atlas)
    const instant = readInstant('at', at ?? '')
    const all: FieldError[] = [...errors, ...instant.errors]
    if (place === null || all.length > 0) throw problem('invalid-fields', { fields: all })
    const corrected = await relocate(c.get('platform'), db, c.get('site').region, {
      request: call.param('id'),
      place,
      address: address === undefined ? undefined : address?.trim() || null,
      at: instant.value,
      version,
      dryRun,
      idempotencyKey: call.idempotencyKey(),
    })
    return { id: call.param('id'), dry_run: dryRun, ...correctedView(c, corrected) }
  },

  'GET /work/reroutes': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c)
    const { limit, after } = readPage(call.query)
    const rows = await listRerouted(db, after, limit)
    const t = translator(c.get('language'))
    const reroutes = rows.map(({ at, request, event }) => {
      const { from, to, because, receiver, snapshot } = event
      return {
        id: request.id,
        case: request.caseId,
        service_code: request.serviceCode,
        service_name: request.serviceName,
        status: request.status,
        at: isoTime(at),
        from,
        to,
        reason: formatStep(t, c.get('site').region.units, because),
        offered_to: receiver,
        snapshot,
      }
    })
    return { reroutes, next: nextPage(rows, limit) }
  },
})

// Throws `not-found`, also for another side.
async function shown(c: Context<AppEnv>, db: TenantReader, id: string, side: HandoffSide | undefined) {
  const rows = await handoffSidesOf(db, id)
  const row = rows.find(candidate => side === undefined || candidate.side === side)
  if (row === undefined) throw problem('not-found')
  return handoffView(c.get('site'), db.slug, c.get('language'), row)
}

function readFilter(query: (name: 'after' | 'limit' | 'side' | 'state') => string) {
  const limit = readNumber('limit', query('limit'), 1, 200)
  const after = readHandoffCursor(query('after'))
  const errors = [...limit.errors, ...after.errors]
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  return {
    side: readChoice('side', query('side'), handoffSides)?.[0],
    states: readChoice('state', query('state'), handoffStates),
    after: after.value,
    limit: Math.floor(limit.value ?? 50),
  }
}

// Comma-separated; undefined if empty. Throws `invalid-fields`.
function readChoice<T extends string>(
  field: string,
  list: string,
  options: readonly T[],
): readonly T[] | undefined {
  const typed = list.split(',').filter(word => word !== '')
  const known = typed.flatMap(word => options.find(option => option === word) ?? [])
  if (known.length < typed.length)
    throw problem('invalid-fields', { fields: [{ field, code: 'not-an-option' }] })
  return known.length === 0 ? undefined : known
}

function correctedView(c: Context<AppEnv>, { version, before, after, changed, due }: Corrected) {
  const language = c.get('language')
  const { units } = c.get('site').region
  const said = (resolution: Resolution) => {
    const { accountable, performer, reason, snapshot } = resolutionView(resolution, language, units)
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
    resolution: resolutionView(after, language, units),
  }
}
