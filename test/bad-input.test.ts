import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { type EntryPoint, entryPoints, type Sent } from './support/entry-points.ts'
import { ledger } from './support/ledger.ts'
import { jpeg, png } from './support/photos.ts'

/* Known bad input, sent to every route that takes a report: one table for all of them. */

let app: TestApp
let key: string
beforeAll(async () => {
  app = await startApp()
  key = await app.key('hollis')
})
afterAll(() => app.close())

const megabytes = (count: number) => count * 1024 * 1024
const script = new File(['<script>alert(1)</script>'], 'hole.jpg', { type: 'image/jpeg' })
const huge = () => new File([new Uint8Array(megabytes(50)).fill(0xff)], 'hole.jpg', { type: 'image/jpeg' })
const answers = { size: 'large', lane: 'driving' }

type Case = readonly [what: string, changes: () => Sent, status: RegExp, words: RegExp]

const reports: readonly Case[] = [
  ['an unknown service', () => ({ service_code: 'unicorn' }), /404/, /service/],
  ['no service', () => ({ service_code: '' }), /40[04]/, /./],
  ['a service of another type', () => ({ service_code: { $ne: null } }), /40[04]/, /./],
  [
    'a required answer left out',
    () => ({ answers: { size: 'large' } }),
    /400/,
    /This is required|Choose an option/,
  ],
  [
    'a required answer of spaces',
    () => ({ answers: { ...answers, lane: '  ' } }),
    /400/,
    /This is required|Choose an option/,
  ],
  [
    'an answer that is not offered',
    () => ({ answers: { ...answers, size: 'constructor' } }),
    /400/,
    /Choose an option/,
  ],
  [
    'an answer of another type',
    () => ({ answers: { ...answers, size: { large: true } } }),
    /400/,
    /Choose an option|cannot read this/,
  ],
  ['latitude and longitude swapped', () => ({ lat: -74.3, long: 38.6 }), /400/, /wrong order/],
  ['both swapped and off the globe', () => ({ lat: -174.3, long: 38.6 }), /400/, /wrong order/],
  ['a latitude out of range', () => ({ lat: 95, long: 120 }), /400/, /between -90 and 90/],
  ['a longitude out of range', () => ({ long: -374.3 }), /400/, /between -180 and 180/],
  ['a latitude in words', () => ({ lat: 'north' }), /400/, /number|cannot read this/],
  ['a latitude that no number holds', () => ({ lat: '1e400' }), /400/, /number|cannot read this/],
  ['half a place', () => ({ long: undefined }), /400/, /both latitude and longitude/],
  ['no place', () => ({ lat: undefined, long: undefined }), /400/, /This is required|Enter a location/],
  ['a description of 4,001 characters', () => ({ description: 'x'.repeat(4001) }), /400/, /4,000 characters/],
  ['10 MB of text', () => ({ description: 'x'.repeat(10_000_000) }), /400|413/, /./],
  ['an email that is none', () => ({ email: 'nobody' }), /400/, /email address/],
  ['an email that is slow to read', () => ({ email: `a@${'.'.repeat(100_000)} ` }), /400/, /200 characters/],
  ['a script named .jpg', () => ({ photo: script }), /400|415/, /JPEG/],
  ['a photo of 50 MB', () => ({ photo: huge() }), /400|413/, /MB/],
  ['a photo cut short', () => ({ photo: new File([jpeg().slice(0, 90)], 'hole.jpg') }), /400|415/, /JPEG/],
]

describe.each(
  entryPoints(
    () => app,
    () => key,
  ).map(entryPoint => [entryPoint.name, entryPoint] as const),
)('at %s', (_, entryPoint) => {
  let before: number
  beforeEach(async () => {
    before = (await ledger(app)).requests
  })

  it.each(reports)(
    '%s is refused with its reason, and nothing is kept',
    async (_, changes, status, words) => {
      const answer = await entryPoint.send(changes())
      await isRefused(entryPoint, answer, status, words)
      expect(await ledger(app)).toEqual({ errors: [], requests: before })
    },
  )

  it.each([
    ['text that is not UTF-8', () => [...bytes('{"service_code": "'), 0xc3, 0x28, ...bytes('"}')]],
    ['text that ends inside a character', () => [...bytes('description='), 0xe2, 0x82]],
    [
      'a percent sequence that is not UTF-8',
      () => bytes('description=%ff&lat=38.6&long=-74.3&answers.size=large'),
    ],
    ['nothing', () => bytes('')],
    ['100,000 opening brackets', () => bytes('['.repeat(100_000))],
    [
      'as many fields as fit',
      () => bytes(`api_key=${key}&service_code=pothole${'&attribute[a]=1&answers.b=2'.repeat(35_000)}`),
    ],
    [
      'a field of as many numbers',
      () => bytes(`api_key=${key}&service_code=pothole${many(n => `&attribute[a][${n}]=1&answers.${n}=`)}`),
    ],
  ])('%s is refused, and nothing is kept', async (_, sent) => {
    await isRefused(entryPoint, await entryPoint.sendBytes(new Uint8Array(sent())), /40[03]|413/, /./)
    expect(await ledger(app)).toEqual({ errors: [], requests: before })
  })

  it('one idempotency key files one report, and is refused for another of the same sender', async () => {
    const headers = { 'idempotency-key': entryPoint.name.toUpperCase().replace(/[^A-Z]/g, '') }
    const [first, second] = [await entryPoint.send({}, headers), await entryPoint.send({}, headers)]
    expect(first.status).toBeLessThan(400)
    expect([second.status, second.headers.get('location')]).toEqual([
      first.status,
      first.headers.get('location'),
    ])
    expect(await second.text()).toBe(await first.text())
    const another = await entryPoint.send({ description: 'Another' }, headers)
    // Two anonymous callers of the JSON API may use the same key.
    const isAnonymous = entryPoint.name === 'the JSON API'
    if (isAnonymous) expect(another.status).toBe(201)
    else await isRefused(entryPoint, another, /409/, /./)
    expect(await ledger(app)).toEqual({ errors: [], requests: before + (isAnonymous ? 2 : 1) })
  })
})

describe('a photo', () => {
  const keep = (headers: Record<string, string> = {}, body: BodyInit = jpeg()) =>
    app.request('/api/v1/media', { method: 'POST', body, headers })
  const report = (media: unknown) =>
    entryPoints(
      () => app,
      () => key,
    )[0]?.send({ media })

  it('is kept once when its name stands twice, and is refused to a second report', async () => {
    const { id } = (await (await keep()).json()) as { id: string }
    expect((await report([id, id]))?.status).toBe(201)
    const again = await report([id])
    expect(again?.status).toBe(400)
    expect(await again?.json()).toMatchObject({ fields: [{ field: 'media', code: 'unknown' }] })
    expect((await ledger(app)).errors).toEqual([])
  })

  it('sent twice with one key is one file; another with that key is another, for the key may be anyone’s', async () => {
    const headers = { 'idempotency-key': 'a-photo' }
    const first = await (await keep(headers)).json()
    expect(await (await keep(headers)).json()).toEqual(first)
    const other = await keep(headers, png())
    expect(other.status).toBe(201)
    expect(await other.json()).not.toEqual(first)
    expect((await ledger(app)).errors).toEqual([])
  })
})

async function isRefused(
  entryPoint: EntryPoint,
  answer: Response,
  status: RegExp,
  words: RegExp,
): Promise<void> {
  expect(String(answer.status)).toMatch(status)
  expect(answer.headers.get('content-type')).toBe(entryPoint.type)
  const text = await answer.text()
  expect(text).toMatch(words)
  expect(text).not.toMatch(/\n\s+at |SQL|Error:|\.ts:/)
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** As many as fit into a megabyte. */
function many(one: (number: number) => string): string {
  return Array.from({ length: 25_000 }, (_, number) => one(number)).join('')
}
