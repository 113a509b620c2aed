import type { KVNamespace } from '@cloudflare/workers-types'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Env } from '../../src/platform/workers.ts'
import { type Instead, tapWire } from '../support/wire.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

/* What an isolate knows that starts while its databases are away: what others have kept for it. */

const wire = tapWire(workerEnv.DATABASE_URL)
afterAll(() => wire.restore())

const namespace = workerEnv.SNAPSHOTS as KVNamespace
const labels = ['directory', 'ellery']
const refused: Instead = () => Promise.reject(new TypeError('connection refused'))
const takeAway = (slugs: readonly string[]) => {
  for (const label of [...labels, ...slugs.map(slug => `ellery--${slug}`)]) wire.put(label, refused)
}
let away: readonly string[] = []
afterEach(() => {
  for (const label of [...labels, ...away.map(slug => `ellery--${slug}`)]) wire.put(label, undefined)
})

/** Another platform has caches of its own, as an isolate that has just started. */
const newIsolate = (kept: Partial<Env> = {}): Env => ({ ...workerEnv, DATABASE_TIMEOUT: '2', ...kept })

const ways = [
  ['KV', {}],
  ['the cache', { SNAPSHOTS: undefined }],
] as const

describe.each(ways)('kept in %s', (_, kept) => {
  it('pages and lists of services are served, and a report is refused until the database is back', async () => {
    const warm = newIsolate(kept as Partial<Env>)
    const app = await startInWorkerd(warm)
    away = app.jurisdictions
    const cold = newIsolate(kept as Partial<Env>)
    takeAway(away)
    const status = async (path: string) => (await request(path, undefined, cold)).status
    // It is kept in the background, after the first answer.
    await expect.poll(() => status('/report'), { timeout: 20_000 }).toBe(200)
    const paths = ['/', '/report/pothole', '/jurisdictions', '/open311/v2/services.json', '/api/v1/services']
    for (const path of paths) expect([path, await status(path)]).toEqual([path, 200])
    const send = () =>
      request(
        '/api/v1/requests',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            service_code: 'pothole',
            ...app.place,
            answers: app.answersFor('pothole'),
          }),
        },
        cold,
      )
    const answer = await send()
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ type: expect.stringContaining('database-unavailable') })
    for (const label of [...labels, ...away.map(slug => `ellery--${slug}`)]) wire.put(label, undefined)
    await expect.poll(async () => (await send()).status, { timeout: 20_000 }).toBe(201)
  })
})

const REGION = 'region/ellery'

async function keptEntry(): Promise<{ hash: string; keptAt: number; value: { version: number } }> {
  await request('/report', undefined, newIsolate())
  await expect.poll(() => namespace.get(REGION), { timeout: 20_000 }).not.toBeNull()
  return JSON.parse((await namespace.get(REGION)) ?? '')
}

it('what was changed in the store, or is older than a week, is not served', async () => {
  const entry = await keptEntry()
  const wrong = [
    { ...entry, value: { ...entry.value, version: entry.value.version + 1 } },
    { ...entry, keptAt: entry.keptAt - 8 * 86_400_000 },
  ]
  takeAway([])
  for (const one of wrong) {
    await namespace.put(REGION, JSON.stringify(one))
    expect((await request('/report', undefined, newIsolate())).status).toBe(503)
  }
  await namespace.put(REGION, JSON.stringify(entry))
  expect((await request('/report', undefined, newIsolate())).status).toBe(200)
})

it('an isolate that has read its database never asks the store', async () => {
  const entry = await keptEntry()
  const warm = newIsolate()
  expect((await request('/report', undefined, warm)).status).toBe(200)
  await namespace.put(REGION, 'damaged')
  takeAway([])
  for (let asked = 0; asked < 3; asked++) {
    expect((await request('/report', undefined, warm)).status).toBe(200)
  }
  await namespace.put(REGION, JSON.stringify(entry))
})

it('a worker that was uploaded without its settings says so, and not more', async () => {
  const answer = await request('/', undefined, { ...workerEnv, DATABASE_URL: '' })
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await answer.text()).toContain('not set up yet')
})
