import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openForJobs, openTenant } from '../src/core/database/handles.ts'
import { listJobs } from '../src/core/database/jobs.ts'
import { inviteStaff } from '../src/identity/staff/staff.ts'
import { startApp, type TestApp } from './support/app.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { withoutNonce } from './support/nonce.ts'
import { iphone, leadsTo, visitor } from './support/visitor.ts'

let app: TestApp
let mailbox: Mailbox

const ada = 'Ada.Lovelace@city.example'

beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings })
  await invite(ada)
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})
beforeEach(() => {
  app.advance(2 * 3_600_000)
  mailbox.emails.length = 0
})

async function invite(email: string, jurisdiction = 'hollis', name = 'Ada') {
  const { platform, region } = app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, region.slug, jurisdiction)
  const made = await inviteStaff(platform, db, { email, name, role: 'agent', language: 'en' })
  await app.runJobs()
  return made
}

/** The page of the link in an email, on the tests' host. */
function linkTo(address: string): string {
  const message = mailbox.emailsTo(address).at(-1)
  if (message === undefined) throw new Error(`no letter to ${address}`)
  return new URL(linkIn(message, 'sign-in/link')).pathname
}

async function ask(browser: ReturnType<typeof visitor>, email: string, to = '') {
  const answer = await browser.post('/sign-in/email', { email, to })
  await app.runJobs()
  return answer
}

it('signs in someone invited, by the button of the page that their email leads to', async () => {
  await invite(ada)
  expect(mailbox.emailsTo(ada)[0]?.text).toContain('City of Hollis')
  const browser = visitor(app)
  const link = linkTo(ada)
  expect(await browser.read(link)).toContain('Sign in as Ada')
  expect(browser.cookies.size).toBe(0)
  const answer = await browser.post(link)
  expect([answer.status, leadsTo(answer)]).toEqual([303, '/r/ellery/work'])
  const page = await browser.read('/me')
  expect(page).toContain('Agent, City of Hollis')
  expect(page).toContain(ada)
  expect(page).toContain('Firefox, Linux')
})

it('signs in once by a link: looked at often, used once', async () => {
  await ask(visitor(app), ada)
  const link = linkTo(ada)
  const browser = visitor(app)
  for (let accessLog = 0; accessLog < 3; accessLog++) expect((await browser.get(link)).status).toBe(200)
  const answers = await Promise.all([browser.post(link), visitor(app).post(link)])
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
  expect((await browser.get(link)).status).toBe(404)
  expect((await browser.post(link)).status).toBe(404)
})

it('takes a link for ten minutes', async () => {
  await ask(visitor(app), ada)
  const link = linkTo(ada)
  app.advance(10 * 60_000)
  expect((await visitor(app).get(link)).status).toBe(404)
  expect((await visitor(app).post(link)).status).toBe(404)
})

it('says the same to whoever asks, for whatever address', async () => {
  const body = async (email: string) =>
    withoutNonce(await (await visitor(app).post('/sign-in/email', { email })).text())
  expect(await body('nobody@city.example')).toBe(await body(ada))
  await app.runJobs()
  expect(mailbox.emails.map(({ to }) => to)).toEqual([ada])
})

it('finds a mailbox however its capitals are typed', async () => {
  await ask(visitor(app), ada.toUpperCase())
  expect(mailbox.emailsTo(ada)).toHaveLength(1)
})

it('sends no more than five links within an hour', async () => {
  for (let asks = 0; asks < 8; asks++) {
    await ask(visitor(app), ada)
    app.advance(61_000)
  }
  expect(mailbox.emailsTo(ada)).toHaveLength(5)
})

it('keeps nobody out by asking in their name: the last link that was sent is good again', async () => {
  const stranger = visitor(app)
  for (let asks = 0; asks < 5; asks++) {
    await ask(stranger, ada)
    app.advance(61_000)
  }
  const last = linkTo(ada)
  app.advance(40 * 60_000)
  expect((await visitor(app).get(last)).status).toBe(404)
  for (let asks = 0; asks < 3; asks++) {
    await ask(stranger, ada)
    app.advance(61_000)
  }
  const answer = await visitor(app).post('/sign-in/email', { email: ada })
  expect(await answer.text()).toContain('Open the link in the last email')
  await app.runJobs()
  expect(mailbox.emailsTo(ada)).toHaveLength(5)
  expect((await visitor(app).post(last)).status).toBe(303)
  expect((await visitor(app).post(last)).status).toBe(404)
  // After a sign-in, new links are sent at once, however many were requested before.
  await ask(visitor(app), ada)
  expect(mailbox.emailsTo(ada)).toHaveLength(6)
  expect((await visitor(app).post(linkTo(ada))).status).toBe(303)
})

it('makes no link good again that is older than an hour', async () => {
  for (let asks = 0; asks < 5; asks++) {
    await ask(visitor(app), ada)
    app.advance(61_000)
  }
  const links = mailbox.emailsTo(ada).map(message => new URL(linkIn(message, 'sign-in/link')).pathname)
  app.advance(60 * 60_000)
  await ask(visitor(app), ada)
  expect(mailbox.emailsTo(ada)).toHaveLength(6)
  for (const link of links) expect((await visitor(app).post(link)).status).toBe(404)
})

it('counts no link that the mail server did not take', async () => {
  await mailbox.close()
  await visitor(app).post('/sign-in/email', { email: ada })
  for (let tries = 0; tries < 8; tries++) {
    await app.runJobs()
    app.advance(65_000)
  }
  await mailbox.open()
  await app.runJobs()
  expect(mailbox.emailsTo(ada)).toHaveLength(1)
  expect((await visitor(app).post(linkTo(ada))).status).toBe(303)
})

it('keeps neither address nor secret where an email waits', async () => {
  await visitor(app).post('/sign-in/email', { email: ada })
  const waiting = await listJobs(openForJobs(app.platform, { kind: 'region', region: 'ellery' }))
  const written = JSON.stringify(waiting)
  expect(written).toContain('staff-email')
  expect(written.toLowerCase()).not.toContain('lovelace')
  await app.runJobs()
})

it('tells on which device a link was asked for, wherever it is opened', async () => {
  await ask(visitor(app), ada)
  expect(await visitor(app, iphone).read(linkTo(ada))).toContain('for this link with Firefox, Linux')
})

it('writes the email after the mail server has been unavailable', async () => {
  await mailbox.close()
  await visitor(app).post('/sign-in/email', { email: ada })
  await app.runJobs()
  expect(mailbox.emails).toEqual([])
  await mailbox.open()
  app.advance(60_000)
  await app.runJobs()
  expect((await visitor(app).post(linkTo(ada))).status).toBe(303)
})

describe('the page to go on to', () => {
  const go = async (to: string) => {
    await ask(visitor(app), ada, to)
    return leadsTo(await visitor(app).post(linkTo(ada)))
  }

  it('is the one that was asked for', async () => {
    expect(await go('/reports?status=open')).toBe('/r/ellery/reports?status=open')
  })

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example/',
    '/\t/elsewhere.example',
    '\\\\elsewhere.example',
    'javascript:alert(1)',
    `/${'x'.repeat(1000)}`,
  ])('is never another site’s: %j', async to => {
    expect(await go(to)).toBe('/r/ellery/work')
  })
})

it('leads back to the page after a form was refused, whatever the browser says of where it stood', async () => {
  for (const referer of ['garbage', 'https://elsewhere.example/x', 'http://localhost/track?number=1']) {
    const answer = await app.request('/me/passkeys', { method: 'POST', headers: { referer } })
    expect(answer.status).toBe(303)
    const to = new URL(leadsTo(answer), 'http://localhost').searchParams.get('to')
    expect(to).toBe(referer.startsWith('http://localhost') ? '/track?number=1' : '/')
  }
})
