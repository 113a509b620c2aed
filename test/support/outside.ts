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

/** A text message as a provider takes it, by form or as JSON. */
export interface PostedMessage {
  readonly authorization: string
  readonly to: string
  readonly from: string
  readonly text: string
}

function readMessage(type: string, body: string): Omit<PostedMessage, 'authorization'> {
  if (type.startsWith('application/json')) return JSON.parse(body) as PostedMessage
  const form = new URLSearchParams(body)
  return { to: form.get('To') ?? '', from: form.get('From') ?? '', text: form.get('Body') ?? '' }
}

/** A mail service and a provider of text messages that keep what it takes (GET shows it), and pages that a partner's server could have. */
export function serveOutside(): Promise<TestServer> {
  const letters: PostedLetter[] = []
  const messages: PostedMessage[] = []
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
    } else if (url === '/messages' && method === 'GET') response.end(JSON.stringify(messages))
    else if (url === '/messages') {
      const message = readMessage(headers['content-type'] ?? '', await bodyOf(request))
      // A number that no provider has.
      if (message.to.endsWith('0000')) {
        response.writeHead(400).end('{"code":21211}')
        return
      }
      messages.push({ ...message, authorization: headers.authorization ?? '' })
      response.writeHead(201).end('{}')
    } else response.writeHead(503).end()
  })
}
