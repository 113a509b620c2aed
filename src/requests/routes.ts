import type { Context } from 'hono'
import * as v from 'valibot'
import { type Access, may, type PublicAccess, publicAccess } from '../core/access.ts'
import { openPublicRegion, openPublicTenant, openRegion } from '../core/database/handles.ts'
import { OtherAnswer } from '../core/http/api.ts'
import { readBytes, refuseAnnounced } from '../core/http/body.ts'
import { problem } from '../core/problem.ts'
import { addressOf } from '../identity/limits.ts'
import {
  asPublic,
  authorizeProgram,
  authorizeProgramRead,
  programOf,
} from '../identity/programs/authorize.ts'
import { readPlace } from '../regions/inquiry.ts'
import { resolutionView } from '../regions/routes.ts'
import { type AppEnv, implementApi } from '../regions/runtime/site.ts'
import { similarServices } from './case/duplicates.ts'
import { addNote, changeStatus } from './change.ts'
import { writeCursor } from './list/cursor.ts'
import { listRequests, publicCase, wholeCase } from './list/find.ts'
import { listPublicRequests, reportsNearby } from './list/public-index.ts'
import { isoTime, publicCaseView, publicView, wholeView } from './list/view.ts'
import { MAX_PHOTO_BYTES } from './media/photo.ts'
import { receivePhoto, uploaderOf } from './media/uploads.ts'
import { requestOperations } from './operations.ts'
import { reportedPlace } from './place.ts'
import { readDraft, readListQuery } from './read.ts'
import { statuses } from './schema.ts'
import { assess, fileReport, isUrgent } from './submit.ts'
import { safetyNotice } from './triage/notice.ts'
import { reviewRequest } from './triage/review.ts'

/** `/work/…` is for a jurisdiction's own programs, by an API key of scope `work`. */
export const requestApi = implementApi(requestOperations, {
  'POST /requests': async call => {
    const { c } = call
    const { region, jurisdiction } = c.get('site')
    const { draft, dryRun } = readDraft(await call.body(), {
      atlas: region.routing.atlas,
      language: c.get('language'),
      now: c.get('platform').clock.now(),
    })
    const submission = {
      draft:
        draft.place === null
          ? draft
          : { ...draft, ...(await reportedPlace(c.get('platform'), region, draft)) },
      jurisdiction: jurisdiction?.slug,
      idempotencyKey: call.idempotencyKey(),
      network: addressOf(c),
    }
    const report = assess(region, submission, c.get('platform').clock.now())
    const notice = safetyNotice(region, c.get('language'), report)
    const topics = report.emergencies.map(({ id }) => id)
    const urgency = { urgent: isUrgent(report), emergency: notice === '' ? null : { topics, notice } }
    if (dryRun) {
      const { keeper, expectedAt, resolution } = report
      return new OtherAnswer(200, {
        dry_run: true,
        jurisdiction: keeper,
        ...urgency,
        expected_at: isoTime(expectedAt),
        resolution: resolutionView(resolution, c.get('language'), region.units),
      })
    }
    const access = filingAccess(c, report.keeper)
    const receipt = await fileReport(c.get('platform'), access, region, report, submission)
    const { id, expectedAt, resolution } = receipt
    const url = `${c.get('site').origin}${c.get('site').base}/cases/${id}`
    return {
      id,
      url,
      jurisdiction: receipt.jurisdiction,
      ...urgency,
      expected_at: isoTime(expectedAt),
      resolution: resolutionView(resolution, c.get('language'), region.units),
      follow: draft.follow ? ('to_confirm' as const) : null,
    }
  },

  'GET /requests': async call => {
    const { c } = call
    const { region, jurisdiction } = c.get('site')
    const db = openPublicRegion(c.get('platform'), region.slug)
    const { limit, box, after, services } = readListQuery(call.query)
    const status = call.query('status')
    if (status !== '' && status !== 'open' && status !== 'closed') {
      throw problem('invalid-fields', { fields: [{ field: 'status', code: 'not-an-option' }] })
    }
    const rows = await listPublicRequests(db, {
      jurisdiction: jurisdiction?.slug,
      services,
      status: status || undefined,
      box,
      after,
      limit,
    })
    return {
      requests: rows.map(({ seq, ...row }) => publicView(c.get('site'), row)),
      next: writeCursor(rows, limit),
    }
  },

  'GET /nearby': async call => {
    const { c } = call
    const { region } = c.get('site')
    const { place, errors } = readPlace(call.query('lat'), call.query('long'), region.routing.atlas)
    if (place === null)
      throw problem('invalid-fields', {
        fields: errors.length > 0 ? errors : [{ field: 'lat', code: 'required' }],
      })
    const code = call.query('service_code')
    if (region.service(code) === undefined) throw problem('unknown-service')
    const db = openPublicRegion(c.get('platform'), region.slug)
    const rows = await reportsNearby(db, place, similarServices(region, code), c.get('platform').clock.now())
    return { requests: rows.map(({ seq, ...row }) => publicView(c.get('site'), row)) }
  },

  'GET /requests/{id}': async call => {
    const { c } = call
    const { region, jurisdiction } = c.get('site')
    const number = region.caseNumber(call.param('id'))
    const keeper = number?.jurisdiction
    if (
      number === undefined ||
      keeper === undefined ||
      (jurisdiction !== undefined && jurisdiction !== keeper)
    )
      throw problem('not-found')
    const db = openPublicTenant(c.get('platform'), region.slug, keeper.slug)
    const found = await publicCase(db, number.id)
    if (found === undefined) throw problem('not-found')
    return publicCaseView(c.get('site'), { ...found.request, jurisdiction: keeper.slug }, found)
  },

  'GET /work/requests': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c)
    const { limit, box, after, services } = readListQuery(call.query)
    const listed = call
      .query('status')
      .split(',')
      .filter(status => status !== '')
    const wanted = v.safeParse(v.array(v.picklist(statuses)), listed)
    if (!wanted.success)
      throw problem('invalid-fields', { fields: [{ field: 'status', code: 'not-an-option' }] })
    const rows = await listRequests(db, {
      services,
      box,
      after,
      limit,
      onlyPublic: false,
      statuses: listed.length === 0 ? undefined : wanted.output,
      words: call.query('q').slice(0, 200) || undefined,
    })
    return {
      requests: rows.map(row => wholeView(c.get('site'), db.slug, row)),
      next: writeCursor(rows, limit),
    }
  },

  'GET /work/requests/{id}': async call => {
    const { c } = call
    const db = await authorizeProgramRead(c, { request: call.param('id') })
    const id = call.param('id')
    const included = c.get('registry').includedInRequest
    const found = await wholeCase(c.get('platform'), db, id, included)
    if (found === undefined) throw problem('not-found')
    const added = included.map(({ toJson }, index) =>
      toJson(c.get('site'), db.slug, c.get('language'), found.included[index] ?? []),
    )
    return Object.assign({}, ...added, wholeView(c.get('site'), db.slug, found.request, found))
  },

  'POST /work/requests/{id}/status': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { to, reason, text, version } = await call.body()
    const now = c.get('platform').clock.now()
    const newVersion = await changeStatus(
      db,
      call.param('id'),
      { to, reason, text: text ?? '', version, idempotencyKey: call.idempotencyKey() },
      now,
      c.get('registry').onClosing,
    )
    return { id: call.param('id'), status: to, version: newVersion }
  },

  'POST /work/requests/{id}/review': async call => {
    const { c } = call
    const id = call.param('id')
    const db = await authorizeProgram(c, 'change', { request: id })
    const { urgent, review = false, text = '', version } = await call.body()
    const input = { urgent, review, text, version, idempotencyKey: call.idempotencyKey() }
    const now = c.get('platform').clock.now()
    const newVersion = await reviewRequest(db, c.get('site').region, id, input, now)
    return { id, urgent, triage: review, version: newVersion }
  },

  'POST /work/requests/{id}/notes': async call => {
    const { c } = call
    const db = await authorizeProgram(c, 'change', { request: call.param('id') })
    const { text, public: isPublic } = await call.body()
    await addNote(
      db,
      call.param('id'),
      { text, public: isPublic ?? false, idempotencyKey: call.idempotencyKey() },
      c.get('platform').clock.now(),
    )
    return { id: call.param('id') }
  },

  'POST /media': async ({ c, idempotencyKey }) => {
    const key = idempotencyKey()
    const db = openRegion(c.get('platform'), senderAccess(c), c.get('site').region.slug)
    const read = (max: number) => readBytes(c.req.raw, max)
    refuseAnnounced(c.req.raw, MAX_PHOTO_BYTES)
    return receivePhoto(c.get('platform'), db, uploaderOf(programOf(c) ?? addressOf(c)), read, () => key)
  },
})

// A key of the jurisdiction that will keep the report files it as that program; any other caller as the public.
function filingAccess(c: Context<AppEnv>, keeper: string): Access {
  const program = programOf(c)
  return program?.jurisdiction === keeper && may(program, 'report') ? program : senderAccess(c)
}

function senderAccess(c: Context<AppEnv>): PublicAccess {
  const program = programOf(c)
  return program === undefined ? publicAccess(c.get('site').region.slug) : asPublic(program)
}
