import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { openRegion, openTenant, openTenantReader, type TenantDb } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import { type PresentedKey, readKey, verifyKey } from '../people/keys.ts'
import { readPlace } from '../regions/inquiry.ts'
import { spoken } from '../regions/routes.ts'
import type { Door } from '../regions/site.ts'
import { addNote, changeStatus } from './change.ts'
import { writeCursor } from './cursor.ts'
import { listRequests, publicCase, wholeCase } from './find.ts'
import { listPublicRequests, reportsNearby } from './public-index.ts'
import { noteBody, readBody, readDraft, readIdempotencyKey, readListQuery, statusBody } from './read.ts'
import { statuses } from './schema.ts'
import { submitReport } from './submit.ts'
import { publicView, wholeView } from './view.ts'

const MAX_JSON_BYTES = 256 * 1024

/**
 * Requests as JSON. `/requests` is the public's: file one, list the public ones, follow one by its number. `/work/…` is
 * for a jurisdiction's own programs, by an API key of scope `work`.
 */
export function requestRoutes(): Hono<Door> {
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
    const draft = await readDraft(c)
    const receipt = await submitReport(c.get('platform'), access, region, {
      draft,
      jurisdiction: jurisdiction?.slug,
      idempotencyKey: readIdempotencyKey(c),
    })
    const { id, expectedAt, resolution } = receipt
    const url = `${c.get('site').origin}${c.get('site').base}/cases/${id}`
    const expected = expectedAt === null ? null : new Date(expectedAt).toISOString()
    return c.json(
      {
        id,
        url,
        jurisdiction: receipt.jurisdiction,
        expected_at: expected,
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
    const rows = await reportsNearby(db, place, [code], c.get('platform').clock.now())
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
    const { db } = await openForWork(c)
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
    const { db } = await openForWork(c)
    const found = await wholeCase(db, c.req.param('id'))
    if (found === undefined) throw problem('not-found')
    return c.json(wholeView(c.get('site'), db.slug, found.request, found))
  })

  routes.post('/work/requests/:id/status', async c => {
    const { db, key } = await openForWork(c)
    const { to, reason, text, version } = await readBody(c, statusBody)
    const now = c.get('platform').clock.now()
    const newVersion = await changeStatus(
      db,
      c.req.param('id'),
      { to, reason, text: text ?? '', version, key, idempotencyKey: readIdempotencyKey(c) },
      now,
    )
    c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return c.json({ id: c.req.param('id'), status: to, version: newVersion })
  })

  routes.post('/work/requests/:id/notes', async c => {
    const { db, key } = await openForWork(c)
    const { text, public: isPublic } = await readBody(c, noteBody)
    await addNote(
      db,
      c.req.param('id'),
      { text, public: isPublic ?? false, key, idempotencyKey: readIdempotencyKey(c) },
      c.get('platform').clock.now(),
    )
    c.get('platform').wake({ kind: 'tenant', region: db.region, slug: db.slug })
    return c.json({ id: c.req.param('id') }, 201)
  })

  return routes
}

/** The database of the key's own jurisdiction. Throws `key-refused`. */
async function openForWork(c: Context<Door>): Promise<{ db: TenantDb; key: PresentedKey }> {
  const { region } = c.get('site')
  const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  const key = readKey(bearer, 'work')
  if (key === undefined || region.jurisdiction(key.jurisdiction) === undefined) throw problem('key-refused')
  const access = {
    kind: 'key',
    region: region.slug,
    jurisdiction: key.jurisdiction,
    keyId: key.id,
    scope: 'work',
  } as const
  const db = openTenant(c.get('platform'), access, region.slug, key.jurisdiction)
  await verifyKey(db, key)
  return { db, key }
}
