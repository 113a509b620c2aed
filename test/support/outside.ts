import { bodyOf, serveHttp, type TestServer } from './http.ts'

/** A letter as a mail service takes it. */
export interface PostedLetter {
  readonly authorization: string
  readonly idempotencyKey: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** A mail service that keeps what it takes (GET shows it), and pages that a partner's server could have. */
export function serveOutside(): Promise<TestServer> {
  const letters: PostedLetter[] = []
  return serveHttp(async (request, response) => {
    const { url = '', method, headers } = request
    if (url === '/hang') return
    if (url === '/private') response.writeHead(302, { location: 'http://192.168.1.1/' }).end()
    else if (url === '/flood') response.end('x'.repeat(2_000_000))
    else if (url === '/echo') response.end(`${method} ${await bodyOf(request)}`)
    else if (url === '/letters' && method === 'GET') response.end(JSON.stringify(letters))
    else if (url === '/letters') {
      const letter = JSON.parse(await bodyOf(request)) as PostedLetter
      if (letter.to[0]?.startsWith('refused@')) {
        response.writeHead(422).end('{}')
        return
      }
      const { authorization = '', 'idempotency-key': key = '' } = headers
      letters.push({ ...letter, authorization, idempotencyKey: String(key) })
      response.end('{"id":"1"}')
    } else response.writeHead(503).end()
  })
}
