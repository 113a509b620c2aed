import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bundledDocuments } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { bodyOf, serveHttp, type TestServer } from './support/http.ts'
import { signIn } from './support/staff.ts'

/* What the GeoReport servers of partners really answer, and what staff and residents see of it. */

const highway = '2352 State Highway 9, Hollis'
const HOUR = 3_600_000
const DAY = 24 * HOUR

let server: TestServer
let county: County
/** The server's answers by method and path, with a status if it is not 200; and the POSTs that it received. */
let answers: Record<string, string | readonly [status: number, body: string]> = {}
let posts: URLSearchParams[] = []

beforeAll(async () => {
  server = await serveHttp(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const body = await bodyOf(request)
    if (request.method === 'POST') posts.push(new URLSearchParams(body))
    const answer = answers[`${request.method} ${url.pathname.slice(1).split('.')[0]}`] ?? '[]'
    const [status, text] = typeof answer === 'string' ? [200, answer] : answer
    response.writeHead(status).end(text)
  })
  const documents = structuredClone(await bundledDocuments())
  const partner = documents.region.partners?.find(({ id }) => id === 'state-dot')
  if (partner === undefined) throw new Error('the demonstration has no state DOT')
  Object.assign(partner, { forward: 'open311', open311: { endpoint: server.url, format: 'json' } })
  county = await startCounty({ documents, outboundAllow: [server.host] })
})
afterEach(() => {
  answers = {}
  posts = []
})
afterAll(async () => {
  await county.close()
  await server.close()
})

const report = (more: object = {}) => county.report('traffic-signal', highway, more)

async function later(milliseconds = HOUR): Promise<void> {
  county.app.advance(milliseconds)
  await county.app.runJobs()
}

interface Forward {
  id: string
  state: string
  receipt: string | null
  last_error: string | null
}
async function forwardOf(id: string): Promise<Forward> {
  const path = `/api/v1/work/requests/${id}/forwards`
  const { forwards } = await county.get<{ forwards: Forward[] }>(path, 'ellery-county')
  const [newest] = forwards
  if (newest === undefined) throw new Error('nothing was forwarded')
  return newest
}

async function text(path: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await county.app.request(path, { headers })
  return (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}
/** Signed in anew, because the clock has moved by days. */
async function staffText(path: string): Promise<string> {
  const { cookie } = await signIn(county.app, 'ellery-county', 'agent')
  return text(path, { cookie })
}
const staffPage = (id: string) => staffText(`/work/ellery-county/requests/${id}`)
const updates = async (id: string) => {
  const { timeline } = await county.seen(id)
  const said = timeline as ({ said?: string } & (typeof timeline)[number])[]
  return said.filter(({ type }) => type === 'partner').map(({ said, text }) => [said, text])
}

/** A request that the partner has under this number. */
async function forwarded(number: string): Promise<string> {
  answers = { 'POST requests': JSON.stringify([{ service_request_id: number }]) }
  const { id } = await report()
  expect((await forwardOf(id)).state).toBe('sent')
  return id
}
const says = (number: string, status: string, notes = '', more: object = {}) => {
  const item = { service_request_id: number, status, status_notes: notes, ...more }
  answers = { 'GET requests': JSON.stringify([item]) }
}

describe('an answer to POST requests', () => {
  test.each([
    ['one object', '{"service_request_id":"TP-1"}', 'TP-1'],
    ['one object in its container', '{"service_requests":{"request":{"service_request_id":"TP-2"}}}', 'TP-2'],
    ['one object beside an empty error', '{"service_request_id":"TP-3","error":null}', 'TP-3'],
    ['a bare element', '<request><service_request_id>TP-4</service_request_id></request>', 'TP-4'],
    ['a bare element as JSON', '{"request":{"service_request_id":5}}', '5'],
    ['a token alone', '{"token":"T-6"}', 'T-6'],
  ])('that is %s is read, and nothing is sent again', async (_, body, receipt) => {
    answers = { 'POST requests': body }
    const { id } = await report()
    expect(await forwardOf(id)).toMatchObject({ state: 'sent', receipt })
    await later(DAY)
    expect(posts).toHaveLength(1)
  })

  test.each([
    [
      'errors under 200',
      200,
      '<errors><error><code>7</code><description>No such pole.</description></error></errors>',
      'No such pole.',
    ],
    ['errors as JSON under 200', 200, '[{"code":"7","description":"Not <b>here</b>."}]', 'Not here.'],
    ['an error of its own shape', 200, '{"error":{"message":"Closed for repairs."}}', 'Closed for repairs.'],
    ['a page under 201', 201, '<html><p>We got &amp; lost it.</p></html>', 'We got & lost it.'],
    ['nothing at all', 200, '', 'is not GeoReport'],
    ['a refusal', 400, '[{"code":400,"description":"Unknown service code."}]', 'Unknown service code.'],
  ])(
    'that is %s ends it: their words are shown and it is never sent again',
    async (_, status, body, words) => {
      answers = { 'POST requests': [status, body] }
      const { id } = await report()
      const { state, last_error } = await forwardOf(id)
      expect([state, last_error]).toEqual(['failed', expect.stringContaining(words)])
      await later(10 * DAY)
      expect(posts).toHaveLength(1)
      expect(await staffPage(id)).toContain(words.replace('&', '&amp;'))
    },
  )

  test('that failed is seen by staff and residents, and staff can send it again', async () => {
    answers = { 'POST requests': [400, '[{"code":400,"description":"No."}]'] }
    const { id } = await report()
    const before = await staffPage(id)
    expect(before).toContain('State Department of Transportation did not get this request')
    expect(before).not.toContain('We will try again')
    const resident = await text(`/cases/${id}`)
    expect(resident).toContain('We could not send this to State Department of Transportation')
    expect(resident).toContain('is responsible, but we could not send them the report')
    expect(resident).not.toMatch(/We check their system|do not get automatic updates/)
    expect(await staffText('/work')).toMatch(/\d+ not delivered/)
    expect(await staffText('/work?show=undelivered')).toContain(id)
    answers = { 'POST requests': '[{"service_request_id":"AG-1"}]' }
    const { version } = await county.whole('ellery-county', id)
    const path = `/api/v1/work/requests/${id}/forwards`
    expect((await county.post(path, { partner: 'state-dot', version }, 'ellery-county')).status).toBe(201)
    expect(await forwardOf(id)).toMatchObject({ state: 'sent', receipt: 'AG-1', last_error: null })
    expect(await staffPage(id)).not.toContain('did not get this request')
    expect(await text(`/cases/${id}`)).toContain('We check their system for updates')
    expect(await staffText('/work?show=undelivered')).not.toContain(id)
  })
})

describe('a partner that reopens', () => {
  test('within two months is heard: the request is open again, and may be done again', async () => {
    const id = await forwarded('RO-1')
    says('RO-1', 'open', 'Received.')
    await later()
    says('RO-1', 'closed', 'Fixed.')
    await later()
    expect((await county.seen(id)).status).toBe('closed')
    await later(10 * DAY)
    says('RO-1', 'open', 'Received.')
    await later()
    await later()
    const again = await county.seen(id)
    expect(again.status).toBe('acknowledged')
    expect(await text(`/cases/${id}`)).toContain('Reopened by State Department of Transportation')
    says('RO-1', 'closed', 'Fixed.')
    await later()
    await later()
    expect((await county.seen(id)).status).toBe('closed')
    expect(await updates(id)).toEqual([
      ['note', 'Received.'],
      ['done', 'Fixed.'],
      ['reopened', 'Received.'],
      ['done', 'Fixed.'],
    ])
  })

  test('what was closed here for a reason of our own comes to triage', async () => {
    const id = await forwarded('RO-2')
    says('RO-2', 'closed')
    await later()
    await county.change('ellery-county', id, 'acknowledged', { text: 'It is dark again.' })
    await county.change('ellery-county', id, 'closed', { reason: 'withdrawn' })
    says('RO-2', 'in_progress')
    await later()
    expect(await county.whole('ellery-county', id)).toMatchObject({ status: 'acknowledged', triage: true })
  })

  test('is not heard for ever, nor for what it said before it was done', async () => {
    const id = await forwarded('RO-3')
    const at = (minutes: number) => ({
      updated_datetime: new Date(county.app.platform.clock.now() + minutes * 60_000).toISOString(),
    })
    const earlier = at(10)
    says('RO-3', 'closed', 'Done.', at(20))
    await later()
    says('RO-3', 'open', '', earlier)
    await later()
    expect((await county.seen(id)).status).toBe('closed')
    says('RO-3', 'open', '')
    await later(70 * DAY)
    await later()
    expect((await county.seen(id)).status).toBe('closed')
  })
})

test.each([
  ['<p>Lamp 7 &amp; 8:<br>new bulb.</p>', 'Lamp 7 & 8:\nnew bulb.'],
  ['&lt;p&gt;Lamp &lt;b&gt;on&lt;/b&gt;.&lt;/p&gt;', 'Lamp on.'],
  ['<script>alert(1)</script>Wire < 5 m &nbsp;away', 'Wire < 5 m away'],
])('markup in a partner’s words becomes plain text: %s', async (notes, plain) => {
  const number = `MU-${notes.length}`
  const id = await forwarded(number)
  says(number, 'in progress', notes)
  await later()
  expect(await updates(id)).toEqual([['in_progress', plain]])
})

test('a long description is cut between characters, and the answers and a link to the rest are kept', async () => {
  const family = '👩🏽‍👩🏽‍👧🏽‍👦🏽'
  answers = { 'POST requests': '[{"service_request_id":"LG-1"}]' }
  const { id } = await report({ description: family.repeat(300) })
  const sent = posts[0]?.get('description') ?? ''
  expect(sent.length).toBeLessThanOrEqual(4000)
  expect(sent).toContain(id)
  const [before = '', after = ''] = sent.split('The description is longer. Read all of it: ')
  expect(after).toMatch(new RegExp(`^\\S+/cases/${id}\\n.*All lights are out`, 's'))
  expect(before.split('\n').at(-2)).toMatch(new RegExp(`^(${family})+…$`, 'u'))
})
