import { readdirSync, readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSession } from '../src/identity/sessions/sessions.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import type { TestServer } from './support/http.ts'
import { serveApp } from './support/serve-app.ts'

/* Over a real connection: `fetch` would hide what is compressed. */

let app: TestApp
let server: TestServer

beforeAll(async () => {
  app = await startApp()
  server = await serveApp(app)
})
afterAll(async () => {
  await server?.close()
  await app?.close()
})

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${server.url}${path}`, { method, headers }, async answer => {
      resolve({ status: answer.statusCode, headers: answer.headers, body: await buffer(answer) })
    })
    outgoing.once('error', reject).end()
  })
}

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  br: bytes => brotliDecompressSync(bytes),
  gzip: bytes => gunzipSync(bytes),
  deflate: bytes => inflateSync(bytes),
}
const decoded = ({ headers, body }: Answer) => decoders[headers['content-encoding'] ?? '']?.(body) ?? body
const accepting = (encodings: string) => ({ 'accept-encoding': encodings })
const inDist = (path: string) => readFileSync(new URL(`../dist/assets/${path}`, import.meta.url))

describe('a style sheet or script', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['zstd', undefined],
    ['', undefined],
  ])('for a caller that accepts "%s" comes as %s', async (encodings, expected) => {
    const answer = await ask('/assets/site.css', accepting(encodings))
    expect(answer.status).toBe(200)
    expect(answer.headers['content-encoding']).toBe(expected)
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(answer.headers['content-type']).toBe('text/css; charset=utf-8')
    expect(answer.headers.vary).toBe('Accept-Encoding')
    expect(decoded(answer).equals(inDist('site.css'))).toBe(true)
    const head = await ask('/assets/site.css', accepting(encodings), 'HEAD')
    for (const name of ['content-encoding', 'content-length', 'etag', 'vary'] as const)
      expect(head.headers[name]).toBe(answer.headers[name])
    expect(head.body).toHaveLength(0)
  })

  it('has a tag for each encoding, by which a cache asks for that one only', async () => {
    const versions = await Promise.all(
      ['br', 'gzip', 'identity'].map(each => ask('/assets/site.js', accepting(each))),
    )
    const [br = '', gzip = '', plain = ''] = versions.map(({ headers }) => headers.etag)
    expect(new Set([br, gzip, plain]).size).toBe(3)
    for (const tag of [br, `W/${br}`, `"other", ${br}`, '*']) {
      const same = await ask('/assets/site.js', { ...accepting('br'), 'if-none-match': tag })
      expect(same.status).toBe(304)
      expect(same.headers).toMatchObject({ etag: br, vary: 'Accept-Encoding' })
      expect(same.headers['content-encoding']).toBeUndefined()
    }
    const other = await ask('/assets/site.js', { ...accepting('br'), 'if-none-match': gzip })
    expect(other.status).toBe(200)
  })

  it('of the map is sent at a quarter of its size', async () => {
    const scripts = readdirSync(new URL('../dist/assets/', import.meta.url)).filter(name =>
      /^chunk-.*\.js$/.test(name),
    )
    const [file] = scripts.sort((one, other) => inDist(other).length - inDist(one).length)
    const { body } = await ask(`/assets/${file}`, accepting('br'))
    expect(body.length).toBeLessThan(inDist(file ?? '').length / 4)
  })

  it('that would not get smaller is sent as it is', async () => {
    const { headers } = await ask('/assets/fonts/public-sans-bold.woff2', accepting('br, gzip'))
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers.vary).toBeUndefined()
  })
})

describe('what the app renders', () => {
  it.each([
    '/',
    '/report',
    '/nowhere',
    '/api/v1/services',
    '/open311/v2/services.xml',
    '/open311/v2/services.json',
  ])('is compressed: %s', async path => {
    const [plain, zipped] = [await ask(path), await ask(path, accepting('gzip, deflate, br'))]
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(zipped.headers['content-encoding']).toBe('gzip')
    for (const { headers } of [plain, zipped]) expect(headers.vary).toMatch(/accept-encoding/i)
    const comparable = (answer: Answer) =>
      decoded(answer)
        .toString()
        .replace(/nonce="[^"]*"|"request_id":"\w+"/g, '')
    expect(comparable(zipped)).toBe(comparable(plain))
    const head = await ask(path, accepting('gzip'), 'HEAD')
    expect(head.status).toBe(plain.status)
    expect(head.headers['content-encoding']).toBeUndefined()
  })

  it('has a tag that is good for the next question', async () => {
    const first = await ask('/api/v1/map', accepting('gzip'))
    expect(first.headers['content-encoding']).toBe('gzip')
    const again = await ask('/api/v1/map', {
      ...accepting('gzip'),
      'if-none-match': first.headers.etag ?? '',
    })
    expect(again.status).toBe(304)
  })
})

describe('a page of somebody who is signed in', () => {
  const session = async () => {
    const cookie = await startSession(app.platform, bundled, {
      kind: 'account',
      holder: 'nobody',
      shown: [{ method: 'email', source: 'mailbox' }],
      device: 'a test',
    })
    return { ...accepting('gzip'), cookie: `language=en; __Host-account-${bundled}=${cookie}` }
  }

  it.each(['cross-site', 'same-site', undefined])(
    'is not compressed, by us or a proxy, when the request is from elsewhere (%s)',
    async site => {
      const from: Record<string, string> = site === undefined ? {} : { 'sec-fetch-site': site }
      const { headers } = await ask('/', { ...(await session()), ...from })
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['cache-control']).toMatch(/, no-transform$/)
    },
  )

  it.each(['same-origin', 'none'])('is compressed when it is theirs (%s)', async site => {
    const { headers } = await ask('/', { ...(await session()), 'sec-fetch-site': site })
    expect(headers['content-encoding']).toBe('gzip')
    expect(headers['cache-control']).not.toContain('no-transform')
  })

  it('is compressed for a stranger, wherever the link was', async () => {
    const { headers } = await ask('/', {
      ...accepting('gzip'),
      'sec-fetch-site': 'cross-site',
      cookie: 'language=es',
    })
    expect(headers['content-encoding']).toBe('gzip')
  })
})
