import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { contractApp } from './contract/app.ts'
import { everyRoute } from './contract/every-route.ts'
import { startApp, type TestApp } from './support/app.ts'
import { type EntryPoint, entryPoints } from './support/entry-points.ts'
import { jpeg } from './support/photos.ts'
import { type Sqld, startSqld } from './support/sqld.ts'
import { busy, isWrite, lostAnswer, silence, tapWire, type Wire } from './support/wire.ts'

/* A libSQL server that accepts requests but does not respond, or lets writers wait for one another. */

const deadlines = { read: 2_000, write: 2_500 }
let sqld: Sqld
let app: TestApp
let wire: Wire
let key = ''
let keeper = ''

beforeAll(async () => {
  sqld = await startSqld()
  wire = tapWire(sqld.url)
  app = await startApp({ remote: { url: sqld.url, adminUrl: sqld.adminUrl, deadlines } })
  const filed = (await (await entryPoint('the JSON API').send()).json()) as { jurisdiction: string }
  keeper = filed.jurisdiction
  key = await app.key(keeper)
})
afterEach(() => {
  sqld.goOn()
  for (const label of labels()) wire.put(label, undefined)
})
afterAll(async () => {
  wire.restore()
  await app.close()
  await sqld.stop()
})

const labelOf = (slug: string) => `${app.region.slug}--${slug}`
const labels = () => [
  'directory',
  app.region.slug,
  ...app.region.documents.jurisdictions.map(({ slug }) => labelOf(slug)),
]
const allEntryPoints = entryPoints(
  () => app,
  () => key,
)
const names = allEntryPoints.map(({ name }) => name)
const entryPoint = (name: string) => allEntryPoints.find(each => each.name === name) as EntryPoint
const stored = async (description: string) => {
  const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, app.region.slug, keeper)
  return (await db.rows<{ id: string }>(sql`SELECT id FROM request WHERE description = ${description}`)).map(
    ({ id }) => id,
  )
}
/** Waits until the app has noticed that the databases respond again. */
async function recovered() {
  await expect.poll(async () => (await app.request('/readyz')).status, { timeout: 20_000 }).toBe(200)
  const filed = async () => (await entryPoint('the JSON API').send()).status
  await expect.poll(filed, { timeout: 20_000 }).toBe(201)
  await expect.poll(async () => (await app.request('/reports')).status, { timeout: 20_000 }).toBe(200)
}
const keyFor = (name: string) => name.toUpperCase().replaceAll(' ', '')

describe('while the server does not answer', () => {
  it('every route says so in time and when to come again, and what needs no database is served', async () => {
    const asked = await everyRoute(contractApp({ ...app, key: app.key }), app.platform)
    sqld.stall()
    const outcomes = await Promise.all(
      asked.map(async ({ name, path, init }) => {
        const { status, headers } = await app.request(path, init?.())
        return { name, status, after: Number(headers.get('retry-after')) }
      }),
    )
    expect((await app.request('/healthz')).status).toBe(200)
    sqld.goOn()
    await recovered()
    const failed = outcomes.filter(({ status }) => status >= 500)
    expect(failed.filter(({ status, after }) => status !== 503 || !(after > 0))).toEqual([])
    const served = outcomes.filter(({ status }) => status < 500).map(({ name }) => name.split('?')[0])
    expect(served).toEqual([
      'GET /',
      'GET /report',
      'GET /report/pothole/details',
      'GET /sign-in',
      'GET /account/sign-in',
      'GET /api/v1/route',
      'GET /open311/v2/services.json',
    ])
  })

  it.each(names)('%s is sent again with its key: one report, whose number is the first’s', async name => {
    await recovered()
    const { send } = entryPoint(name)
    const description = `A hole that ${name} reports`
    const headers = { 'idempotency-key': `SENT${keyFor(name)}` }
    await send({ description: 'To be asked anew' })
    sqld.stall()
    const unanswered = await send({ description }, headers)
    expect([unanswered.status, Number(unanswered.headers.get('retry-after')) > 0]).toEqual([503, true])
    if (name === 'the form') {
      const page = await unanswered.text()
      expect(page).toContain(`value="${headers['idempotency-key']}"`)
      expect(page).toContain(description)
    }
    sqld.goOn()
    const statuses: number[] = []
    await expect
      .poll(
        async () => {
          statuses.push((await send({ description }, headers)).status)
          return statuses.at(-1)
        },
        { timeout: 20_000 },
      )
      .toBeLessThan(400)
    expect(statuses.slice(0, -1).every(status => status === 503)).toBe(true)
    expect(await stored(description)).toHaveLength(1)
  })
})

describe('when an answer is lost', () => {
  it.each(names)(
    '%s is sent again with its key and its photo: the number is that of what was stored',
    async name => {
      await recovered()
      const { send } = entryPoint(name)
      const description = `A lost hole that ${name} reports`
      const headers = { 'idempotency-key': `LOST${keyFor(name)}` }
      const photo = new File([jpeg()], 'hole.jpg', { type: 'image/jpeg' })
      wire.put(labelOf(keeper), async (request, pass) =>
        (await isWrite(request)) ? lostAnswer(request, pass) : pass(),
      )
      expect((await send({ description, photo }, headers)).status).toBe(503)
      const [number] = await stored(description)
      expect(number).toBeDefined()
      wire.put(labelOf(keeper), undefined)
      await expect
        .poll(async () => (await send({ description, photo }, headers)).status, { timeout: 20_000 })
        .toBeLessThan(400)
      const again = await send({ description, photo }, headers)
      expect(`${again.headers.get('location')} ${await again.text()}`).toContain(number)
      expect(await stored(description)).toEqual([number])
    },
  )
})

describe('one database that does not answer', () => {
  it('holds up no other, is named in the log, and is asked by one caller at a time until it answers', async () => {
    await recovered()
    const other = app.region.documents.jurisdictions.find(({ slug }) => slug !== keeper)?.slug
    const listOf = (slug: string | undefined) => `/open311/v2/requests.json?jurisdiction_id=${slug}`
    await app.request(listOf(keeper))
    wire.put(labelOf(keeper), silence)
    app.logged.length = 0
    expect((await app.request(listOf(keeper))).status).toBe(503)
    const fields = { database: labelOf(keeper), operation: 'read' }
    expect(app.logged).toContainEqual({
      level: 'error',
      event: 'database-unavailable',
      fields: expect.objectContaining(fields),
    })
    expect(app.logged).toContainEqual({ level: 'warn', event: 'database-call-failed', fields })

    const before = wire.asked(labelOf(keeper))
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.request(listOf(keeper))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    expect(wire.asked(labelOf(keeper)) - before).toBeLessThanOrEqual(1)
    expect((await app.request(listOf(other))).status).toBe(200)

    wire.put(labelOf(keeper), undefined)
    await recovered()
  })

  it('is given up in time even if the connection does not notice', async () => {
    await recovered()
    wire.put(labelOf(keeper), () => new Promise(() => {}))
    const list = `/open311/v2/requests.json?jurisdiction_id=${keeper}`
    expect((await app.request(list)).status).toBe(503)
    wire.put(labelOf(keeper), undefined)
    await recovered()
  })

  it('keeps its jobs, which are done when it answers again', async () => {
    await recovered()
    const description = 'A hole for the list'
    await entryPoint('the JSON API').send({ description })
    wire.put(labelOf(keeper), silence)
    await expect(app.runJobs()).rejects.toMatchObject({ slug: 'database-unavailable' })
    wire.put(labelOf(keeper), undefined)
    // A write whose response was lost may have taken effect: its lease ends within half a minute.
    app.advance(31_000)
    await expect
      .poll(
        async () => {
          await app.runJobs().catch(() => undefined)
          return (await app.request('/api/v1/requests?limit=200')).text()
        },
        { timeout: 20_000 },
      )
      .toContain(description)
  })
})

describe('writers of one database', () => {
  it('take turns', async () => {
    await recovered()
    let [now, most] = [0, 0]
    wire.put(labelOf(keeper), async (request, pass) => {
      const counts = await isWrite(request)
      if (counts) most = Math.max(most, ++now)
      try {
        return await pass()
      } finally {
        if (counts) now--
      }
    })
    const { send } = entryPoint('the JSON API')
    const answers = await Promise.all(Array.from({ length: 8 }, () => send()))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect(most).toBe(1)
  })

  it('try again while the server says that another has it, and say when to come again where that goes on', async () => {
    await recovered()
    let refusals = 3
    wire.put(labelOf(keeper), async (request, pass) =>
      refusals > 0 && (await isWrite(request)) && refusals-- ? busy(request) : pass(),
    )
    const { send } = entryPoint('the JSON API')
    expect((await send({ description: 'A hole in turn' })).status).toBe(201)
    expect(await stored('A hole in turn')).toHaveLength(1)
    refusals = Infinity
    const refused = await send({ description: 'A hole out of turn' })
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true])
    // It has responded, so it is not avoided: the next request is sent at once.
    refusals = 0
    expect((await send()).status).toBe(201)
    expect(await stored('A hole out of turn')).toEqual([])
  })

  it('in two processes, sixteen in each, are all answered', async () => {
    await recovered()
    const remote = { url: sqld.url, adminUrl: sqld.adminUrl, deadlines: { read: 30_000, write: 30_000 } }
    const platforms = [1, 2].map(() =>
      nodePlatform({ dataDir: app.dataDir, remote, rateLimits: false, environment: {}, log: () => {} }),
    )
    const apps = platforms.map(createApp)
    for (const { request } of apps) expect((await request('http://localhost/reports')).status).toBe(200)
    const report = {
      service_code: 'pothole',
      lat: 38.6,
      long: -74.3,
      answers: { size: 'large', lane: 'driving' },
    }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', body: JSON.stringify(report), headers }
    const sixteen = Array.from({ length: 16 })
    const answers = await Promise.all(
      apps.flatMap(({ request }) => sixteen.map(() => request('http://localhost/api/v1/requests', init))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(32).fill(201))
    for (const platform of platforms) await platform.close()
  })
})
