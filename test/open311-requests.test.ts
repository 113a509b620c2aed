import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { changeStatus } from '../src/requests/change.ts'
import { startApp, type TestApp } from './support/app.ts'
import { errors, hollis, type Item, items, portEllery, post, pothole, xml } from './support/open311.ts'

const SECOND = 1000
const DAY = 24 * 3_600_000

let app: TestApp
let key: string
beforeAll(async () => {
  app = await startApp()
  key = await app.key('hollis')
})
afterAll(() => app.close())

const system = { kind: 'system', reason: 'test' } as const
const tenant = (slug: string) => openTenant(app.platform, system, 'ellery', slug)
const list = (query = '', site = '/j/hollis') =>
  items(app.request(`${site}/open311/v2/requests.json?${query}`))
const ids = (requests: readonly Item[]) => requests.map(({ service_request_id }) => service_request_id)

async function file(fields: object = {}): Promise<string> {
  const [receipt] = await items(
    post(app, '/open311/v2/requests.json', { api_key: key, ...pothole, ...hollis, ...fields }),
  )
  return String(receipt?.service_request_id)
}
const change = (
  id: string,
  version: number,
  to: 'closed' | 'in_progress',
  reason?: 'completed' | 'duplicate',
  text = '',
) => changeStatus(tenant('hollis'), id, { to, reason, text, version }, app.platform.clock.now(), () => [])

describe('a request’s life as GeoReport tells it', () => {
  test('in progress is open; closed is closed, and was updated when it was closed', async () => {
    const id = await file()
    app.advance(60 * SECOND)
    await change(id, 1, 'in_progress', undefined, 'A crew is on its way.')
    const one = async () => (await list(`service_request_id=${id}`))[0]
    expect(await one()).toMatchObject({
      status: 'open',
      status_notes: 'A crew is on its way.',
      requested_datetime: '2026-08-12T16:00:00Z',
      updated_datetime: '2026-08-12T16:01:00Z',
    })
    app.advance(60 * SECOND)
    await change(id, 2, 'closed', 'completed', 'Filled.')
    app.advance(60 * SECOND)
    await tenant('hollis').commit([
      sql`UPDATE request SET updated_at = ${app.platform.clock.now()} WHERE id = ${id}`,
    ])
    expect(await one()).toMatchObject({
      status: 'closed',
      status_notes: 'Filled.',
      updated_datetime: '2026-08-12T16:02:00Z',
    })
  })

  test('closed without a word, its notes say why', async () => {
    const id = await file()
    await change(id, 1, 'closed', 'duplicate')
    expect((await list(`service_request_id=${id}`))[0]?.status_notes).toBe(
      'This is a duplicate of another report.',
    )
  })

  test('its number is found however it is typed, and however old it is', async () => {
    const id = await file()
    app.advance(400 * DAY)
    for (const typed of [
      id,
      id.toLowerCase(),
      id.replaceAll('-', ''),
      encodeURIComponent(id.replaceAll('-', ' ')),
    ]) {
      expect(ids(await items(app.request(`/open311/v2/requests/${typed}.json`)))).toEqual([id])
    }
    expect(ids(await list())).not.toContain(id)
    expect(ids(await list(`service_request_id=${id}`))).toEqual([id])
  })

  test('one request is a list of one, in both formats', async () => {
    const id = await file()
    const { request } = xml(
      await (await app.request(`/open311/v2/requests/${id}.xml`)).text(),
    ).service_requests
    expect(request.service_request_id).toBe(id)
    expect(request.status_notes).toBe('')
    expect(await list(`service_request_id=${id}`)).toHaveLength(1)
  })

  test('a number that nobody has is 404 by itself, and left out of a list', async () => {
    const id = await file()
    for (const unknown of ['HO-22222-22222', '12345', 'a%2Fb', '%F0%9F%95%B3', 'x'.repeat(1000)]) {
      expect((await errors(app.request(`/open311/v2/requests/${unknown}.json`)))[0]?.code).toBe(404)
      expect((await errors(app.request(`/open311/v2/requests/${unknown}.xml`)))[0]?.code).toBe(404)
    }
    expect(ids(await list(`service_request_id=12345,${id}`))).toEqual([id])
  })

  test('a request lives in its jurisdiction: asked for under another it is 404, or left out of a list', async () => {
    const id = await file()
    for (const path of [
      `/j/larkfield/open311/v2/requests/${id}.json`,
      `/open311/v2/requests/${id}.json?jurisdiction_id=larkfield`,
    ])
      expect((await errors(app.request(path)))[0]?.code).toBe(404)
    expect(await list(`service_request_id=${id}`, '/j/larkfield')).toEqual([])
  })

  test('a report of a private service is accepted, and never shown', async () => {
    const id = await file({
      service_code: 'housing',
      'attribute[trouble]': 'mold',
      'attribute[size]': '',
      'attribute[lane]': '',
    })
    await app.runJobs()
    expect((await errors(app.request(`/open311/v2/requests/${id}.json`)))[0]?.code).toBe(404)
    expect(await list(`service_request_id=${id}`)).toEqual([])
    expect(ids(await list())).not.toContain(id)
    expect(ids(await list('', ''))).not.toContain(id)
  })

  test('tokens: every request has its number at once, so there is none to look up', async () => {
    expect((await errors(app.request('/open311/v2/tokens/12345.json')))[0]?.code).toBe(404)
    expect((await errors(app.request('/j/larkfield/open311/v2/tokens/12345.xml')))[0]?.code).toBe(404)
  })
})

describe('the region as one', () => {
  test('lists every jurisdiction’s requests, newest first, with every element', async () => {
    const one = await file({
      description: 'first',
      zipcode: '08204',
      media_url: 'https://photos.example/1.jpg',
    })
    app.advance(SECOND)
    const other = await file({ ...portEllery, description: 'second' })
    app.advance(SECOND)
    await change(one, 1, 'closed', 'completed')
    await app.runJobs()
    const listed = await list('page_size=2', '')
    expect(ids(listed)).toEqual([other, one])
    const { service_notice, ...whole } =
      (await items(app.request(`/open311/v2/requests/${one}.json`)))[0] ?? {}
    expect(listed[1]).toEqual({ ...whole, service_notice: null })
    expect(service_notice).toBeTruthy()
  })

  test('finds numbers of several jurisdictions at once, before the index has them', async () => {
    const [one, other] = [await file(), await file({ ...portEllery })]
    const found = await list(`service_request_id=${one},${other},XX-1`, '')
    expect(new Set(ids(found))).toEqual(new Set([one, other]))
  })

  test('jurisdiction_id narrows it to one', async () => {
    const [one, other] = [await file(), await file({ ...portEllery })]
    const listed = ids(await list('jurisdiction_id=port-ellery', ''))
    expect([listed.includes(one), listed.includes(other)]).toEqual([false, true])
  })
})

describe('lists', () => {
  let lists: TestApp
  const now = Date.parse('2026-08-12T16:00:00Z')
  const read = (query: string) => items(lists.request(`/j/larkfield/open311/v2/requests.json?${query}`))
  const count = async (query: string) => (await read(query)).length

  beforeAll(async () => {
    lists = await startApp({ now })
    const db = openTenant(lists.platform, system, 'ellery', 'larkfield')
    await db.commit([
      sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1202)
        INSERT INTO request (id, service_code, service_name, status, closed_at, version, private, urgent, resolution, accountable,
          agency_responsible, triage, channel, language, requested_at, updated_at)
        SELECT 'LK-' || i, iif(i % 2, 'pothole', 'sidewalk'), 'A service', iif(i % 3, 'submitted', 'closed'),
          iif(i % 3, NULL, ${now} - i * 60000 + 30000), 1, i % 10 = 7, 0, '{}', 'larkfield', 'Larkfield', 0, 'web', 'en',
          iif(i < 1201, ${now} - i * 60000, ${now} - 100 * ${DAY}), ${now} + i FROM n`,
    ])
  })
  afterAll(() => lists.close())

  test('of 1,201 in range, a list holds exactly the newest 1,000 public ones', async () => {
    const all = await read('')
    expect(all).toHaveLength(1000)
    const dates = all.map(({ requested_datetime }) => String(requested_datetime))
    expect(dates).toEqual([...dates].sort().reverse())
    expect(dates[0]).toBe('2026-08-12T16:00:00Z')
    expect(ids(all)).not.toContain('LK-7')
  })

  test('page after page until one is empty gives each request once', async () => {
    const seen: unknown[] = []
    for (let page = 1; ; page++) {
      const requests = await read(`page=${page}&page_size=128`)
      if (requests.length === 0) break
      seen.push(...ids(requests))
    }
    expect([seen.length, new Set(seen).size]).toEqual([1081, 1081])
  })

  test('nothing found is an empty list, 200', async () => {
    expect(await read('start_date=2001-01-01')).toEqual([])
    const answer = await lists.request('/j/larkfield/open311/v2/requests.xml?service_code=unicorn')
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('<service_requests/>'),
    ])
  })

  test('both ends of a range are in it', async () => {
    expect(await count('start_date=2026-08-12T15:58:00Z&end_date=2026-08-12T16:00:00Z')).toBe(3)
    expect(await count('start_date=2026-08-12T11:58:00-04:00&end_date=2026-08-12T18:00:00 02:00')).toBe(3)
    expect(await count('start_date=2026-08-12T11:58:00-04:00&end_date=2026-08-12T18:00:00%2B0200')).toBe(3)
  })

  test('one end: 90 days from it, or up to it', async () => {
    expect(await count('end_date=2026-05-05')).toBe(2)
    expect(await count('start_date=2026-05-01&page_size=1')).toBe(1)
    expect(await count('start_date=2026-01-01')).toBe(0)
  })

  test('by service and by status, each comma-delimited', async () => {
    const closed = await read('status=closed&page_size=1000')
    expect(new Set(closed.map(({ status }) => status))).toEqual(new Set(['closed']))
    const open = await count('status=open&page_size=1000')
    expect(open + closed.length).toBe(1081)
    const services = new Set(
      (await read('service_code=pothole,unicorn')).map(({ service_code }) => service_code),
    )
    expect(services).toEqual(new Set(['pothole']))
    expect(await count('status=open,closed&page_size=1000&page=2')).toBe(81)
  })

  test('updated_after and updated_before go by the date that is shown: of a closed request, its closing', async () => {
    const closed = await read('updated_after=2026-08-12T15:57:30Z&updated_before=2026-08-12T15:57:30Z')
    expect(closed).toMatchObject([{ service_request_id: 'LK-3', updated_datetime: '2026-08-12T15:57:30Z' }])
    const updated = await read('updated_after=2026-08-12T16:00:00Z&status=open')
    expect(updated.length).toBeGreaterThan(700)
    expect(ids(updated)).toContain('LK-1201')
  })

  test.each([
    'start_date=x',
    'status=pending',
    'page=0',
    'page_size=-1',
    'start_date=2026-01-01&end_date=2026-06-01',
    'status=%FF',
  ])('%s is 400 in both formats', async query => {
    expect((await errors(lists.request(`/open311/v2/requests.json?${query}`)))[0]?.code).toBe(400)
    expect((await errors(lists.request(`/open311/v2/requests.xml?${query}`)))[0]?.code).toBe(400)
  })

  test.each([
    ['requests', 'start_dat=2026-08-01', 'start_date'],
    ['requests', 'services_code=pothole', 'service_code'],
    ['requests', 'update_after=2026-08-01', 'updated_after'],
    ['requests', 'extension=true', 'extensions'],
    ['requests/LK-1', 'extentions=true', 'extensions'],
    ['services', 'jurisdictionids=larkfield', 'jurisdiction_id'],
    ['services/pothole', 'jurisdicton_id=larkfield', 'jurisdiction_id'],
  ])('%s?%s is 400: %s is meant', async (call, query, meant) => {
    for (const format of ['json', 'xml']) {
      const [error] = await errors(lists.request(`/open311/v2/${call}.${format}?${query}`))
      expect([error?.code, error?.description]).toEqual([400, expect.stringContaining(`“${meant}”`)])
    }
  })

  test('names in another case, and lists of other clients, are read', async () => {
    const services = await read('Service_Code[]=pothole&service_code[]=unicorn&PAGE_SIZE=1000')
    expect(new Set(services.map(({ service_code }) => service_code))).toEqual(new Set(['pothole']))
    expect(await count('startDate=2001-01-01')).toBe(0)
  })

  test('any argument that is empty acts like an absent one', async () => {
    const empty =
      'service_request_id=&service_code=&start_date=&end_date=&status=&page=&page_size=&jurisdiction_id='
    expect(await count(empty)).toBe(1000)
  })
})

describe('extensions=true', () => {
  test('adds answers, channel and notes; never what a person wrote in an answer', async () => {
    const id = await file({ 'attribute[direction]': 'in front of my house, 12 Elm Street' })
    app.advance(SECOND)
    await change(id, 1, 'closed', 'completed', 'Filled.')
    const [request] = await items(app.request(`/open311/v2/requests/${id}.json?extensions=true`))
    expect(request?.attributes).toEqual([
      { code: 'size', label: 'How big is it?', name: 'Bigger than a tire', value: 'large' },
      { code: 'lane', label: 'Where in the street is it?', name: 'In a driving lane', value: 'driving' },
    ])
    expect(request?.extended_attributes).toEqual({
      jurisdiction_id: 'hollis',
      channel: 'open311',
      photos: [],
    })
    expect(request?.notes).toEqual([
      { datetime: expect.any(String), type: 'opened', summary: 'Reported', description: null },
      { datetime: expect.any(String), type: 'closed', summary: 'The work is done.', description: 'Filled.' },
    ])
  })

  test('is the same in XML, and nothing without it', async () => {
    const id = await file()
    const text = await (await app.request(`/open311/v2/requests/${id}.xml?extensions=true`)).text()
    expect(xml(text).service_requests.request.attributes.attribute).toHaveLength(2)
    const [plain] = await items(app.request(`/open311/v2/requests/${id}.json`))
    expect(Object.keys(plain ?? {})).not.toContain('attributes')
  })

  test('works on the region’s list too', async () => {
    await app.runJobs()
    const [request] = await list('extensions=true&page_size=1', '')
    expect(request?.extended_attributes).toMatchObject({ jurisdiction_id: expect.any(String) })
  })
})
