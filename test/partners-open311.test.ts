import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PartnerDocument } from '../src/regions/documents/schemas/partner.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { bodyOf, serveHttp, type TestServer } from './support/http.ts'
import { serveApp } from './support/serve-app.ts'

/* S2 by Open311: requests are forwarded to a real GeoReport server, and to servers that are not one. */

const highway = '2352 State Highway 9, Hollis'
const HOUR = 3_600_000
const SECRET = 'PARTNER_ELLERY__STATE_DOT'
const DAY = 24 * HOUR

/** The bundled county, whose state DOT has this endpoint. */
async function startWith(
  endpoint: NonNullable<PartnerDocument['open311']>,
  hosts: readonly string[],
  key = 'secret',
): Promise<County> {
  const documents = structuredClone(await bundledDocuments())
  const partner = documents.region.partners?.find(({ id }) => id === 'state-dot')
  if (partner === undefined) throw new Error('the demonstration has no state DOT')
  Object.assign(partner, { forward: 'open311', open311: { keySecret: SECRET, ...endpoint } })
  return startCounty({ documents, outboundAllow: hosts, environment: { [SECRET]: key } })
}

const reported = (county: County, more: object = {}) =>
  county.report('traffic-signal', highway, { description: 'Dark & quiet <signal>', ...more })

interface Forward {
  state: string
  receipt: string | null
  last_error: string | null
}
async function forwardOf(county: County, id: string): Promise<Forward> {
  const { forwards } = await county.get<{ forwards: Forward[] }>(
    `/api/v1/work/requests/${id}/forwards`,
    'ellery-county',
  )
  const [newest] = forwards
  if (newest === undefined) throw new Error('nothing was passed on')
  return newest
}

async function later(county: County, milliseconds = HOUR): Promise<void> {
  county.app.advance(milliseconds)
  await county.app.runJobs()
}

const partnerWords = async (county: County, id: string) =>
  (await county.seen(id)).timeline.filter(({ type }) => type === 'partner')

describe.each(['xml', 'json'] as const)('a partner that runs this very platform, in %s', format => {
  let dot: TestApp
  let server: TestServer
  let county: County

  beforeEach(async () => {
    dot = await startApp()
    server = await serveApp(dot)
  })
  afterEach(async () => {
    await county.close()
    await server.close()
    await dot.close()
  })

  async function connect(updates: boolean): Promise<County> {
    const endpoint = {
      endpoint: `${server.url}/j/hollis/open311/v2`,
      jurisdictionId: 'hollis',
      format,
      updates,
    }
    county = await startWith(endpoint, [server.host], await dot.key('hollis'))
    return county
  }

  async function move(number: string, to: string, more: object = {}): Promise<void> {
    const key = await dot.key('hollis', 'work')
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const path = `/api/v1/work/requests/${number}`
    const { version } = (await (await dot.request(path, { headers })).json()) as { version: number }
    const body = JSON.stringify({ to, version, ...more })
    const answer = await dot.request(`${path}/status`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
  }

  test.each([false, true])('files it, and hears how it goes (updates: %s)', async updates => {
    await connect(updates)
    const { id } = await reported(county)
    const { receipt, state, last_error } = await forwardOf(county, id)
    expect(last_error).toBeNull()
    expect([state, receipt?.slice(0, 3)]).toEqual(['sent', 'HO-'])
    const filed = JSON.parse(
      await (await dot.request(`/j/hollis/open311/v2/requests/${receipt}.json`)).text(),
    )[0] as { description: string }
    expect(filed.description).toContain('Dark & quiet <signal>')
    expect(filed.description).toContain(id)
    const seen = await county.seen(id)
    expect(seen.timeline.find(({ type }) => type === 'forwarded')).toMatchObject({
      method: 'open311',
      receipt,
    })
    await later(county)
    expect(await partnerWords(county, id)).toEqual([])

    dot.advance(2 * HOUR)
    county.app.advance(HOUR)
    await move(receipt ?? '', 'in_progress', { text: 'A crew is out.' })
    await later(county)
    await later(county)
    if (updates) expect((await county.seen(id)).status).toBe('in_progress')
    expect((await partnerWords(county, id)).map(({ text }) => text)).toEqual(['A crew is out.'])

    dot.advance(HOUR)
    await move(receipt ?? '', 'closed', { reason: 'completed', text: 'It shines again.' })
    await later(county)
    await later(county)
    const done = await county.seen(id)
    expect(done.status).toBe('closed')
    expect((await partnerWords(county, id)).at(-1)).toMatchObject({ said: 'done', text: 'It shines again.' })
    expect((await forwardOf(county, id)).state).toBe('done')
  })
})

describe('a server that is none', () => {
  let server: TestServer
  let county: County
  /** Its responses, by path without the extension, and the requests that it received. */
  let answers: Record<string, string | number | 'hang' | { redirect: string }> = {}
  let asked: { path: string; body: string; headers: Record<string, unknown> }[] = []

  beforeAll(async () => {
    server = await serveHttp(async (request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const path = url.pathname.replace(/^\/v2\/|\.json$/g, '')
      asked.push({ path, body: (await bodyOf(request)) || url.search, headers: request.headers })
      const answer = answers[`${request.method} ${path}`] ?? answers[path] ?? 404
      if (answer === 'hang') return
      if (typeof answer === 'number') response.writeHead(answer).end('[]')
      else if (typeof answer === 'string') response.end(answer)
      else response.writeHead(302, { location: answer.redirect }).end()
    })
    const endpoint = { endpoint: `${server.url}/v2`, services: { 'traffic-signal': 'SIG-7' } }
    county = await startWith({ ...endpoint, format: 'json' }, [server.host])
  })
  afterEach(() => {
    answers = {}
    asked = []
  })
  afterAll(async () => {
    await county.close()
    await server.close()
  })

  const filedAs = (number: string) => JSON.stringify([{ service_request_id: number }])
  /** A forwarded request, with this number at the partner. */
  async function passedOn(number: string): Promise<string> {
    answers = { 'POST requests': filedAs(number) }
    const { id } = await reported(county)
    expect((await forwardOf(county, id)).receipt).toBe(number)
    return id
  }

  test('is sent the key that the operator keeps, and a name for the sending that stays the same', async () => {
    answers = { 'POST requests': 500 }
    const { id } = await reported(county, { email: 'ada@example.org' })
    answers = { 'POST requests': filedAs('D-1') }
    await later(county, DAY)
    const posts = asked.filter(({ path, body }) => path === 'requests' && body.startsWith('api_key='))
    expect(posts).toHaveLength(2)
    expect(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    const form = new URLSearchParams(posts[0]?.body)
    expect(form.get('api_key')).toBe('secret')
    expect(form.get('email')).toBeNull()
    expect(form.get('service_code')).toBe('SIG-7')
    expect(form.get('attribute[trouble]')).toBe('dark')
    expect((await forwardOf(county, id)).receipt).toBe('D-1')
    await later(county, DAY)
    expect(asked.filter(({ body }) => body.startsWith('api_key='))).toHaveLength(2)
    expect(JSON.stringify(county.app.logged)).not.toContain('secret')
  })

  test.each([
    ['hangs', 'hang', /does not answer in time/],
    ['redirects to a private address', { redirect: 'http://10.0.0.1/' }, /has moved to 10\.0\.0\.1/],
    ['answers an error', 503, /answered 503/],
  ] as const)(
    'and %s: the report waits, with the reason for the operator',
    { timeout: 60_000 },
    async (_, answer, reason) => {
      answers = { 'POST requests': answer }
      const { id } = await reported(county)
      const { state, last_error } = await forwardOf(county, id)
      expect(state).toBe('waiting')
      expect(last_error).toMatch(reason)
      expect((await county.seen(id)).timeline.map(({ type }) => type)).toEqual(['submitted'])
      answers = { 'POST requests': filedAs(`after-${id}`) }
      await later(county, DAY)
      expect((await forwardOf(county, id)).state).toBe('sent')
    },
  )

  test.each([
    ['answers rubbish', '<html><p>Welcome!', /is not GeoReport/],
    ['answers JSON of something else', '{"ok":true}', /is not GeoReport/],
    ['answers with no number', '[{}]', /without a number or a token/],
    ['answers with a bomb of entities', '<!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>', /is not GeoReport/],
    ['answers more than anyone could read', 'x'.repeat(2_000_000), /more than a megabyte/],
    ['refuses it', '', /is not GeoReport/],
  ] as const)(
    'and %s: it may have the report, which is not sent again by itself',
    async (_, answer, reason) => {
      answers = { 'POST requests': answer }
      const { id } = await reported(county)
      const { state, last_error } = await forwardOf(county, id)
      expect(state).toBe('failed')
      expect(last_error).toMatch(reason)
      await later(county, DAY)
      expect(
        asked.filter(({ path, body }) => path === 'requests' && body.startsWith('api_key=')),
      ).toHaveLength(1)
      expect((await county.seen(id)).timeline.map(({ type }) => type)).toEqual([
        'submitted',
        'forward-failed',
      ])
    },
  )

  test('gives a token first and the number later', async () => {
    answers = { 'POST requests': JSON.stringify([{ token: 'T/1' }]), 'tokens/T%2F1': '[{"token":"T/1"}]' }
    const { id } = await reported(county)
    await later(county)
    expect((await forwardOf(county, id)).receipt).toBe('T/1')
    answers = {
      'tokens/T%2F1': '[{"token":"T/1","service_request_id":"N-1"}]',
      requests: JSON.stringify([{ service_request_id: 'N-1', status: 'closed', status_notes: 'Done.' }]),
    }
    await later(county)
    expect((await forwardOf(county, id)).receipt).toBe('N-1')
    expect((await county.seen(id)).status).toBe('closed')
  })

  test('answers later with rubbish, or about reports that are not ours: nothing changes', async () => {
    const id = await passedOn('N-2')
    const before = await county.seen(id)
    for (const answer of [
      'rubbish',
      '[1,null,"x",[],{}]',
      '[{"service_request_id":"N-3","status":"closed"}]',
      '[{"service_request_id":{"a":1},"status":["closed"]}]',
      '[{"service_request_id":"N-2","status":"__proto__"}]',
      '[{"service_request_id":"N-2","status":"open"}]',
    ]) {
      answers = { requests: answer }
      await later(county, DAY)
    }
    expect(await county.seen(id)).toEqual(before)
  })

  test('says the same a hundred times: it is heard once', async () => {
    const id = await passedOn('N-4')
    answers = {
      requests: JSON.stringify([{ service_request_id: 'N-4', status: 'open', status_notes: 'Seen.' }]),
    }
    for (let poll = 0; poll < 5; poll++) await later(county)
    expect(await partnerWords(county, id)).toHaveLength(1)
  })

  test('keeps what it writes in bounds, and in the text', async () => {
    const id = await passedOn('N-5')
    const notes = `<script>alert(1)</script>\u0000${'x'.repeat(5000)}`
    answers = {
      requests: JSON.stringify([{ service_request_id: 'N-5', status: 'in progress', status_notes: notes }]),
    }
    await later(county)
    const [word] = await partnerWords(county, id)
    expect(word?.text).toHaveLength(2000)
    expect(word?.text).not.toContain('\u0000')
    const page = await (await county.app.request(`/cases/${id}`)).text()
    expect(page).not.toContain('<script>alert')
    expect((await county.seen(id)).status).toBe('in_progress')
  })

  test('says that it is not theirs: it comes back to triage', async () => {
    const id = await passedOn('N-6')
    const status = 'NOT_COUNCILS_RESPONSIBILITY'
    answers = { requests: JSON.stringify([{ service_request_id: 'N-6', status, status_notes: 'Not us.' }]) }
    await later(county)
    expect(await county.whole('ellery-county', id)).toMatchObject({
      triage: true,
      status: 'submitted',
      agency_responsible: 'Ellery County',
    })
    const { version } = await county.whole('ellery-county', id)
    answers = { 'POST requests': filedAs('N-7') }
    const path = `/api/v1/work/requests/${id}/forwards`
    const again = await county.post(path, { partner: 'state-dot', version }, 'ellery-county')
    expect(again.status).toBe(201)
    expect(await forwardOf(county, id)).toMatchObject({ state: 'sent', receipt: 'N-7' })
  })
})

describe('a partner that pours out a thousand updates', () => {
  test('is heard as far as a person could read, each once', async () => {
    let poured: object[] = []
    const server = await serveHttp((request, response) => {
      const isPost = request.method === 'POST'
      response.end(JSON.stringify(isPost ? [{ service_request_id: 'U-1' }] : poured))
    })
    const endpoint = { endpoint: server.url, format: 'json', updates: true } as const
    const county = await startWith(endpoint, [server.host])
    try {
      const { id } = await reported(county)
      poured = Array.from({ length: 1000 }, (_, index) => ({
        update_id: `u${index}`,
        service_request_id: index % 2 === 0 ? 'U-1' : `other-${index}`,
        status: 'IN_PROGRESS',
        updated_datetime: new Date(Date.parse('2026-08-12T16:00:00Z') + index * 1000).toISOString(),
        description: `Word ${index}.`,
      }))
      await later(county)
      const words = await partnerWords(county, id)
      expect(words).toHaveLength(20)
      expect(words.at(-1)?.text).toBe('Word 998.')
      await later(county)
      expect(await partnerWords(county, id)).toHaveLength(20)
    } finally {
      await county.close()
      await server.close()
    }
  })
})

describe('passing on by hand', () => {
  let county: County
  let server: TestServer
  beforeAll(async () => {
    server = await serveHttp((_, response) => void response.end('[{"service_request_id":"H-1"}]'))
    county = await startWith({ endpoint: server.url, format: 'json' }, [server.host])
  })
  afterAll(async () => {
    await county.close()
    await server.close()
  })
  const forwardTo = (id: string, body: object) =>
    county.post(`/api/v1/work/requests/${id}/forwards`, body, 'port-ellery')

  test('goes to a partner that takes it, once, and says what would be right otherwise', async () => {
    const { id } = await county.report('graffiti', '350 Main Street, Port Ellery')
    const { version } = await county.whole('port-ellery', id)
    const unknownPartner = await forwardTo(id, { partner: 'nobody', version })
    expect([unknownPartner.status, unknownPartner.body.detail]).toEqual([
      400,
      'There is no such partner here.',
    ])
    const fort = await forwardTo(id, { partner: 'fort-corrigan', version })
    expect(fort.body.detail).toBe('Nothing is passed on to Fort Corrigan by this platform.')
    expect((await forwardTo(id, { partner: 'state-dot', version: version + 1 })).status).toBe(409)
    expect((await forwardTo('PE-22222-22222', { partner: 'state-dot', version })).status).toBe(404)
    expect((await forwardTo(id, { partner: 'state-dot', version })).status).toBe(201)
    expect((await county.seen(id)).agency_responsible).toBe('State Department of Transportation')
    const now = await county.whole('port-ellery', id)
    expect((await forwardTo(id, { partner: 'state-dot', version: now.version })).status).toBe(409)
  })
})
