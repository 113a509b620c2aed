import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { at, photonAnswer, queryOf, sendJson } from './support/geocoder-answers.ts'
import { serveHttp, type TestServer } from './support/http.ts'
import { lakeDocuments } from './support/lake.ts'

/* The place search of a region that names a geocoder. */

let app: TestApp
let server: TestServer
let asked: string[]

beforeAll(async () => {
  server = await serveHttp((request: IncomingMessage, response) => {
    asked.push(queryOf(request).pathname)
    sendJson(response, photonAnswer)
  })
  const documents = lakeDocuments()
  const geocoders = [{ kind: 'photon', url: server.url, attribution: 'Data of photon' }] as const
  app = await startApp({
    documents: { ...documents, region: { ...documents.region, geocoders: [...geocoders] } },
    slug: 'lake',
    outboundAllow: [server.host],
  })
})
afterAll(async () => {
  await app.close()
  await server.close()
})
beforeEach(() => {
  asked = []
})

async function search(query: Readonly<Record<string, string>>) {
  const answer = await app.request(`/r/lake/api/v1/places?${new URLSearchParams(query)}`)
  return ((await answer.json()) as { places: Record<string, unknown>[] }).places
}

describe('a geocoder beside the region’s own places', () => {
  it('finds what the region has not, with its attribution', async () => {
    const [place] = await search({ q: '2230 Mill Road, West' })
    expect(place).toMatchObject({ ...at, kind: 'address', attribution: 'Data of photon' })
    const page = await app.request('/r/lake/report/pothole?q=2230+Mill+Road,+West')
    expect(await page.text()).toContain('Data of photon')
  })

  it('is not asked for what the region has itself', async () => {
    expect((await search({ q: 'Oak Street' }))[0]?.label).toMatch(/^Oak Street/)
    expect(asked).toEqual([])
  })

  it('names a position where nothing of the region’s own is near', async () => {
    const [place] = await search({ lat: String(at.lat), long: String(at.long) })
    expect(place?.label).toMatch(/Mill Road/)
  })
})
