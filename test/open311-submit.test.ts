import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant, openTenantReader } from '../src/core/database/handles.ts'
import { wholeCase } from '../src/requests/list/find.ts'
import { startApp, type TestApp } from './support/app.ts'
import { errors, hollis, items, onRoadOf, portEllery, post, pothole, xml } from './support/open311.ts'

let app: TestApp
let hollisKey: string
let countyKey: string
beforeAll(async () => {
  app = await startApp()
  hollisKey = await app.key('hollis')
  countyKey = await app.key('ellery-county')
})
afterAll(() => app.close())

const shared = '/open311/v2/requests.json'
const own = '/j/hollis/open311/v2/requests.json'

async function filed(fields: Record<string, string>, path = shared) {
  const [receipt] = await items(post(app, path, { api_key: hollisKey, ...pothole, ...hollis, ...fields }))
  return { id: String(receipt?.service_request_id), receipt }
}

async function shown(id: string) {
  const [request] = await items(app.request(`/open311/v2/requests/${id}.json`))
  return request
}

const row = (jurisdiction: string, query: ReturnType<typeof sql>) =>
  openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', jurisdiction).rows<
    Record<string, unknown>
  >(query)
const countIn = async (jurisdiction: string) =>
  (await row(jurisdiction, sql`SELECT count(*) AS n FROM request`))[0]?.n

describe('POST requests', () => {
  test('answers 200 with one request: its number, who handles it and why', async () => {
    const { receipt } = await filed({ account_id: 'a-1' })
    expect(receipt).toEqual({
      service_request_id: expect.stringMatching(/^HO-[2-9A-Z]{5}-[2-9A-Z]{5}$/),
      service_notice: 'The location is in City of Hollis, so City of Hollis is responsible.',
      account_id: 'a-1',
    })
  })

  test('a vertical tab is a line break, in one line a space; other control characters are dropped', async () => {
    const { id } = await filed({ description: 'x\u000by\u0000\u0007', first_name: 'Ada\u000bLovelace' })
    expect((await shown(id))?.description).toBe('x\ny')
    const body = new FormData()
    const fields = { api_key: hollisKey, ...pothole, ...hollis, description: 'x\u000by\u0000' }
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    const [receipt] = await items(app.request(shared, { method: 'POST', body }))
    expect((await shown(String(receipt?.service_request_id)))?.description).toBe('x\ny')
    const query = new URLSearchParams({ service_request_id: `${id}\u0000` })
    expect(await items(app.request(`/open311/v2/requests.json?${query}`))).toHaveLength(1)
  })

  test('a phone number is kept as it is dialled, an email address without what was copied along', async () => {
    const kept = async (fields: Record<string, string>) => {
      const { id } = await filed(fields)
      const db = openTenantReader(app.platform, { kind: 'system', reason: 'test' }, app.region.slug, 'hollis')
      return (await wholeCase(app.platform, db, id))?.contact
    }
    expect(await kept({ phone: '+44 (0)7700 900123' })).toMatchObject({ phone: '+447700900123' })
    expect(await kept({ phone: '\u202a(555) 010-0123\u202c' })).toMatchObject({ phone: '+15550100123' })
    expect(await kept({ email: '\u202eada@mail.example. ' })).toMatchObject({ email: 'ada@mail.example' })
  })

  test('answers in XML with the same elements', async () => {
    const answer = await post(app, '/open311/v2/requests.xml', { api_key: hollisKey, ...pothole, ...hollis })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    const { request } = xml(await answer.text()).service_requests
    expect(Object.keys(request)).toEqual(['service_request_id', 'service_notice', 'account_id'])
  })

  test('what was sent is what is shown, but for what says who reported it', async () => {
    const { id } = await filed({
      address_string: '12 Elm Street',
      address_id: '545483',
      zipcode: '08204',
      description: 'Deep.\r\nWet.',
      media_url: 'https://photos.example/1.jpg',
      email: 'ann@example.org',
      first_name: 'Ann',
      last_name: 'Reporter',
      phone: '555 0199',
      device_id: 'd-1',
    })
    const request = await shown(id)
    expect(request).toEqual({
      service_request_id: id,
      status: 'open',
      status_notes: null,
      service_name: 'Pothole',
      service_code: 'pothole',
      description: 'Deep.\r\nWet.',
      agency_responsible: 'City of Hollis',
      service_notice: 'The location is in City of Hollis, so City of Hollis is responsible.',
      requested_datetime: '2026-08-12T16:00:00Z',
      updated_datetime: '2026-08-12T16:00:00Z',
      expected_datetime: expect.stringMatching(/^2026-08-\d\dT\d\d:\d\d:\d\dZ$/),
      address: '12 Elm Street',
      address_id: '545483',
      zipcode: '08204',
      lat: 38.6,
      long: -74.3,
      media_url: 'https://photos.example/1.jpg',
    })
    const everything = await (await app.request(`/open311/v2/requests/${id}.json?extensions=true`)).text()
    for (const secret of ['ann@example.org', 'Ann', 'Reporter', '0199', 'd-1'])
      expect(everything).not.toContain(secret)
    const db = openTenantReader(app.platform, { kind: 'system', reason: 'test' }, app.region.slug, 'hollis')
    const kept = (await wholeCase(app.platform, db, id))?.contact
    expect(kept).toMatchObject({
      firstName: 'Ann',
      email: 'ann@example.org',
      phone: '555 0199',
      deviceId: 'd-1',
    })
  })

  test.each(['a & b <i>c</i> ]]> 🕳️', 'line\r\nline\nline\rline', '"quoted" \'both\'', '&#13;'])(
    'any text survives in both formats: %j',
    async description => {
      const { id } = await filed({ description })
      expect((await shown(id))?.description).toBe(description)
      const answer = await app.request(`/open311/v2/requests/${id}.xml`)
      expect(xml(await answer.text()).service_requests.request.description).toBe(description)
    },
  )

  test('latitude 0 is a value, not an empty one', async () => {
    const { id, receipt } = await filed({ lat: '0', long: '-74', api_key: countyKey })
    expect(id).toMatch(/^EC-/)
    expect(receipt?.service_notice).toBeTruthy()
    expect(await shown(id)).toMatchObject({ lat: 0, long: -74 })
  })

  test.each(['38.59241050520883', '38.600000000000001', '38.6', '38'])(
    'latitude %s is shown as the very same number',
    async lat => {
      const { id } = await filed({ lat, api_key: countyKey })
      expect((await shown(id))?.lat).toBe(Number(lat))
    },
  )

  test('coordinates decide over an address that disagrees, which stays as the reporter’s words', async () => {
    const { id } = await filed({ address_string: '464 Main Street, Port Ellery' })
    expect(await shown(id)).toMatchObject({
      address: '464 Main Street, Port Ellery',
      ...{ lat: 38.6, long: -74.3 },
    })
    expect(id).toMatch(/^HO-/)
  })

  test.each([
    ['0', '0'],
    ['-0.0', '0.000'],
    ['38.592348', '0'],
    ['0', '-74.243556'],
    ['51.5', '-0.12'],
  ])('coordinates %s, %s, outside the region, give way to an address that is found', async (lat, long) => {
    const address_string = '464 Main Street, Port Ellery'
    const sent = { api_key: countyKey, ...pothole, lat, long, address_string }
    const [receipt] = await items(post(app, shared, sent))
    expect(await shown(String(receipt?.service_request_id))).toMatchObject({
      address: address_string,
      lat: expect.closeTo(38.59, 1),
      long: expect.closeTo(-74.24, 1),
      agency_responsible: 'City of Port Ellery',
    })
  })

  test('in the JSON API, 0, 0 gives way to an address as well', async () => {
    const body = {
      service_code: 'pothole',
      lat: 0,
      long: 0,
      address: '464 Main Street, Port Ellery',
      answers: { size: 'large', lane: 'driving' },
    }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await app.request('/api/v1/requests', init)
    expect(await answer.json()).toMatchObject({ jurisdiction: 'port-ellery' })
  })

  test.each([
    ['0', '0', 'behind the old barn', { lat: null, long: null }, 'unresolved'],
    ['0', '0', '', { lat: null, long: null }, 'unresolved'],
    ['40.7', '-73.9', 'behind the old barn', { lat: 40.7, long: -73.9 }, 'nobody'],
    ['40.7', '-73.9', '', { lat: 40.7, long: -73.9 }, 'nobody'],
  ])(
    'coordinates %s, %s, outside the region, with the address "%s" wait for review',
    async (lat, long, address_string, place, reason) => {
      const sent = { api_key: countyKey, ...pothole, lat, long, address_string }
      const [receipt] = await items(post(app, shared, sent))
      const id = String(receipt?.service_request_id)
      expect(await shown(id)).toMatchObject(place)
      expect(
        await row('ellery-county', sql`SELECT triage, triage_reasons FROM request WHERE id = ${id}`),
      ).toEqual([{ triage: 1, triage_reasons: JSON.stringify([reason]) }])
    },
  )

  test('an address alone is found on the map where its words leave no doubt', async () => {
    const { id } = await filed({
      lat: '',
      long: '',
      address_string: '464 Main Street, Port Ellery',
      api_key: countyKey,
    })
    const request = await shown(id)
    expect(id).toMatch(/^PE-/)
    expect(request).toMatchObject({ address: '464 Main Street, Port Ellery', lat: expect.any(Number) })
  })

  test('an address that is not found is taken all the same, for a person to place', async () => {
    const { id, receipt } = await filed({
      lat: '',
      long: '',
      address_string: 'behind the old barn',
      api_key: countyKey,
    })
    expect(id).toMatch(/^EC-/)
    expect(receipt?.service_notice).toContain('Ellery County')
    expect(await shown(id)).toMatchObject({ address: 'behind the old barn', lat: null, long: null })
  })

  test('the fields may come in the query, where npm open311 sends the jurisdiction', async () => {
    const answer = post(app, `${shared}?jurisdiction_id=hollis`, {
      api_key: hollisKey,
      ...pothole,
      ...hollis,
    })
    expect((await items(answer))[0]?.service_request_id).toMatch(/^HO-/)
  })

  test('a multiple choice takes several values, however a client writes lists', async () => {
    const busStop = {
      service_code: 'bus-stop',
      lat: portEllery.lat,
      long: portEllery.long,
      api_key: await app.key('port-ellery'),
    }
    const transit = await app.key('ellery-transit')
    for (const name of ['attribute[trouble]', 'attribute[trouble][]']) {
      const fields = [
        ...Object.entries({ ...busStop, api_key: transit }),
        [name, 'glass'] as const,
        [name, 'dark'] as const,
      ]
      const [receipt] = await items(post(app, shared, fields))
      const [request] = await items(
        app.request(`/open311/v2/requests/${receipt?.service_request_id}.json?extensions=true`),
      )
      expect(request?.attributes).toMatchObject([
        { value: 'glass', name: 'Broken glass or bench' },
        { value: 'dark' },
      ])
    }
  })

  test('sent twice with one Idempotency-Key, it is filed once', async () => {
    const before = await countIn('hollis')
    const send = (description: string) =>
      post(
        app,
        shared,
        { api_key: hollisKey, ...pothole, ...hollis, description },
        { 'idempotency-key': 'k-1' },
      )
    const [first] = await items(send('same'))
    expect((await items(send('same')))[0]).toEqual(first)
    expect(await countIn('hollis')).toBe(Number(before) + 1)
    expect((await errors(send('other')))[0]?.code).toBe(409)
  })
})

describe('who keeps a report', () => {
  test('at the region without jurisdiction_id, routing decides', async () => {
    expect((await filed({})).id).toMatch(/^HO-/)
    expect((await filed({ ...portEllery })).id).toMatch(/^PE-/)
  })

  test('S1: a county road inside a city goes to the county from the region’s endpoint', async () => {
    const { lat, long } = onRoadOf(app.region, 'ellery-county', 'hollis')
    const { id, receipt } = await filed({ lat: String(lat), long: String(long) })
    expect(id).toMatch(/^EC-/)
    expect(receipt?.service_notice).toMatch(/Ellery County maintains .+, so it is responsible/)
  })

  test('on the city’s own endpoint it stays with the city, which says who is responsible and why', async () => {
    const { lat, long } = onRoadOf(app.region, 'ellery-county', 'hollis')
    const { id, receipt } = await filed({ lat: String(lat), long: String(long) }, own)
    expect(id).toMatch(/^HO-/)
    expect(receipt?.service_notice).toMatch(/Ellery County maintains .+, so it is responsible/)
    expect((await shown(id))?.agency_responsible).toBe('Ellery County')
  })

  test('S2: what is a state road’s stays with the intake, and says that updates are not automatic', async () => {
    const { lat, long } = onRoadOf(app.region, 'state-dot', 'hollis')
    const { id, receipt } = await filed({ lat: String(lat), long: String(long) })
    expect(id).toMatch(/^EC-/)
    expect(receipt?.service_notice).toMatch(/State Department of Transportation .*We may not get updates/)
  })

  test('S15: a place that nobody covers is taken too', async () => {
    expect((await filed({ lat: '38.0', long: '-70.0', api_key: countyKey })).id).toMatch(/^EC-/)
  })

  test('a place outside a jurisdiction is 400 on its endpoint, naming who is responsible', async () => {
    const before = await countIn('hollis')
    for (const path of [own, `${shared}?jurisdiction_id=hollis`]) {
      const [error] = await errors(post(app, path, { api_key: hollisKey, ...pothole, ...portEllery }))
      expect(error?.code).toBe(400)
      expect(error?.description).toMatch(/^This location is not in City of Hollis\. .*City of Port Ellery/)
    }
    expect(await countIn('hollis')).toBe(before)
  })
})

describe('api_key', () => {
  const send = (api_key: string, path = shared, fields: object = {}) =>
    post(app, path, { ...pothole, ...hollis, ...fields, api_key })

  test.each(['json', 'xml'])('missing, malformed, unknown or revoked is 403 in %s', async format => {
    const forged = `${hollisKey.slice(0, -1)}${hollisKey.endsWith('2') ? '3' : '2'}`
    const before = await countIn('hollis')
    for (const key of ['', 'x', forged]) {
      const [error] = await errors(send(key, `/open311/v2/requests.${format}`))
      expect([error?.code, error?.description]).toEqual([403, expect.not.stringContaining(forged)])
    }
    expect(await countIn('hollis')).toBe(before)
  })

  test('the region takes a key of any of its jurisdictions, and refuses a forged one of another', async () => {
    expect((await send(countyKey)).status).toBe(200)
    expect((await send(`${countyKey.slice(0, -2)}22`)).status).toBe(403)
  })

  test('a jurisdiction takes only its own', async () => {
    expect((await send(countyKey, own)).status).toBe(403)
    expect((await send(countyKey, shared, { jurisdiction_id: 'hollis' })).status).toBe(403)
    expect((await send(hollisKey, own)).status).toBe(200)
  })

  test('a key to work with may report too', async () => {
    expect((await send(await app.key('hollis', 'work'), own)).status).toBe(200)
  })

  test('reading needs none, and ignores one', async () => {
    expect((await app.request('/open311/v2/requests.json?api_key=x')).status).toBe(200)
  })

  test('no key and no such jurisdiction: an error either way', async () => {
    expect([403, 404]).toContain((await send('', shared, { jurisdiction_id: 'atlantis' })).status)
  })

  test('no key is ever logged or echoed', async () => {
    await send(countyKey, own)
    expect(JSON.stringify(app.logged)).not.toContain(countyKey.slice(-20))
  })
})
