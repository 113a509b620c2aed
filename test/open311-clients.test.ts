import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { hollis, pothole, xml } from './support/open311.ts'

/*
 * Existing programs against a real server: one runs as published; for the others, each request is made as their
 * code makes it.
 */

let app: TestApp
let server: ReturnType<typeof serve>
let origin: string
let key: string
beforeAll(async () => {
  app = await startApp()
  key = await app.key('hollis')
  server = serve({ port: 0, fetch: request => app.request(request.url, request) })
  await new Promise(resolve => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await new Promise(resolve => server.close(resolve))
  await app.close()
})

type Reply = Record<string, unknown>
interface Open311Client {
  endpoint: string
  format: string
  serviceDiscovery(options: object, done: (error: unknown, data: Reply) => void): void
  serviceList(done: (error: unknown, data: Reply[]) => void): void
  serviceDefinition(code: string, done: (error: unknown, data: { attributes: Reply[] }) => void): void
  submitRequest(data: object, done: (error: unknown, data: Reply[]) => void): void
  serviceRequests(id: string | string[], params: object, done: (error: unknown, data: Reply[]) => void): void
  token(token: string, done: (error: unknown, data: string) => void): void
}

/** The package as published; only dependencies that npm can no longer fetch or build are replaced. */
function published(): (new (options: object) => Open311Client) | undefined {
  try {
    return createRequire(import.meta.url)('open311')
  } catch {
    return undefined
  }
}
const Open311 = published()

function call<T>(run: (done: (error: unknown, data: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    run((error, data) => (error ? reject(new Error(`${error}: ${data}`)) : resolve(data))),
  )
}

describe.skipIf(Open311 === undefined).each(['json', 'xml'])(
  'npm open311 0.0.12, unmodified, in %s',
  format => {
    const client = (jurisdiction?: string) => {
      if (Open311 === undefined) throw new Error('the package open311 is not installed')
      return new Open311({ endpoint: `${origin}/open311/v2/`, jurisdiction, apiKey: key, format })
    }

    test('discovers the endpoint', async () => {
      if (Open311 === undefined) throw new Error('the package open311 is not installed')
      const finder = new Open311({ discovery: `${origin}/open311/discovery.${format}` })
      await call(done => finder.serviceDiscovery({ cache: true }, done))
      expect(finder.endpoint).toBe(`${origin}/open311/v2/`)
    })

    test('lists services, and reads a definition', async () => {
      const services = await call<Reply[]>(done => client('hollis').serviceList(done))
      expect(services.map(({ service_code }) => service_code)).toContain('pothole')
      const { attributes } = await call<{ attributes: Reply[] }>(done =>
        client().serviceDefinition('pothole', done),
      )
      expect(attributes[0]).toMatchObject({ code: 'size', required: true, datatype: 'singlevaluelist' })
    })

    test('submits a request and follows it', async () => {
      const report = {
        service_code: 'pothole',
        lat: 38.6,
        long: -74.3,
        description: 'Deep & wide <hole>',
        attributes: { size: 'large', lane: 'driving' },
      }
      const [receipt] = await call<Reply[]>(done => client('hollis').submitRequest(report, done))
      const id = String(receipt?.service_request_id)
      expect(id).toMatch(/^HO-/)
      const [request] = await call<Reply[]>(done => client().serviceRequests(id, {}, done))
      expect(request).toMatchObject({
        service_request_id: id,
        status: 'open',
        description: report.description,
        lat: 38.6,
      })
      expect(request?.requested_datetime).toEqual(new Date('2026-08-12T16:00:00Z'))
      const listed = await call<Reply[]>(done => client('hollis').serviceRequests([id, 'HO-1'], {}, done))
      expect(listed.map(({ service_request_id }) => service_request_id)).toEqual([id])
    })

    test('hears why a report is refused', async () => {
      const refused = call<Reply[]>(done =>
        client('hollis').submitRequest({ service_code: 'pothole', lat: 38.6 }, done),
      )
      await expect(refused).rejects.toThrow(/400.*long/s)
      await expect(call<string>(done => client().token('12345', done))).rejects.toThrow(/404/)
    })
  },
)

/** As mysociety/fixmystreet perllib/Open311.pm does: `jurisdiction_id` and `api_key` in the form, XML back. */
describe('FixMyStreet', () => {
  const send = (fields: [string, string][]) =>
    fetch(`${origin}/open311/v2/requests.xml`, { method: 'POST', body: new URLSearchParams(fields) })
  const report: [string, string][] = [
    ['description', 'Large hole\n\nOutside the library\n\nhttps://fixmystreet.example/report/1\n'],
    ['service_code', 'pothole'],
    ['first_name', 'Ann'],
    ['last_name', ''],
    ['email', 'ann@example.org'],
    ['attribute[size]', 'large'],
    ['attribute[lane]', 'driving'],
    ['attribute[fixmystreet_id]', '1'],
    ['media_url', 'https://fixmystreet.example/photo/1.0.full.jpeg'],
    ['media_url', 'https://fixmystreet.example/photo/1.1.full.jpeg'],
    ['jurisdiction_id', 'hollis'],
  ]

  test('sends a report with its map pin, its photos and attributes of its own', async () => {
    const place = Object.entries(hollis) as [string, string][]
    const answer = await send([...report, ...place, ['api_key', key]])
    const { request } = xml(await answer.text()).service_requests
    expect([answer.status, request.service_request_id]).toEqual([200, expect.stringMatching(/^HO-/)])
    const update = await fetch(
      `${origin}/open311/v2/requests.xml?jurisdiction_id=hollis&service_request_id=${request.service_request_id}`,
    )
    expect(xml(await update.text()).service_requests.request).toMatchObject({
      status: 'open',
      media_url: 'https://fixmystreet.example/photo/1.0.full.jpeg',
    })
  })

  test('sends a report without a pin: a postcode, or #NOTPINPOINTED#', async () => {
    for (const [name, value] of [
      ['address_string', '08204'],
      ['address_id', '#NOTPINPOINTED#'],
    ] as const) {
      expect((await send([...report, [name, value], ['api_key', key]])).status).toBe(200)
    }
  })

  test('reads code and description of each error', async () => {
    const answer = await send([...report, ['api_key', 'wrong']])
    expect(answer.status).toBe(403)
    expect(xml(await answer.text()).errors.error).toMatchObject({
      code: '403',
      description: expect.any(String),
    })
  })
})

/** As codeforamerica/three three/core.py does: every argument as a field, a photo as the part `media`. */
describe('three', () => {
  test('finds the discovery document beside the endpoint', async () => {
    expect((await (await fetch(`${origin}/open311/v2/discovery.json`)).json()).endpoints).toBeInstanceOf(
      Array,
    )
  })

  test('asks for a service’s requests between two days, so many of them', async () => {
    const query =
      'service_code=pothole&page_size=10&start_date=2026-08-01T00%3A00%3A00Z&end_date=2026-08-12T00%3A00%3A00Z&jurisdiction_id=hollis'
    expect(await (await fetch(`${origin}/open311/v2/requests.json?${query}`)).json()).toBeInstanceOf(Array)
  })

  test('posts with a photo', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const body = new FormData()
    const fields = {
      ...pothole,
      ...hollis,
      address_string: '1 Elm Street',
      first_name: 'Zach',
      last_name: 'W',
      api_key: key,
    }
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    body.append('media', new File([Uint8Array.from(atob(png), one => one.charCodeAt(0))], 'photo.png'))
    const answer = await fetch(`${origin}/open311/v2/requests.json`, { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([
      200,
      [expect.objectContaining({ service_request_id: expect.any(String) })],
    ])
  })
})

/** As fgregg/chicagorequests chicagorequests/__init__.py does: a day at a time, pages of 128 until one is empty. */
test('chicagorequests takes every page of a day', async () => {
  const page = async (number: number) => {
    const query = new URLSearchParams({
      extensions: 'true',
      service_code: 'pothole',
      start_date: '2026-08-12T00:00:00-04:00',
      end_date: '2026-08-12T23:59:59.999999-04:00',
      page: String(number),
      page_size: '128',
    })
    return (await fetch(`${origin}/j/hollis/open311/v2/requests.json?${query}`)).json()
  }
  expect(await page(1)).toContainEqual(expect.objectContaining({ extended_attributes: expect.anything() }))
  expect(await page(2)).toEqual([])
})

/**
 * As codeforamerica/open311 (Ruby) does: Faraday nests lists as `attribute[code][]`, and reads
 * `services.service`.
 */
test('the Ruby gem’s nested lists arrive', async () => {
  const transit = await app.key('ellery-transit')
  const fields = `service_code=bus-stop&lat=38.592348&long=-74.243556&api_key=${transit}&attribute%5Btrouble%5D%5B%5D=glass&attribute%5Btrouble%5D%5B%5D=dark`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await fetch(`${origin}/open311/v2/requests.xml`, { method: 'POST', body: fields, headers })
  expect([answer.status, xml(await answer.text()).service_requests.request.service_request_id]).toEqual([
    200,
    expect.any(String),
  ])
})

describe('over a real connection', () => {
  const chunked = (bytes: number) =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 65_536) controller.enqueue(new Uint8Array(65_536).fill(0x61))
        controller.close()
      },
    })

  test.each(['announced', 'unannounced'])(
    '10 MB of text, its length %s, is answered with 413',
    async kind => {
      const body = kind === 'announced' ? 'a'.repeat(10_000_000) : chunked(10_000_000)
      const init = {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }
      const answer = await fetch(`${origin}/open311/v2/requests.json`, init as RequestInit)
      expect([answer.status, (await answer.json())[0].code]).toEqual([413, 413])
      expect((await fetch(`${origin}/open311/v2/services.json`)).status).toBe(200)
    },
  )
})
