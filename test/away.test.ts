import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { type Sqld, startSqld } from './support/sqld.ts'

/* A libSQL server over HTTP, as Workers and clusters use it, that becomes unavailable and comes back. */

let sqld: Sqld
let app: TestApp
let roundTrips = 0
const realFetch = globalThis.fetch

beforeAll(async () => {
  sqld = await startSqld()
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (url.startsWith(sqld.url)) roundTrips++
    return realFetch(input, init)
  }
  app = await startApp({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
})
afterAll(async () => {
  globalThis.fetch = realFetch
  await app.close()
  await sqld.stop()
})

const [place, answers] = [
  () => {
    const [long, lat] = app.region.documents.region.map.center
    return { lat, long }
  },
  () => {
    const required = app.region
      .service('pothole')
      ?.questions?.filter(({ required, type }) => required && type !== 'notice')
    return Object.fromEntries((required ?? []).map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  },
]
const body = () =>
  JSON.stringify({ service_code: 'pothole', ...place(), description: 'a hole', answers: answers() })
const file = (headers: Record<string, string> = {}) =>
  app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body(),
  })
const tripsOf = async (work: () => Promise<Response>) => {
  await work()
  const before = roundTrips
  const answer = await work()
  expect(answer.status).toBeLessThan(300)
  return roundTrips - before
}

describe('one round trip, counted at the port, is what it takes', () => {
  it('to file a report', async () => {
    expect(await tripsOf(() => file())).toBe(1)
  })

  it('to file one by GeoReport with its key', async () => {
    const filed = (await (await file()).json()) as { jurisdiction: string }
    const key = await app.key(filed.jurisdiction)
    const form = new URLSearchParams({
      jurisdiction_id: filed.jurisdiction,
      api_key: key,
      service_code: 'pothole',
      lat: String(place().lat),
      long: String(place().long),
      description: 'a hole',
      ...Object.fromEntries(Object.entries(answers()).map(([code, value]) => [`attribute[${code}]`, value])),
    })
    expect(
      await tripsOf(() => app.request('/open311/v2/requests.json', { method: 'POST', body: form })),
    ).toBe(1)
  })

  it('to follow one', async () => {
    const { id } = (await (await file()).json()) as { id: string }
    expect(await tripsOf(() => app.request(`/api/v1/requests/${id}`))).toBe(1)
    expect(await tripsOf(() => app.request(`/cases/${id}`))).toBe(1)
  })

  it('to list them', async () => {
    const { jurisdiction } = (await (await file()).json()) as { jurisdiction: string }
    expect(await tripsOf(() => app.request('/api/v1/requests'))).toBe(1)
    expect(
      await tripsOf(() => app.request(`/open311/v2/requests.json?jurisdiction_id=${jurisdiction}`)),
    ).toBe(1)
  })
})

describe('while the databases are unavailable', () => {
  it('a report is answered 503 with when to come back, reads say so, and afterwards it is filed once', async () => {
    const { id } = (await (await file()).json()) as { id: string }
    await sqld.kill()
    const headers = { 'idempotency-key': 'sent-again' }
    const refused = await file(headers)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    for (const path of [
      `/api/v1/requests/${id}`,
      '/api/v1/requests',
      '/open311/v2/requests.json',
      `/cases/${id}`,
    ]) {
      const answer = await app.request(path)
      expect([path, answer.status]).toEqual([path, 503])
      expect(await answer.text()).not.toMatch(/fetch failed|ECONNREFUSED|sqld|SELECT/)
    }
    // What is cached still answers: which agency is responsible and whom to call.
    expect((await app.request('/api/v1/route?service_code=pothole&lat=38.6&long=-74.3')).status).toBe(200)
    expect((await app.request('/open311/v2/services.json')).status).toBe(200)
    expect((await app.request('/healthz')).status).toBe(200)
    expect((await app.request('/readyz')).status).toBe(503)

    await sqld.start()
    const [first, second] = [await file(headers), await file(headers)]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(((await first.json()) as { id: string }).id).toBe(((await second.json()) as { id: string }).id)
    expect((await app.request(`/api/v1/requests/${id}`)).status).toBe(200)
  })
})
