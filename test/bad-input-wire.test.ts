import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundled, tenantsDir } from './support/app.ts'
import { type Server, startServer } from './support/server.ts'

/* What only a socket can send: the real server, byte by byte. */

const folder = mkdtempSync(join(tmpdir(), 'countyline-wire-'))
let server: Server
beforeAll(async () => {
  const tenants = join(folder, 'tenants')
  mkdirSync(tenants)
  cpSync(join(tenantsDir, bundled), join(tenants, bundled), { recursive: true })
  server = await startServer({ DATA_DIR: join(folder, 'data'), TENANTS_DIR: tenants })
})
afterAll(async () => {
  await server.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Sends bytes on a socket of its own; returns what came back until the server closed it, or `patience`
 * milliseconds passed.
 */
function send(bytes: string, patience = 20_000): Promise<string> {
  const { port } = new URL(server.url)
  return new Promise(resolve => {
    let answer = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    const giveUp = setTimeout(() => socket.destroy(), patience)
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(giveUp)
      resolve(answer)
    })
  })
}

const head = (line: string, ...headers: string[]) =>
  `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
const host = 'Host: localhost'
const isJson = 'Content-Type: application/json'
const post = 'POST /api/v1/requests HTTP/1.1'

describe('on the wire', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['no host', head('GET / HTTP/1.1')],
    ['an empty host', head('GET /report HTTP/1.1', 'Host: ')],
    ['a host with a space', head('GET /report HTTP/1.1', 'Host: a b')],
    ['a host that ends in the middle', head('GET /report HTTP/1.1', 'Host: [::1')],
    ['a host with a path in it', head('GET /report HTTP/1.1', 'Host: %ff/..')],
    ['a path that is no path', head('GET report HTTP/1.1', host)],
    ['a path in Latin-1', head('GET /caf\xe9 HTTP/1.1', host)],
    ['a path of 70,000 letters', head(`GET /${'a'.repeat(70_000)} HTTP/1.1`, host)],
    ['a header of 70,000 letters', head('GET / HTTP/1.1', host, `X: ${'a'.repeat(70_000)}`)],
    ['TRACE', head('TRACE /report HTTP/1.1', host)],
    ['another host’s path', head('GET //nowhere.example/report HTTP/1.1', host)],
    ['a length below zero', head(post, host, isJson, 'Content-Length: -5')],
    [
      'two lengths',
      `${head(post, host, isJson, 'Content-Length: 2', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
    ],
    [
      'chunks that are none',
      `${head(post, host, isJson, 'Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`,
    ],
    ['an expectation nobody meets', head(post, host, isJson, 'Expect: a-miracle', 'Content-Length: 2')],
  ])('%s is a 4xx without a word about us', async (_, bytes) => {
    const answer = await send(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toMatch(/\n\s+at |Error:|node:/)
  })

  it.each([
    post,
    'POST /open311/v2/requests.xml HTTP/1.1',
    'POST /report/pothole/send HTTP/1.1',
    'POST /api/v1/media HTTP/1.1',
  ])('a caller who hangs up in the middle of "%s" is not our error', async line => {
    await send(`${head(line, host, isJson, 'Content-Length: 500')}{"service`, 300)
    await send(`${head(line, host, isJson, 'Transfer-Encoding: chunked')}3\r\n{"s\r\n`, 300)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect(server.output()).not.toMatch(/"level":"error"/)
  })

  it.each([
    ['/api/v1/requests', 'application/json', 'application/problem+json'],
    ['/api/v1/media', 'image/jpeg', 'application/problem+json'],
    ['/open311/v2/requests.json', 'application/x-www-form-urlencoded', 'application/json'],
    ['/open311/v2/requests.xml', 'multipart/form-data; boundary=b', 'text/xml'],
    ['/report/pothole/send', 'multipart/form-data; boundary=b', 'text/html'],
  ])('300 MB at %s are refused in the form of the route, and never held', async (path, type, form) => {
    const before = mostMemory()
    const start = head(
      `POST ${path} HTTP/1.1`,
      host,
      `Content-Type: ${type}`,
      `Content-Length: ${megabytes(300)}`,
    )
    const answer = await flood(start, 300)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    const [headers = '', body] = answer.split('\r\n\r\n')
    expect(headers.toLowerCase()).toContain(`\r\ncontent-type: ${form}`)
    expect(body).toMatch(/./)
    expect(mostMemory() - before).toBeLessThan(150_000)
  })

  it.each([
    ['that it announced', { 'content-length': megabytes(40) }],
    ['in pieces', { 'transfer-encoding': 'chunked' }],
  ])('a slow caller who sends too much %s is let finish, and reads why', async (_, headers) => {
    const call = request(`${server.url}/api/v1/media`, { method: 'POST', headers })
    const answered = once(call, 'response')
    for (let sent = 0; sent < 20; sent++) {
      await new Promise<void>((resolve, reject) =>
        call.write(new Uint8Array(megabytes(2)), error => (error ? reject(error) : resolve())),
      )
      await new Promise(resolve => setTimeout(resolve, 60))
    }
    call.end()
    const [answer] = (await answered) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    expect(await text(answer)).toContain('10 MB')
  })
})

describe('while the largest bodies arrive that any route takes, many at once', () => {
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' }
  const post = (path: string, body: BodyInit, headers: Record<string, string>) =>
    fetch(`${server.url}${path}`, { method: 'POST', body, headers }).then(({ status }) => status)
  const fields = `a=${'%41'.repeat(85)}&`.repeat(998)
  const file = '--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
  const photos = `${`${file}${'\r'.repeat(megabytes(9))}\r\n`.repeat(5)}--b--`
  const largest = () => [
    ...Array.from({ length: 12 }, () => post('/report/pothole/send', fields, urlencoded)),
    ...Array.from({ length: 12 }, () => post('/open311/v2/requests.json', fields, urlencoded)),
    ...Array.from({ length: 2 }, () => post('/report/pothole/send', photos, multipart)),
    ...Array.from({ length: 6 }, () => post('/api/v1/media', new Uint8Array(megabytes(10)), {})),
  ]

  it('others are answered, and none of them is an error', async () => {
    let isOver = false
    const sent = Promise.all(largest()).finally(() => {
      isOver = true
    })
    let answered = 0
    while (!isOver) {
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      answered++
    }
    expect(new Set(await sent)).not.toContain(500)
    expect(answered).toBeGreaterThan(10)
  })

  it('60 MB of pairs of nothing are refused at every route that reads forms, and others are answered meanwhile', async () => {
    for (const path of [
      '/report/pothole/send',
      '/open311/v2/requests.json',
      '/oauth/token',
      '/sign-in/email',
    ]) {
      const start = head(
        `POST ${path} HTTP/1.1`,
        host,
        `Content-Type: ${urlencoded['content-type']}`,
        `Content-Length: ${megabytes(60)}`,
      )
      const refused = flood(start, 60, Buffer.from('a&'.repeat(megabytes(1) / 2)))
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      expect(await refused).toMatch(path === '/oauth/token' ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 413 /)
    }
  })

  it('SIGTERM stops the server', async () => {
    const sent = Promise.allSettled(largest())
    await fetch(`${server.url}/healthz`)
    const { code } = await server.end('SIGTERM')
    expect([0, 1]).toContain(code)
    await sent
  })
})

const megabytes = (count: number) => count * 1024 * 1024

/**
 * Sends this many megabytes after the head, to the last; returns what came back until the server closed the
 * socket.
 */
async function flood(start: string, count: number, piece = new Uint8Array(megabytes(1))): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const answer = text(socket)
  socket.write(start)
  for (let sent = 0; sent < count; sent++) {
    if (!socket.write(piece)) await once(socket, 'drain')
  }
  return answer
}

/** The most kilobytes that the server ever held; 0 where the system does not report it. */
function mostMemory(): number {
  try {
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])
  } catch {
    return 0
  }
}
