import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openForJobs } from '../src/core/database/handles.ts'
import { enqueueJob, listJobs } from '../src/core/database/jobs.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { jobHandlers } from '../src/create-app.ts'
import { smtpMail } from '../src/platform/node/smtp.ts'
import { forwardKind } from '../src/requests/events.ts'
import { startApp, type TestApp } from './support/app.ts'
import { linkIn, type Mailbox, type ReceivedEmail, startMailbox } from './support/mailbox.ts'
import { signIn } from './support/staff.ts'

/* S2: the owner of the road is not on the platform, and gets the request by email. */

const HOUR = 3_600_000
const DAY = 24 * HOUR
const dot = 'maintenance@statedot.example'

let app: TestApp
let mailbox: Mailbox

beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings })
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})

const highway = () => {
  const [found] = app.region.searchPlaces('2352 State Highway 9, Hollis', 1)
  if (found === undefined) throw new Error('the demonstration has no State Highway 9')
  return { lat: found.lat, long: found.long }
}

const json = (body: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** A traffic signal on the state highway, reported on the region's site. */
async function reportSignal(more: object = {}): Promise<string> {
  const answer = await app.request(
    '/api/v1/requests',
    json({
      service_code: 'traffic-signal',
      ...highway(),
      description: 'The signal is dark.',
      answers: { trouble: 'dark' },
      ...more,
    }),
  )
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

type Shown = {
  status: string
  agency_responsible: string
  timeline: ({ type: string } & Record<string, unknown>)[]
}
const read = async (id: string) => (await (await app.request(`/api/v1/requests/${id}`)).json()) as Shown
const page = async (path: string) => (await app.request(path)).text()

async function asStaff(id: string) {
  const key = await app.key('ellery-county', 'work')
  const answer = await app.request(`/api/v1/work/requests/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return (await answer.json()) as Shown & { triage: boolean; accountable: string; version: number }
}

const pathOf = (url: string) => url.replace('http://localhost:8311', '')

async function answerBy(message: ReceivedEmail, act: string, text = ''): Promise<Response> {
  const body = new URLSearchParams({ act, text })
  return app.request(pathOf(linkIn(message, 'reply')), { method: 'POST', body })
}

const emailsAbout = (id: string) => mailbox.emailsTo(dot).filter(({ subject }) => subject.includes(id))

async function theEmail(id: string): Promise<ReceivedEmail> {
  await app.runJobs()
  const [message] = emailsAbout(id)
  if (message === undefined) throw new Error('no letter has come')
  return message
}

const countyDatabase = { kind: 'tenant', region: 'ellery', slug: 'ellery-county' } as const
const county = () => openForJobs(app.platform, countyDatabase)
const forwardJob = async (id: string) =>
  (await listJobs(county())).find(({ kind, payload }) => kind === 'forward' && payload.includes(id))

describe('S2 a signal on the state highway, whose owner is not on the platform', () => {
  test('is forwarded by email, logged with date, method and receipt, and never closed without word from them', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    const { status, agency_responsible, timeline } = await read(id)
    expect(agency_responsible).toBe('State Department of Transportation')
    expect(status).toBe('submitted')
    const forwarded = timeline.find(({ type }) => type === 'forwarded')
    expect(forwarded).toMatchObject({ method: 'email', name: 'State Department of Transportation' })
    expect(message.subject).toContain(String(forwarded?.receipt))
    expect(message.headers.get('message-id')).toContain(String(forwarded?.receipt))
    const shown = await page(`/cases/${id}`)
    expect(shown).toContain(
      `Sent to State Department of Transportation by email (reference ${forwarded?.receipt})`,
    )
    expect(shown).toContain(
      'State Department of Transportation is responsible. We do not get automatic updates from them.',
    )
    app.advance(400 * DAY)
    await app.runJobs()
    expect((await read(id)).status).toBe('submitted')
  })

  test('says what the owner needs to know, and not who reported it', async () => {
    const id = await reportSignal({ first_name: 'Ada', email: 'ada@example.org', phone: '555-0199' })
    const { text, headers } = await theEmail(id)
    expect(text).toContain(id)
    expect(text).toContain('The signal is dark.')
    expect(text).toContain(`${highway().lat}, ${highway().long}`)
    expect(text).not.toMatch(/Ada|ada@example|555-0199/)
    expect(headers.get('reply-to')).toBe('311@ellerycounty.example')
  })

  test('shows the emergency number first where the answers tell of danger', async () => {
    const id = await reportSignal()
    const shown = await page(`/cases/${id}`)
    expect(shown.indexOf('tel:911')).toBeGreaterThan(0)
    expect(shown.indexOf('tel:911')).toBeLessThan(shown.indexOf('<h1'))
  })

  test('comes back to triage when they say that it is not theirs', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    expect((await answerBy(message, 'not-ours', 'The county keeps this one.')).status).toBe(200)
    await app.runJobs()
    const back = await asStaff(id)
    expect(back).toMatchObject({ triage: true, status: 'submitted', accountable: 'ellery-county' })
    expect(back.agency_responsible).toBe('Ellery County')
    const shown = await page(`/cases/${id}`)
    expect(shown).toContain('says another agency is responsible')
    expect(shown).toContain('The county keeps this one.')
    expect(shown).not.toContain('do not get automatic updates')
  })

  test('moves on by their word: acknowledged, in progress, done', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    for (const [act, status] of [
      ['acknowledged', 'acknowledged'],
      ['in_progress', 'in_progress'],
      ['done', 'closed'],
    ] as const) {
      expect((await answerBy(message, act, `They say ${act}.`)).status).toBe(200)
      expect((await read(id)).status).toBe(status)
    }
    expect(await page(`/cases/${id}`)).toContain('State Department of Transportation says the work is done')
    const listed = await page(`/open311/v2/requests/${id}.json`)
    expect(JSON.parse(listed)[0]).toMatchObject({ status: 'closed', status_notes: 'They say done.' })
  })

  test('asks on the check-back date, once, and closes nothing by it', async () => {
    const id = await reportSignal()
    await theEmail(id)
    app.advance(9 * DAY)
    await app.runJobs()
    const asked = async () => (await read(id)).timeline.filter(({ type }) => type === 'check-back')
    expect(await asked()).toHaveLength(0)
    app.advance(2 * DAY)
    await app.runJobs()
    app.advance(30 * DAY)
    await app.runJobs()
    expect(await asked()).toHaveLength(1)
    expect((await read(id)).status).toBe('submitted')
  })
})

describe('the email', () => {
  test('is sent once, however often its job runs', async () => {
    const id = await reportSignal()
    await theEmail(id)
    // The same job again, as after a crash that lost the record of its end.
    await county().commit([
      enqueueJob(forwardKind, app.platform.clock.now(), { request: id, partner: 'state-dot' }),
    ])
    await app.runJobs()
    expect(emailsAbout(id)).toHaveLength(1)
  })

  test('waits for a mail server that is unavailable, and says so meanwhile', async () => {
    const id = await reportSignal()
    await mailbox.close()
    await app.runJobs()
    const waiting = await forwardJob(id)
    expect(waiting).toMatchObject({ parkedAt: null, lastError: 'The mail server does not accept email now.' })
    expect((await read(id)).timeline.map(({ type }) => type)).toEqual(['submitted'])
    await mailbox.open()
    app.advance(DAY)
    expect((await theEmail(id)).text).toContain(id)
  })

  test('is not sent any more for a report that was closed before it could be', async () => {
    const id = await reportSignal()
    await mailbox.close()
    await app.runJobs()
    const { version } = await asStaff(id)
    const change = { to: 'closed', reason: 'withdrawn', version }
    const key = await app.key('ellery-county', 'work')
    const { headers, ...request } = json(change)
    const closed = await app.request(`/api/v1/work/requests/${id}/status`, {
      ...request,
      headers: { ...headers, authorization: `Bearer ${key}` },
    })
    expect(closed.status).toBe(200)
    await mailbox.open()
    app.advance(DAY)
    await app.runJobs()
    expect(emailsAbout(id)).toEqual([])
    expect(await forwardJob(id)).toBeUndefined()
  })

  test('is parked where an operator sees it when no mail server is configured', async () => {
    const bare = await startApp()
    const first = app
    app = bare
    try {
      const id = await reportSignal()
      await app.runJobs()
      const parked = await forwardJob(id)
      expect(parked?.parkedAt).not.toBeNull()
      expect(parked?.lastError).toContain('Email is not set up')
      expect(JSON.stringify(app.logged)).not.toContain(dot)
    } finally {
      app = first
      await bare.close()
    }
  })

  test('waits for a mail server where staff and residents see it, and is sent once one is configured', async () => {
    const bare = await startApp()
    const first = app
    app = bare
    try {
      const id = await reportSignal()
      await app.runJobs()
      const agent = await signIn(app, 'ellery-county', 'agent')
      const workPage = async (path: string) =>
        (await app.request(path, { headers: { cookie: agent.cookie } })).text()
      const request = `/work/ellery-county/requests/${id}`
      expect(await workPage(request)).toMatch(/did not get this request.*Email is not set up/s)
      expect(await workPage('/work')).toContain('1 not delivered')
      const shown = await page(`/cases/${id}`)
      expect(shown).toContain('but we could not send them the report')
      expect(shown).not.toContain('do not get automatic updates')
      app.advance(HOUR)
      await app.runJobs()
      expect(app.logged.filter(({ event }) => event === 'job-parked')).toHaveLength(1)
      expect((await read(id)).timeline.filter(({ type }) => type === 'forward-failed')).toHaveLength(1)
      const { url, from } = mailbox.settings as { url: string; from: string }
      Object.assign(app.platform, { mail: smtpMail({ url, from }) })
      app.advance(HOUR / 4)
      expect((await theEmail(id)).text).toContain(id)
      expect(await workPage(request)).not.toContain('did not get this request')
      expect(await page(`/cases/${id}`)).toContain('do not get automatic updates')
    } finally {
      app = first
      await bare.close()
    }
  })

  test('is said to be on its way until it is sent', async () => {
    const id = await reportSignal()
    expect(await page(`/cases/${id}`)).toContain('is responsible. We are sending them the report.')
    await theEmail(id)
    expect(await page(`/cases/${id}`)).toContain('do not get automatic updates')
  })

  test('is tried again for days when the mailbox refuses it, then parked and shown, and still tried', async () => {
    mailbox.answer(dot, 550)
    const id = await reportSignal()
    for (let day = 0; day < 30; day++) {
      await runDueJobs(app.platform, countyDatabase, jobHandlers)
      app.advance(DAY)
    }
    const parked = await forwardJob(id)
    expect(parked?.parkedAt).not.toBeNull()
    mailbox.answer(dot, undefined)
    expect(await page(`/cases/${id}`)).toContain('but we could not send them the report')
    app.advance(DAY)
    expect(await theEmail(id)).toBeDefined()
    expect(await page(`/cases/${id}`)).toContain('do not get automatic updates')
  })
})

describe('the link in the email', () => {
  test('shows the report and what can be said, and looking changes nothing', async () => {
    const id = await reportSignal({ email: 'ada@example.org' })
    const link = pathOf(linkIn(await theEmail(id), 'reply'))
    const before = await read(id)
    const shown = await page(link)
    expect(shown).toContain(id)
    expect(shown).not.toContain('ada@example.org')
    await app.runJobs()
    expect(await read(id)).toEqual(before)
  })

  test('is refused with one and the same 404 when it is forged, changed, too old, spent or another region’s', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    const link = pathOf(linkIn(message, 'reply'))
    const token = link.split('/').at(-1) ?? ''
    const [payload = '', mark = ''] = token.split('.')
    const turned = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const later = btoa(JSON.stringify(['ellery', 'ellery-county', 'X', 9e15])).replace(/=+$/, '')
    const forged = [
      `${turned(payload, 3)}.${mark}`,
      `${payload}.${turned(mark, 0)}`,
      `${payload}.${turned(mark, 42)}`,
      `${later}.${mark}`,
      payload,
      'x',
      `${payload}.`,
    ]
    const refusal = async (path: string, method: string) => {
      const body = method === 'POST' ? new URLSearchParams({ act: 'done' }) : null
      const answer = await app.request(path, { method, body })
      return { status: answer.status, text: (await answer.text()).replaceAll(path, '') }
    }
    const base = link.slice(0, -token.length)
    const unknown = {
      GET: await refusal(`${base}nothing`, 'GET'),
      POST: await refusal(`${base}nothing`, 'POST'),
    }
    expect(unknown.GET.status).toBe(404)
    for (const method of ['GET', 'POST'] as const) {
      for (const other of forged) expect(await refusal(base + other, method)).toEqual(unknown[method])
    }
    expect((await answerBy(message, 'acknowledged')).status).toBe(200)
    expect((await answerBy(message, 'acknowledged')).status).toBe(404)
    app.advance(181 * DAY)
    for (const method of ['GET', 'POST'] as const)
      expect(await refusal(link, method)).toEqual(unknown[method])
  })

  test('what a partner pastes is kept, with its line breaks and without control characters', async () => {
    const id = await reportSignal()
    expect((await answerBy(await theEmail(id), 'acknowledged', 'a\u000bb\u0000')).status).toBe(200)
    const said = (await read(id)).timeline.find(({ type }) => type === 'partner')
    expect(JSON.stringify(said)).toContain('a\\nb"')
  })

  test('says each thing once, though it is pressed twice at the same moment', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    const pressed = await Promise.all([answerBy(message, 'done', 'a'), answerBy(message, 'done', 'a')])
    expect(pressed.map(({ status }) => status).sort()).toEqual([200, 404])
    expect((await read(id)).timeline.filter(({ type }) => type === 'partner')).toHaveLength(1)
    expect((await answerBy(message, 'not-ours')).status).toBe(404)
  })

  test('reopens what they said was done, and then it can be done again', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    for (const [act, status] of [
      ['done', 'closed'],
      ['reopened', 'acknowledged'],
      ['done', 'closed'],
    ] as const) {
      expect((await answerBy(message, act, `They say ${act}.`)).status).toBe(200)
      expect((await read(id)).status).toBe(status)
    }
    expect(await page(`/cases/${id}`)).toContain('Reopened by State Department of Transportation')
  })

  test('asks again when nothing is chosen, or when too much is written', async () => {
    const id = await reportSignal()
    const message = await theEmail(id)
    expect((await answerBy(message, '')).status).toBe(400)
    expect((await answerBy(message, 'everything')).status).toBe(400)
    expect((await answerBy(message, 'done', 'x'.repeat(2001))).status).toBe(400)
    expect((await answerBy(message, 'done', 'x'.repeat(100_000))).status).toBe(413)
  })
})
