import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPublicAddress, isPublicHost } from '../src/core/http/addresses.ts'
import { asProblem } from '../src/core/problem.ts'
import { nodeTransport } from '../src/platform/node/http/transport.ts'
import { guardedOutbound } from '../src/platform/outbound.ts'
import { bodyOf, serveHttp, type TestServer } from './support/http.ts'

/* Requests to addresses that configuration names, against a real server on this machine. */

let server: TestServer
let other: TestServer
const asked: string[] = []

async function answer(request: IncomingMessage, response: ServerResponse) {
  asked.push(request.url ?? '')
  const to = (status: number, location: string) => response.writeHead(status, { location }).end()
  switch (request.url) {
    case '/echo':
      return response.writeHead(201).end(`${request.method} ${await bodyOf(request)}`)
    case '/headers':
      return response
        .writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
        .end(JSON.stringify(request.headers))
    case '/elsewhere':
      return to(302, `${other.url}/headers`)
    case '/hang':
      return undefined
    case '/drip': {
      response.write('a')
      return undefined
    }
    case '/flood': {
      const megabyte = 'x'.repeat(1024 * 1024)
      for (let sent = 0; sent < 3; sent++) response.write(megabyte)
      return response.end()
    }
    case '/loop':
      return to(302, '/loop')
    case '/once':
      return to(302, '/echo')
    case '/same':
      return to(307, '/echo')
    case '/private':
      return to(302, 'http://169.254.169.254/latest/meta-data')
    case '/file':
      return to(302, 'file:///etc/passwd')
    default:
      return response.writeHead(404).end()
  }
}

beforeAll(async () => {
  server = await serveHttp((request, response) => void answer(request, response))
  other = await serveHttp((request, response) => void answer(request, response))
})
afterAll(() => Promise.all([server.close(), other.close()]))

const allowed = () => guardedOutbound(nodeTransport(), [server.host, other.host])
const ask = (path: string, request = {}) => allowed().ask(server.url + path, request)
const why = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    error => `${asProblem(error).slug}: ${asProblem(error).detail?.replace(/^\S+ /, '')}`,
  )

describe('which addresses are public', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1%eth0',
    'fd00::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '5f00::1',
    '100::1',
    '100:0:0:1::1',
    '64:ff9b:1::808:808',
    '64:ff9b::7f00:1',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '2001::1',
    '2001:2::1',
    '2001:20::1',
    '2002:a00:1::',
    'fec0::1',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    'not an address',
  ])('%s is not', address => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '198.20.0.1',
    '2606:4700::1111',
    '2620:4f:8000::1',
    '3fff:1000::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is', address => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test('nor are names of this machine, of a cloud, or without a domain, however they are written', () => {
    const hosts = ['localhost', 'db.localhost', 'metadata.google.internal.', 'printer', 'nas.local']
    hosts.push(
      'localhost.',
      'localhost..',
      'db.localhost..',
      '127.0.0.1..',
      'router.home.arpa',
      'LOCALHOST.',
      '.',
    )
    const written = ['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:127.0.0.1]/', 'http://127.1/']
    written.push('http://0177.0.0.1/', 'http://127.0.0.1./', 'http://[::7f00:1]/', 'http://127。0。0。1/')
    const all = [...hosts, ...written.map(url => new URL(url).hostname)]
    expect(all.filter(isPublicHost)).toEqual([])
    expect(isPublicHost('open311.example.org')).toBe(true)
  })
})

describe('what is asked', () => {
  test('is answered with its status and text', async () => {
    expect(await ask('/echo', { method: 'POST', body: 'a=1' })).toEqual({ status: 201, text: 'POST a=1' })
    expect(await ask('/once')).toEqual({ status: 201, text: 'GET ' })
    expect(await ask('/nowhere')).toEqual({ status: 404, text: '' })
  })

  test('is not asked of a private address, unless the operator allows that host and port', async () => {
    const before = asked.length
    const guarded = guardedOutbound(nodeTransport(), ['127.0.0.1:1'])
    expect(await why(guarded.ask(`${server.url}/echo`))).toBe('partner-unavailable: is not a public address.')
    expect(asked).toHaveLength(before)
  })

  test('is not asked of a public name that leads to a private address', async () => {
    const resolved: string[] = []
    const transport = nodeTransport((name, _options, callback) => {
      resolved.push(name)
      callback(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])
    })
    const { port } = new URL(server.url)
    const asking = guardedOutbound(transport, []).ask(`http://open311.example.org:${port}/echo`)
    expect(await why(asking)).toBe('partner-unavailable: cannot be reached.')
    expect(resolved).toEqual(['open311.example.org'])
  })

  test.each([
    ['/private', 'is not a public address.'],
    ['/file', 'is not a web address.'],
    ['/loop', 'redirects more than 3 times.'],
    ['/flood', 'answers more than a megabyte.'],
  ])('gives up on %s', async (path, reason) => {
    expect(await why(ask(path))).toBe(`partner-unavailable: ${reason}`)
  })

  test.concurrent.each(['/hang', '/drip'])(
    'does not wait for ever for %s',
    { timeout: 30_000 },
    async path => {
      expect(await why(ask(path))).toBe('partner-unavailable: does not answer in time.')
    },
  )

  test('carries a form along only where the redirect says so and stays with the host', async () => {
    const form = { method: 'POST', body: 'api_key=secret' } as const
    expect(await ask('/same', form)).toEqual({ status: 201, text: 'POST api_key=secret' })
    expect(await why(ask('/once', form))).toMatch(/^partner-unavailable: has moved/)
  })

  test.each(['ftp://example.org/', 'http://user:secret@example.org/', 'no address', 'javascript:1'])(
    'is refused at %s',
    async url => {
      expect(await why(allowed().ask(url))).toMatch(/^partner-unavailable/)
    },
  )
})

describe('a library’s fetch', () => {
  const fetch = (path: string, init?: RequestInit) => allowed().fetch(server.url + path, init)

  test('sends what the standard says, and gives status, headers and body', async () => {
    const form = new URLSearchParams({ code: 'ü&' })
    const echoed = await fetch('/echo', { method: 'POST', body: form })
    expect([echoed.status, await echoed.text()]).toEqual([201, 'POST code=%C3%BC%26'])
    const asked = await allowed().fetch(new Request(`${server.url}/headers`, { headers: { 'x-a': 'b' } }))
    expect(asked.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(asked.headers.get('content-type')).toBe('application/json')
    expect(await asked.json()).toMatchObject({ 'x-a': 'b', host: server.host })
    const typed = await fetch('/headers', { method: 'POST', body: form })
    expect(await typed.json()).toMatchObject({
      'content-type': expect.stringContaining('x-www-form-urlencoded'),
    })
  })

  test('sees a redirect instead of following it where it says so', async () => {
    const seen = await fetch('/private', { redirect: 'manual' })
    expect(seen.status).toBe(302)
    expect(seen.headers.get('location')).toBe('http://169.254.169.254/latest/meta-data')
    expect(await why(fetch('/once', { redirect: 'error' }))).toBe('partner-unavailable: redirects.')
  })

  test('gives what proves who asks to the first host only', async () => {
    const headers = { authorization: 'Bearer secret', cookie: 'a=secret', 'x-a': 'b' }
    const own = await fetch('/headers', { headers })
    expect(await own.json()).toMatchObject(headers)
    const others = (await (await fetch('/elsewhere', { headers })).json()) as object
    expect(others).toMatchObject({ 'x-a': 'b', host: other.host })
    expect(JSON.stringify(others)).not.toContain('secret')
  })

  test('keeps to the same rules as every other question', async () => {
    const guarded = guardedOutbound(nodeTransport(), [])
    const url = new URL('/echo', server.url)
    for (const input of [url, url.href, new Request(url)]) {
      expect(await why(guarded.fetch(input, { redirect: 'manual' }))).toBe(
        'partner-unavailable: is not a public address.',
      )
    }
    expect(await why(fetch('/private'))).toBe('partner-unavailable: is not a public address.')
    expect(await why(fetch('/flood'))).toBe('partner-unavailable: answers more than a megabyte.')
  })

  test('is given up when its caller gives up', async () => {
    const caller = new AbortController()
    const asking = fetch('/hang', { signal: caller.signal })
    caller.abort(new Error('not needed any more'))
    await expect(asking).rejects.toThrow('not needed any more')
  })
})
