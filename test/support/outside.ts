import { badAnswers, photonAnswer, sendJson } from './geocoder-answers.ts'
import { bodyOf, serveHttp, type TestServer } from './http.ts'

/** An email as a mail service receives it. */
export interface PostedEmail {
  readonly authorization: string
  readonly idempotencyKey: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export interface PostedMessage {
  readonly authorization: string
  readonly to: string
  readonly from: string
  readonly text: string
}

/** Copies of the audit's seals, as they were posted. */
export interface PostedAnchors {
  readonly authorization: string
  readonly lines: string
}

/** As a collector of OpenTelemetry receives them. */
export interface PostedTraces {
  readonly authorization: string
  readonly body: string
}

function readMessage(type: string, body: string): Omit<PostedMessage, 'authorization'> {
  if (type.startsWith('application/json')) return JSON.parse(body) as PostedMessage
  const form = new URLSearchParams(body)
  return { to: form.get('To') ?? '', from: form.get('From') ?? '', text: form.get('Body') ?? '' }
}

/**
 * A mail service, an SMS provider and a collector of traces that keep what they receive (GET shows it), geocoders, a
 * resolver of DNS records, and pages that a partner's server could have.
 */
export function serveOutside(): Promise<TestServer> {
  const emails: PostedEmail[] = []
  const messages: PostedMessage[] = []
  const anchors: PostedAnchors[] = []
  const traces: PostedTraces[] = []
  return serveHttp(async (request, response) => {
    const { url = '', method, headers } = request
    if (url === '/hang') return
    const [, bad = ''] = /^\/geocoder\/([^/]+)\/api\?/.exec(url) ?? []
    if (bad !== '') {
      badAnswers[decodeURIComponent(bad)]?.(response)
      return
    }
    if (url.startsWith('/photon/api?')) {
      sendJson(response, photonAnswer)
      return
    }
    if (url.startsWith('/dns-query?')) {
      const name = new URL(url, 'http://localhost').searchParams.get('name')
      sendJson(response, { Status: 0, Answer: [{ name, type: 16, data: `"record of ${name}"` }] })
      return
    }
    if (url === '/private') response.writeHead(302, { location: 'http://192.168.1.1/' }).end()
    else if (url === '/flood') response.end('x'.repeat(2_000_000))
    else if (url === '/echo') response.end(`${method} ${await bodyOf(request)}`)
    else if (url === '/emails' && method === 'GET') response.end(JSON.stringify(emails))
    else if (url === '/emails') {
      const email = JSON.parse(await bodyOf(request)) as PostedEmail
      if (email.to[0]?.startsWith('refused@')) {
        response.writeHead(422).end('{}')
        return
      }
      const { authorization = '', 'idempotency-key': key = '' } = headers
      emails.push({ ...email, authorization, idempotencyKey: String(key) })
      response.end('{"id":"1"}')
    } else if (url === '/anchors' && method === 'GET') response.end(JSON.stringify(anchors))
    else if (url === '/anchors') {
      anchors.push({ authorization: headers.authorization ?? '', lines: await bodyOf(request) })
      response.writeHead(204).end()
    } else if (url === '/v1/traces' && method === 'GET') response.end(JSON.stringify(traces))
    else if (url === '/v1/traces') {
      traces.push({ authorization: headers.authorization ?? '', body: await bodyOf(request) })
      response.end('{}')
    } else if (url === '/messages' && method === 'GET') response.end(JSON.stringify(messages))
    else if (url === '/messages') {
      const message = readMessage(headers['content-type'] ?? '', await bodyOf(request))
      // A number that no provider accepts.
      if (message.to.endsWith('0000')) {
        response.writeHead(400).end('{"code":21211}')
        return
      }
      messages.push({ ...message, authorization: headers.authorization ?? '' })
      response.writeHead(201).end('{}')
    } else response.writeHead(503).end()
  })
}
