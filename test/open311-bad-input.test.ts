import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
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

describe('bad input at this route is a 4xx with a reason, and leaves nothing', () => {
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

  test('every field to correct is listed, under GeoReport’s names', async () => {
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
    'http://localhost/photo.jpg',
    'https://db.localhost./photo.jpg',
    'http://127.0.0.1:8080/photo.jpg',
    'http://2130706433/photo.jpg',
    'http://0x7f.1/photo.jpg',
    'http://0177.0.0.1/photo.jpg',
    'http://127.1../photo.jpg',
    'http://10.0.0.8/photo.jpg',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/photo.jpg',
    'http://[::ffff:10.0.0.8]/photo.jpg',
    'http://[64:ff9b::a00:8]/photo.jpg',
    'http://[2002:a00:8::]/photo.jpg',
    'http://[3fff::1]/photo.jpg',
    'http://[5f00::1]/photo.jpg',
    'http://camera/photo.jpg',
    'https://name:secret@photos.example/photo.jpg',
    'https://name@photos.example/photo.jpg',
    'https://photos.example/a photo.jpg',
    'https://photos.example\\@127.0.0.1/photo.jpg',
    'https://photos.example/a\r\nphoto.jpg',
    ' https://photos.example/photo.jpg',
  ])('a media_url that is not an address for everybody, %j, is refused by name', async media_url => {
    const said = await refused({ media_url })
    expect(said).toEqual([expect.stringMatching(/^400 media_url: Enter a web address that anyone can open/)])
  })

  test.each([
    ['no service_code', { service_code: '' }, /^400 service_code:/],
    ['an unknown service_code', { service_code: 'unicorn' }, /^404 .*unicorn/],
    ['latitude without longitude', { long: '' }, /^400 long:/],
    ['a latitude in words', { lat: 'north' }, /^400 lat:/],
    ['latitude and longitude swapped', { lat: '-174.3', long: '38.6' }, /^400 lat: .*wrong order/],
    ['a longitude out of range', { long: '-1074.3' }, /^400 long:/],
    ['a phone number that is too short', { phone: '+1 555 010 010' }, /^400 phone: .*whole phone number/],
    ['an email address with two dots', { email: 'ada@mail..example' }, /^400 email:/],
    ['several answers to a single choice', { 'attribute[size][]': 'small' }, /^400 attribute\[size\]:/],
  ])('%s', async (_, fields, expected) => {
    const listed = await refused(fields)
    expect(listed).toEqual([expect.stringMatching(expected)])
  })

  test('a field that is close to a known one is named, with the known one', async () => {
    const listed = await refused({ descripton: 'deep', 'attribute[Direction]': 'north' })
    expect(listed.sort()).toEqual([
      '400 attribute[Direction]: There is no such field here. Did you mean “attribute[direction]”?',
      '400 descripton: There is no such field here. Did you mean “description”?',
    ])
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

  describe('a program is known before its photos are read', () => {
    /** A form whose photo is sent bit by bit as long as the server reads it; and how much of it was read. */
    function upload(path: string, before: Record<string, string>, headers: Record<string, string> = {}) {
      const field = (name: string, value: string) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
      const start = Object.entries({ ...before, ...pothole, ...hollis }).map(([name, value]) =>
        field(name, value),
      )
      const file = '--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n'
      const pieces = [start.join('') + file, ...Array(100).fill('x'.repeat(65_536)), `\r\n--b--\r\n`]
      const read = { pieces: 0 }
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        const piece = pieces[read.pieces++]
        if (piece === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(piece))
      }
      const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })
      const init = { method: 'POST', body, duplex: 'half' }
      const type = { 'content-type': 'multipart/form-data; boundary=b' }
      const answer = app.request(path, { ...init, headers: { ...type, ...headers } } as RequestInit)
      return { answer, read }
    }
    const forged = () => `${hollisKey.slice(0, -2)}22`

    test.each([
      ['as a bearer', () => upload(shared, {}, { authorization: 'Bearer nonsense' }), 0],
      ['in the URL', () => upload(`${shared}?api_key=nonsense`, {}), 0],
      ['in the form, of no program', () => upload(shared, { api_key: 'nonsense' }), 2],
      ['in the form, with a secret that is wrong', () => upload(shared, { api_key: forged() }), 2],
      [
        'as a bearer, with a secret that is wrong',
        () => upload(shared, {}, { authorization: `Bearer ${forged()}` }),
        2,
      ],
    ])('a wrong key %s', async (_, send, most) => {
      const { answer, read } = send()
      expect((await errors(answer))[0]?.code).toBe(403)
      expect(read.pieces).toBeLessThanOrEqual(most)
    })

    test('a photo before the key is refused, and says where the key goes', async () => {
      const { answer, read } = upload(shared, {})
      expect((await errors(answer))[0]?.description).toContain('Send the api_key before the photos')
      expect(read.pieces).toBeLessThanOrEqual(2)
    })

    test('a key before the photo has it read', async () => {
      const { answer, read } = upload(shared, { api_key: hollisKey })
      expect((await errors(answer))[0]?.code).toBe(415)
      expect(read.pieces).toBeGreaterThan(100)
    })
  })

  test('50 MB are refused', async () => {
    const big = new File([new Uint8Array(50_000_000)], 'hole.jpg')
    expect((await errors(send({ media: big })))[0]?.code).toBe(413)
  })
})

describe('while a database is unavailable', () => {
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
