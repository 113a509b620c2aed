import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { openTenant } from '../src/core/db.ts'
import { startApp, type TestApp } from './support/app.ts'
import { errors, hollis, items, post, pothole } from './support/open311.ts'

let app: TestApp
let hollisKey: string
beforeAll(async () => {
  app = await startApp()
  hollisKey = await app.key('hollis')
})
afterAll(() => app.close())

const shared = '/open311/v2/requests.json'
async function countIn(jurisdiction: string): Promise<number> {
  const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', jurisdiction)
  const [row] = await db.rows<{ n: number }>(sql`SELECT count(*) AS n FROM request`)
  return row?.n ?? 0
}

describe('bad input at this door is a 4xx with a reason, and leaves nothing', () => {
  let before: unknown
  beforeAll(async () => {
    before = [await countIn('hollis'), await countIn('ellery-county')]
  })
  afterAll(async () => {
    expect([await countIn('hollis'), await countIn('ellery-county')]).toEqual(before)
  })

  const refused = async (fields: Record<string, string>, path = shared) => {
    const listed = await errors(post(app, path, { api_key: hollisKey, ...pothole, ...hollis, ...fields }))
    return listed.map(({ code, description }) => `${code} ${description}`)
  }

  test('every field to mend is listed, under GeoReport’s names', async () => {
    const listed = await refused({
      lat: '',
      long: '',
      'attribute[size]': 'enormous',
      'attribute[lane]': '',
      description: 'x'.repeat(4001),
      email: 'nobody',
      media_url: 'javascript:alert(1)',
      first_name: 'x'.repeat(201),
    })
    const names = listed.map(line => /^400 ([^:]+):/.exec(line)?.[1])
    expect(names.sort()).toEqual(
      [
        'attribute[lane]',
        'attribute[size]',
        'description',
        'email',
        'first_name',
        'lat and long, address_string or address_id',
        'media_url',
      ].sort(),
    )
  })

  test.each([
    ['no service_code', { service_code: '' }, /^400 service_code:/],
    ['an unknown service_code', { service_code: 'unicorn' }, /^404 .*unicorn/],
    ['latitude without longitude', { long: '' }, /^400 long:/],
    ['a latitude in words', { lat: 'north' }, /^400 lat:/],
    ['latitude and longitude swapped', { lat: '-174.3', long: '38.6' }, /^400 lat: .*swapped/],
    ['a longitude out of range', { long: '-1074.3' }, /^400 long:/],
    ['control characters', { description: 'a\u0007b' }, /^400 description:/],
    ['several answers to a single choice', { 'attribute[size][]': 'small' }, /^400 attribute\[size\]:/],
  ])('%s', async (_, fields, expected) => {
    const listed = await refused(fields)
    expect(listed).toEqual([expect.stringMatching(expected)])
  })

  test('a service that this jurisdiction does not offer is 404 on its endpoint', async () => {
    const api_key = await app.key('quill-water')
    expect(await refused({ api_key }, '/j/quill-water/open311/v2/requests.json')).toEqual([
      expect.stringMatching(/^404/),
    ])
  })

  test('4,000 characters are taken, 4,001 are not', async () => {
    expect(await refused({ description: 'x'.repeat(4001) })).toHaveLength(1)
    expect(await refused({ description: 'x'.repeat(4000), lat: 'north' })).toEqual([
      expect.stringMatching(/^400 lat/),
    ])
  })

  test('10 MB of text', async () => {
    expect(await refused({ description: 'x'.repeat(10_000_000) })).toEqual([expect.stringMatching(/^413/)])
  })

  test.each([
    [
      'bytes that are not UTF-8',
      'application/x-www-form-urlencoded',
      new Uint8Array([0x64, 0x3d, 0xc3, 0x28]),
    ],
    [
      'a multipart form that breaks off',
      'multipart/form-data; boundary=b',
      new TextEncoder().encode('--b\r\nConte'),
    ],
    ['JSON', 'application/json', new TextEncoder().encode('{"service_code":"pothole"}')],
  ])('%s', async (_, type, body) => {
    for (const format of ['json', 'xml']) {
      const headers = { 'content-type': type }
      const [error] = await errors(
        app.request(`/open311/v2/requests.${format}`, { method: 'POST', body, headers }),
      )
      expect([400, 415]).toContain(error?.code)
    }
  })

  test('nothing at all', async () => {
    expect((await errors(app.request(shared, { method: 'POST' })))[0]?.code).toBe(403)
  })
})

describe('photos', () => {
  const picture = () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    return new File([Uint8Array.from(atob(png), character => character.charCodeAt(0))], 'hole.png', {
      type: 'image/png',
    })
  }
  const send = (parts: Record<string, File>, headers: HeadersInit = {}) => {
    const body = new FormData()
    for (const [name, value] of Object.entries({ api_key: hollisKey, ...pothole, ...hollis, ...parts }))
      body.append(name, value)
    return app.request(shared, { method: 'POST', body, headers })
  }

  test.each(['media', 'photo1', 'file_0'])(
    'a picture in the part "%s" becomes the request’s media_url',
    async part => {
      const [receipt] = await items(send({ [part]: picture() }))
      const [request] = await items(app.request(`/open311/v2/requests/${receipt?.service_request_id}.json`))
      expect(request?.media_url).toMatch(/^http:\/\/localhost\/media\/hollis\//)
      const photo = await app.request(String(request?.media_url))
      expect([photo.status, photo.headers.get('content-type')]).toEqual([200, 'image/png'])
    },
  )

  test('with an Idempotency-Key, pictures too are kept once', async () => {
    const headers = { 'idempotency-key': 'with-photo' }
    const [first] = await items(send({ media: picture() }, headers))
    expect((await items(send({ media: picture() }, headers)))[0]).toEqual(first)
  })

  test('a script named .jpg, six pictures, or a picture with a forged key are refused', async () => {
    const before = await countIn('hollis')
    const script = new File(['<script>alert(1)</script>'], 'hole.jpg', { type: 'image/jpeg' })
    expect((await errors(send({ media: script })))[0]?.code).toBe(415)
    const six = Object.fromEntries([1, 2, 3, 4, 5, 6].map(number => [`photo${number}`, picture()]))
    expect((await errors(send(six)))[0]?.description).toMatch(/^media:/)
    const body = new FormData()
    for (const [name, value] of Object.entries({
      ...pothole,
      ...hollis,
      media: picture(),
      api_key: `${hollisKey.slice(0, -2)}22`,
    }))
      body.append(name, value)
    expect((await app.request(shared, { method: 'POST', body })).status).toBe(403)
    expect(await countIn('hollis')).toBe(before)
  })

  test('50 MB are refused', async () => {
    const big = new File([new Uint8Array(50_000_000)], 'hole.jpg')
    expect((await errors(send({ media: big })))[0]?.code).toBe(413)
  })
})

describe('while a database is away', () => {
  test.each(['json', 'xml'])(
    'a report is 503 in %s with when to come back, nothing is written, and nothing of ours is shown',
    async format => {
      const before = await countIn('hollis')
      const gone = () =>
        Promise.reject(Object.assign(new Error('connect to 10.0.0.1 refused'), { code: 'SERVER_ERROR' }))
      const known = app.platform.databases
      const databases: typeof known = {
        ...known,
        client: name =>
          Object.assign(
            Object.create(known.client(name)),
            name.kind === 'tenant' && { execute: gone, batch: gone },
          ),
      }
      const front = createApp({ ...app.platform, databases })
      const init = {
        method: 'POST',
        body: new URLSearchParams({ api_key: hollisKey, ...pothole, ...hollis }),
      }
      const answer = await front.request(`http://localhost/open311/v2/requests.${format}`, init)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      const [error] = await errors(answer)
      expect([error?.code, error?.description]).toEqual([
        503,
        expect.not.stringMatching(/10\.0|SQL|request \(/),
      ])
      expect(await countIn('hollis')).toBe(before)
    },
  )
})
