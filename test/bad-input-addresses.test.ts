import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/create-app.ts'
import type { NodePlatform } from '../src/platform/node/platform.ts'
import { startApp, type TestApp } from './support/app.ts'
import { lakeDocuments } from './support/lake.ts'

/* URLs, hosts, methods and headers that nobody should send. */

let app: TestApp
beforeAll(async () => {
  app = await startApp({ documents: lakeDocuments(), slug: 'lake' })
})
afterAll(() => app.close())

const here = 'http://lake.example'
const ask = (path: string, init?: RequestInit) => app.request(path.startsWith('/') ? here + path : path, init)

const page = 'text/html; charset=UTF-8'
const json = 'application/problem+json; charset=utf-8'
const list = 'application/json; charset=utf-8'
const xml = 'text/xml; charset=utf-8'

describe('an address that leads nowhere', () => {
  it.each([
    ['/nowhere', page],
    ['/r/nowhere/', page],
    ['/j/nowhere/', page],
    ['/r/lake/j/nowhere/report', page],
    ['/r/LAKE/', page],
    ['/r/lake%2fj%2fwest/', page],
    ['//nowhere', page],
    ['//evil.example/x?lang=es', page],
    ['/%2e%2e/%2e%2e/etc/passwd', page],
    ['/..%252f..%252fetc%252fpasswd', page],
    ['/report/%ff', page],
    ['/report/__proto__', page],
    ['/cases/%00', page],
    ['/media/west/..%2f..%2fdirectory', page],
    ['/assets/%ff.css', page],
    ['/assets/..%2f..%2fpackage.json', page],
    ['/assets/', page],
    [`/${'a'.repeat(10_000)}`, page],
    ['http://nowhere.example/', page],
    ['http://nowhere.example/report/pothole', page],
    ['/api', json],
    ['/api/v1/nowhere', json],
    ['/api/v1/requests/%ff', json],
    ['/api/v1/requests/WE-22222-22222', json],
    ['/r/nowhere/api/v1/services', json],
    ['/j/nowhere/api/v1/services', json],
    ['http://nowhere.example/api/v1/services', json],
    ['/open311/v2/nowhere.json', list],
    ['/open311/v2/services/%ff.json', list],
    ['/open311/v2/requests/..%2f..%2fx.xml', xml],
    ['/open311/v2/services', xml],
    ['/r/nowhere/open311/v2/services.json', list],
    ['/j/nowhere/open311/v2/services.xml', xml],
    ['http://nowhere.example/open311/discovery.json', list],
  ])('%s is 404 in the form of its route', async (path, type) => {
    const answer = await ask(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, type])
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]+$/)
    const text = await answer.text()
    expect(text).not.toMatch(/\n\s+at |Error:|href="\/\//)
    const head = await ask(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([404, type, ''])
  })

  it('tells it in the language of the reader, also where no site is found', async () => {
    const answer = await ask('http://nowhere.example/', { headers: { 'accept-language': 'es-MX' } })
    expect(await answer.text()).toContain('No hay ningún sitio en esta dirección')
  })

  it('names the sites of the deployment at its own address only', async () => {
    const { name } = app.region.documents.region
    const own = await ask('http://localhost/')
    expect(own.status).toBe(404)
    expect(await own.text()).toMatch(new RegExp(`href="https://lake.example">${name}</a>`))
    for (const host of ['nowhere.example', '127.0.0.1', 'localhost.nowhere.example']) {
      const other = await ask(`http://${host}/`)
      expect(other.status).toBe(404)
      expect(await other.text()).not.toMatch(new RegExp(`${name}|lake`, 'i'))
    }
  })

  it('is told to programs by a problem of its own', async () => {
    const answer = await ask('http://nowhere.example/api/v1/services')
    expect(await answer.json()).toMatchObject({ type: 'urn:countyline:problem:unknown-host', status: 404 })
  })
})

describe('an address that means well', () => {
  it.each([
    '/report/',
    '/j/west/',
    '/r/lake/',
    '/r/lake/j/west',
    '/api/v1/services/',
    '/open311/v2/services.json/',
  ])('%s is found with or without its slash', async path => {
    const [given, other] = [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`]
    expect([(await ask(given)).status, (await ask(other)).status]).toEqual([200, 200])
  })

  it('a host is found in capitals and with a port', async () => {
    expect((await ask('http://LAKE.Example/')).status).toBe(200)
    expect((await ask('http://lake.example:8311/')).status).toBe(200)
  })
})

describe('a method that does not belong', () => {
  it.each([
    ['PUT', '/report', page],
    ['DELETE', '/', page],
    ['POST', '/track', page],
    ['PROPFIND', '/reports', page],
    ['DELETE', '/api/v1/requests', json],
    ['PUT', '/api/v1/services', json],
    ['GET', '/api/v1/media', json],
    ['POST', '/healthz', json],
    ['PATCH', '/open311/v2/requests.json', list],
    ['DELETE', '/open311/v2/services.xml', xml],
    ['POST', '/open311/v2/services.json', list],
  ])('%s %s is refused in the form of the route', async (method, path, type) => {
    const answer = await ask(path, { method })
    expect([404, 405]).toContain(answer.status)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.has('allow')).toBe(answer.status === 405)
  })

  it.each([
    ['/report/pothole/send?lang=es', '/report/pothole?lang=es'],
    ['/work/west/requests/WE-22222-22222/close', '/work/west/requests/WE-22222-22222'],
    ['//report/pothole/send', undefined],
    ['/api/v1/media', undefined],
  ])('where only forms are sent to, %s leads to their page', async (path, page) => {
    const answer = await ask(path)
    expect([answer.status, answer.headers.get('location')]).toEqual(
      page === undefined ? [404, null] : [303, page],
    )
  })

  it.each([
    ['/api/v1/requests?service_code=%ff', json],
    ['/api/v1/services?x=100%25&y=%c3%28', json],
    ['/report?q=%ff', page],
    ['/reports?service=%ED%A0%80', page],
  ])('a query that is not UTF-8, as in %s, is 400', async (path, type) => {
    const answer = await ask(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, type])
    expect((await ask('/report?q=100%&lang=%C3%A9')).status).toBe(200)
  })

  it('HEAD is GET without its body, on every page', async () => {
    for (const path of [
      '/',
      '/report',
      '/reports',
      '/jurisdictions',
      '/open311/v2/services.json',
      '/api/v1/services',
    ]) {
      const [get, head] = [await ask(path), await ask(path, { method: 'HEAD' })]
      expect([path, head.status, head.headers.get('content-type'), await head.text()]).toEqual([
        path,
        200,
        get.headers.get('content-type'),
        '',
      ])
    }
  })
})

it('a line of the log says why a request was refused, and holds nothing that it said', async () => {
  const said = async (path: string, init?: RequestInit) => {
    app.logged.length = 0
    await ask(path, init)
    expect(JSON.stringify(app.logged)).not.toContain('secret')
    return app.logged.map(({ event, fields: { route, status, problem } }) => [event, route, status, problem])
  }
  expect(await said('/cases/secret?secret=1')).toEqual([['request', '/cases/:number', 404, 'not-found']])
  const foreign = {
    method: 'POST',
    headers: { origin: 'https://secret.example' },
    body: new URLSearchParams(),
  }
  expect(await said('/report/pothole/send', foreign)).toEqual([
    ['request', '/report/:service/send', 403, 'cross-site'],
  ])
  expect(await said('/healthz')).toEqual([['request', '/healthz', 200, undefined]])
})

describe('a header that is not what it should be', () => {
  it.each([
    ['a-fine_id.not', false],
    ['a-fine_id', true],
    ['x'.repeat(100), true],
    ['x'.repeat(101), false],
    ['<script>', false],
    ['', false],
  ])('the request id "%s" is echoed: %s', async (id, echoed) => {
    const answer = await ask('/healthz', { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id') === id).toBe(echoed)
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{1,100}$/)
  })

  it.each([
    '',
    '*',
    'q=1',
    ';;;',
    'en;q=x',
    'es;q=0',
    ',,,,',
    'x'.repeat(9000),
    '__proto__',
    'constructor;q=1',
  ])('the language "%s" reads English', async language => {
    const answer = await ask('/report', {
      headers: { 'accept-language': language, cookie: `language=${language}` },
    })
    expect([answer.status, /<html lang="(\w+)"/.exec(await answer.text())?.[1]]).toEqual([200, 'en'])
  })

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic eDp5',
    'Bearer cl_west_2222222222_2',
    `Bearer ${'x'.repeat(9000)}`,
  ])('the authorization "%s" opens nothing, and says nothing of what is there', async authorization => {
    const refused = await ask('/api/v1/work/requests/WE-22222-22222', { headers: { authorization } })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ type: 'urn:countyline:problem:key-refused' })
  })
})

describe('while the databases are unavailable', () => {
  it('every route says so in its own form, and when to come back, also before anything was ever read', async () => {
    const unavailable = Object.assign(new Error('connect to 10.0.0.7 refused'), { code: 'SERVER_ERROR' })
    const gone = () => Promise.reject(unavailable)
    const databases = { ...app.platform.databases, client: () => ({ execute: gone, batch: gone }) }
    const front = createApp({ ...app.platform, databases: databases as unknown as NodePlatform['databases'] })
    for (const [path, type] of [
      ['/', page],
      ['/cases/WE-4KT7X-9QXC2', page],
      ['/api/v1/requests', json],
      ['/readyz', json],
      ['/open311/v2/requests.json', list],
      ['/open311/v2/requests.xml', xml],
    ] as const) {
      const answer = await front.request(here + path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 503, type])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await answer.text()).not.toMatch(/10\.0|SERVER_ERROR|refused/)
    }
    expect((await front.request(`${here}/healthz`)).status).toBe(200)
  })
})
