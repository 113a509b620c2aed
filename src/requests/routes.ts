import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { openRegion, openTenantReader } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import { readPlace } from '../regions/inquiry.ts'
import { spoken } from '../regions/routes.ts'
import type { Door } from '../regions/site.ts'
import type { Alongside } from './alongside.ts'
import { addNote, changeStatus, type EndOnClosing } from './change.ts'
import { writeCursor } from './cursor.ts'
import { alike } from './duplicates.ts'
import { listRequests, publicCase, wholeCase } from './find.ts'
import { listPublicRequests, reportsNearby } from './public-index.ts'
import { noteBody, readBody, readDraft, readIdempotencyKey, readListQuery, statusBody } from './read.ts'
import { statuses } from './schema.ts'
import { assess, submitReport } from './submit.ts'
import { publicView, time, wholeView } from './view.ts'
import { openToChange, openToLook } from './work.ts'

const MAX_JSON_BYTES = 256 * 1024

/**
 * Requests as JSON. `/requests` is the public's: file one, list the public ones, follow one by its number. `/work/…` is
 * for a jurisdiction's own programs, by an API key of scope `work`.
 */
export function requestRoutes(endOnClosing: EndOnClosing, alongside: readonly Alongside[] = []): Hono<Door> {
  const routes = new Hono<Door>()
  routes.use(
    bodyLimit({
      maxSize: MAX_JSON_BYTES,
      onError: () => {
        throw problem('too-large', { detail: 'Send at most 256 KB of JSON.' })
      },
    }),
  )

  routes.post('/requests', async c => {
    const { region, jurisdiction } = c.get('site')
    const access = { kind: 'public', region: region.slug } as const
    const { draft, dryRun } = await readDraft(c)
    const submission = { draft, jurisdiction: jurisdiction?.slug, idempotencyKey: readIdempotencyKey(c) }
    if (dryRun) {
      const { keeper, expectedAt, resolution } = assess(region, submission, c.get('platform').clock.now())
      return c.json({
        dry_run: true,
        jurisdiction: keeper,
        expected_at: time(expectedAt),
        resolution: spoken(resolution, c.get('language')),
      })
    }
    const receipt = await submitReport(c.get('platform'), access, region, submission)
    const { id, expectedAt, resolution } = receipt
    const url = `${c.get('site').origin}${c.get('site').base}/cases/${id}`
    return c.json(
      {
        id,
        url,
        jurisdiction: receipt.jurisdiction,
        expected_at: time(expectedAt),
        resolution: spoken(resolution, c.get('language')),
      },
      201,
    )
  })

  routes.get('/requests', async c => {
    const { region, jurisdiction } = c.get('site')
    const db = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
    const { limit, box, after, services } = readListQuery(c)
    const status = c.req.query('status')
    if (status !== undefined && status !== '' && status !== 'open' && status !== 'closed') {
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
    return c.json({
      requests: rows.map(({ seq, ...row }) => publicView(c.get('site'), row)),
      next: writeCursor(rows, limit),
    })
  })

  routes.get('/nearby', async c => {
    const { region } = c.get('site')
    const { place, faults } = readPlace(
      c.req.query('lat') ?? '',
      c.req.query('long') ?? '',
      region.routing.atlas,
    )
    if (place === null)
      throw problem('invalid-fields', {
        fields: faults.length > 0 ? faults : [{ field: 'lat', code: 'required' }],
      })
    const code = c.req.query('service_code') ?? ''
    if (region.service(code) === undefined) throw problem('unknown-service')
    const db = openRegion(c.get('platform'), { kind: 'public', region: region.slug }, region.slug)
    const rows = await reportsNearby(db, place, alike(region, code), c.get('platform').clock.now())
    return c.json({ requests: rows.map(({ seq, ...row }) => publicView(c.get('site'), row)) })
  })

  routes.get('/requests/:id', async c => {
    const { region, jurisdiction } = c.get('site')
    const number = parseTrackingNumber(c.req.param('id'))
    const keeper = region.documents.jurisdictions.find(({ code }) => code === number?.code)
    if (
      number === undefined ||
      keeper === undefined ||
      (jurisdiction !== undefined && jurisdiction !== keeper)
    )
      throw problem('not-found')
    const db = openTenantReader(
      c.get('platform'),
      { kind: 'public', region: region.slug },
      region.slug,
      keeper.slug,
    )
    const found = await publicCase(db, number.id)
    if (found === undefined) throw problem('not-found')
    return c.json(publicView(c.get('site'), { ...found.request, jurisdiction: keeper.slug }, found))
  })

  routes.get('/work/requests', async c => {
    const db = await openToLook(c)
    const { limit, box, after, services } = readListQuery(c)
    const known = c.req
      .query('status')
      ?.split(',')
      .filter(status => status !== '')
    const wanted = known && v.safeParse(v.array(v.picklist(statuses)), known)
    if (wanted?.success === false)
      throw problem('invalid-fields', { fields: [{ field: 'status', code: 'not-an-option' }] })
    const rows = await listRequests(db, {
      services,
      box,
      after,
      limit,
      onlyPublic: false,
      statuses: wanted?.output,
      words: c.req.query('q')?.slice(0, 200),
    })
    return c.json({
      requests: rows.map(row => wholeView(c.get('site'), db.slug, row)),
      next: writeCursor(rows, limit),
    })
  })

  routes.get('/work/requests/:id', async c => {
    const db = await openToLook(c, { request: c.req.param('id') })
    const id = c.req.param('id')
    const found = await wholeCase(c.get('platform'), db, id, alongside)
    if (found === undefined) throw problem('not-found')
    const added = alongside.map(({ tell }, index) =>
      tell(c.get('site'), db.slug, c.get('language'), found.alongside[index] ?? []),
    )
    return c.json(Object.assign({}, ...added, wholeView(c.get('site'), db.slug, found.request, found)))
  })

  routes.post('/work/requests/:id/status', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { to, reason, text, version } = await readBody(c, statusBody)
    const now = c.get('platform').clock.now()
    const newVersion = await changeStatus(
      db,
      c.req.param('id'),
      { to, reason, text: text ?? '', version, idempotencyKey: readIdempotencyKey(c) },
      now,
      endOnClosing,
    )
    c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return c.json({ id: c.req.param('id'), status: to, version: newVersion })
  })

  routes.post('/work/requests/:id/notes', async c => {
    const db = await openToChange(c, 'change', { request: c.req.param('id') })
    const { text, public: isPublic } = await readBody(c, noteBody)
    await addNote(
      db,
      c.req.param('id'),
      { text, public: isPublic ?? false, idempotencyKey: readIdempotencyKey(c) },
      c.get('platform').clock.now(),
    )
    c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return c.json({ id: c.req.param('id') }, 201)
  })

  return routes
}
