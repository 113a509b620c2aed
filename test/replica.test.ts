import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trackingNumber } from '../src/core/ids.ts'
import { createApp } from '../src/create-app.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { startApp, type TestApp } from './support/app.ts'
import { startServer } from './support/server.ts'
import { type Sqld, startSqld } from './support/sqld.ts'

/* A libSQL server and a real replica of it. */

let primary: Sqld
let replica: Sqld
let app: TestApp

beforeAll(async () => {
  primary = await startSqld({ leads: true })
  replica = await startSqld({ follows: primary.leadsUrl })
  const deadlines = { read: 3_000, write: 6_000 }
  app = await startApp({
    remote: { url: primary.url, adminUrl: primary.adminUrl, replicaUrl: replica.url, deadlines },
  })
})
afterAll(async () => {
  await app.close()
  await replica.stop()
  await primary.stop()
})

const report = {
  service_code: 'pothole',
  lat: 38.6,
  long: -74.3,
  answers: { size: 'large', lane: 'driving' },
}
const file = () =>
  app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(report),
  })
const filed = async () => ((await (await file()).json()) as { id: string }).id
const statusOf = async (path: string) => (await app.request(path)).status

/** The replica follows asynchronously, and starts anew whenever the primary has been away. */
const replicaHas = async (id: string) => {
  const copy = nodePlatform({
    dataDir: app.dataDir,
    remote: { url: replica.url },
    now: app.platform.clock.now,
    environment: {},
    rateLimits: false,
    log: () => {},
  })
  const { request } = createApp(copy)
  for (const path of ['/open311/v2/requests.json', `/cases/${id}`]) {
    const isThere = async () => (await (await request(`http://localhost${path}`)).text()).includes(id)
    await expect.poll(isThere, { timeout: 20_000 }).toBe(true)
  }
  await copy.close()
}

describe('a replica named beside its primary', () => {
  it('never comes between a reporter and their own new case', async () => {
    for (let round = 0; round < 20; round++) {
      const id = await filed()
      expect([await statusOf(`/cases/${id}`), await statusOf(`/api/v1/requests/${id}`)]).toEqual([200, 200])
    }
  })

  it('answers lists and cases while the primary is unavailable; nothing is written, and nobody is told that a case is not there', async () => {
    const { id, jurisdiction } = (await (await file()).json()) as { id: string; jurisdiction: string }
    const key = await app.key(jurisdiction, 'work')
    await app.runJobs()
    await replicaHas(id)
    await primary.kill()
    const page = await app.request('/open311/v2/requests.json')
    expect([page.status, (await page.text()).includes(id)]).toEqual([200, true])
    for (const path of ['/reports', '/api/v1/requests', `/cases/${id}`, `/api/v1/requests/${id}`]) {
      expect([path, await statusOf(path)]).toEqual([path, 200])
    }
    expect((await file()).status).toBe(503)
    expect(await statusOf('/readyz')).toBe(503)
    // The replica may be too old to have it.
    const nobodys = `/api/v1/requests/${trackingNumber(app.platform.random, id.slice(0, 2))}`
    const unknown = await app.request(nobodys)
    expect([unknown.status, unknown.headers.has('retry-after')]).toEqual([503, true])
    const headers = { authorization: `Bearer ${key}` }
    expect((await app.request('/api/v1/work/requests', { headers })).status).toBe(503)

    await primary.start()
    await expect.poll(async () => (await file()).status, { timeout: 20_000 }).toBe(201)
    expect(await statusOf('/readyz')).toBe(200)
    expect(await statusOf(nobodys)).toBe(404)
  })

  it('serves who comes to a process that has never met the primary', async () => {
    const id = await filed()
    await app.runJobs()
    await replicaHas(id)
    await primary.kill()
    const platform = nodePlatform({
      dataDir: app.dataDir,
      remote: { url: primary.url, replicaUrl: replica.url },
      environment: {},
      rateLimits: false,
      log: () => {},
    })
    const { request } = createApp(platform)
    const answers = await Promise.all(
      ['/', '/reports', '/open311/v2/services.json'].map(path => request(`http://localhost${path}`)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    await platform.close()
    await primary.start()
    await expect.poll(() => statusOf(`/cases/${id}`), { timeout: 20_000 }).toBe(200)
  })
})

describe('a replica as DATABASE_URL', () => {
  it('is refused at the start and by /readyz, saying what to set', async () => {
    const remote = { url: replica.url }
    const platform = nodePlatform({ dataDir: app.dataDir, remote, environment: {}, log: () => {} })
    const ready = await createApp(platform).request('http://localhost/readyz')
    expect([ready.status, ready.headers.has('retry-after')]).toEqual([503, true])
    await platform.close()
    const start = startServer({ DATA_DIR: app.dataDir, DATABASE_URL: replica.url })
    await expect(start).rejects.toThrow(/DATABASE_URL leads to a replica/)
  })
})
