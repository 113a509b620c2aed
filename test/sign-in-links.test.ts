import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openForJobs, openTenant } from '../src/core/db.ts'
import { listJobs } from '../src/core/jobs.ts'
import { inviteStaff } from '../src/people/staff.ts'
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
  mailbox.letters.length = 0
})

async function invite(email: string, jurisdiction = 'hollis', name = 'Ada') {
  const { platform, region } = app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, region.slug, jurisdiction)
  const made = await inviteStaff(platform, db, { email, name, role: 'agent', language: 'en' })
  await app.runJobs()
  return made
}

/** The page of a link in a letter, on the host of the tests. */
function linkTo(address: string): string {
  const letter = mailbox.lettersTo(address).at(-1)
  if (letter === undefined) throw new Error(`no letter to ${address}`)
  return new URL(linkIn(letter, 'sign-in/link')).pathname
}

async function ask(browser: ReturnType<typeof visitor>, email: string, to = '') {
  const answer = await browser.post('/sign-in/email', { email, to })
  await app.runJobs()
  return answer
}

it('signs in somebody invited, by the button of the page that their letter leads to', async () => {
  await invite(ada)
  expect(mailbox.lettersTo(ada)[0]?.text).toContain('City of Hollis')
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
  for (let looks = 0; looks < 3; looks++) expect((await browser.get(link)).status).toBe(200)
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
  expect(mailbox.letters.map(({ to }) => to)).toEqual([ada])
})

it('finds a mailbox however its capitals are typed', async () => {
  await ask(visitor(app), ada.toUpperCase())
  expect(mailbox.lettersTo(ada)).toHaveLength(1)
})

it('sends no more than five links within an hour', async () => {
  for (let asks = 0; asks < 8; asks++) {
    await ask(visitor(app), ada)
    app.advance(61_000)
  }
  expect(mailbox.lettersTo(ada)).toHaveLength(5)
})

it('keeps neither address nor secret where a letter waits', async () => {
  await visitor(app).post('/sign-in/email', { email: ada })
  const waiting = await listJobs(openForJobs(app.platform, { kind: 'region', region: 'ellery' }))
  const written = JSON.stringify(waiting)
  expect(written).toContain('staff-letter')
  expect(written.toLowerCase()).not.toContain('lovelace')
  await app.runJobs()
})

it('tells on which device a link was asked for, wherever it is opened', async () => {
  await ask(visitor(app), ada)
  expect(await visitor(app, iphone).read(linkTo(ada))).toContain('asked for with Firefox, Linux')
})

it('writes the letter after the mail server has been away', async () => {
  await mailbox.close()
  await visitor(app).post('/sign-in/email', { email: ada })
  await app.runJobs()
  expect(mailbox.letters).toEqual([])
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
