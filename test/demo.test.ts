import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { createApp, jobHandlers } from '../src/create-app.ts'
import { accountFor } from '../src/identity/accounts.ts'
import { createKey, listKeys } from '../src/identity/programs/keys.ts'
import { roles } from '../src/identity/roles.ts'
import { readSession, startSession } from '../src/identity/sessions/sessions.ts'
import { listGrants, staffAccess } from '../src/identity/staff/grants.ts'
import { identityDb, inviteStaff, staffById } from '../src/identity/staff/staff.ts'
import { smtpMail } from '../src/platform/node/smtp.ts'
import { currentRegion } from '../src/regions/runtime/current.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { lakeEdited } from './support/lake.ts'
import { startMailbox } from './support/mailbox.ts'
import { softPasskey } from './support/passkey.ts'
import { startServer } from './support/server.ts'
import { writeFilesTo } from './support/tenants.ts'
import { type Visitor, visitor } from './support/visitor.ts'

const system = { kind: 'system', reason: 'test' } as const
const STAFF = '__Host-staff-ellery'

async function start(options: Parameters<typeof startApp>[0]) {
  const app = await startApp(options)
  onTestFinished(() => app.close())
  return app
}

/** What a browser's session may do in the City of Hollis. */
async function accessOf({ platform }: Pick<TestApp, 'platform'>, browser: Visitor) {
  const read = await readSession(platform, 'ellery', 'staff', browser.cookies.get(STAFF) ?? '')
  return read && staffAccess(platform, await currentRegion(platform, 'ellery'), 'hollis', read.signedIn)
}

it('lets anyone play every role of every jurisdiction, and says so on every page', async () => {
  const app = await start({ demo: true })
  for (const path of ['/', '/sign-in', '/j/hollis/report', '/nowhere']) {
    expect(await visitor(app).read(path)).toContain('This is a demonstration. Anyone can sign in')
  }
  for (const role of roles) {
    const browser = visitor(app)
    expect((await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role })).status).toBe(303)
    expect(await browser.read('/me')).toMatch(/<strong>[\w ]+, City of Hollis<\/strong>/)
  }
  const browser = visitor(app)
  await browser.post('/sign-in/demo', { role: 'region' })
  expect(await browser.read('/region')).toContain('Administrators')
})

it('is off unless it is asked for: its pages are not there, and nothing tells of it', async () => {
  const app = await start({})
  expect(await visitor(app).read('/sign-in')).not.toContain('/sign-in/demo')
  const fields = { jurisdiction: 'hollis', role: 'agent' }
  const answer = await visitor(app).post('/sign-in/demo', fields)
  const nowhere = await visitor(app).post('/sign-in/nowhere', fields)
  const page = (await answer.text()).replaceAll('/sign-in/demo', '/sign-in/nowhere')
  expect([answer.status, page]).toEqual([404, await nowhere.text()])
})

it('leaves nothing behind: a role that was played opens nothing once it is off', async () => {
  const app = await start({ demo: true })
  const browser = visitor(app)
  await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'administrator' })
  const off = { ...app.platform, demo: false }
  expect(await accessOf(app, browser)).toBeDefined()
  expect(await accessOf({ platform: off }, browser)).toBeUndefined()
  expect((await currentRegion(off, 'ellery')).slug).toBe('ellery')
})

it('leaves no administrator of the region behind, nor whom one gave access, nor a key that lasts', async () => {
  const app = await start({ demo: true })
  const boss = visitor(app)
  await boss.post('/sign-in/demo', { role: 'region' })
  expect(await boss.read('/region')).toContain('Administrators')
  const email = 'somebody@hollis.example'
  expect((await boss.post('/region/hollis', { email, name: 'Somebody' })).status).toBe(303)
  const hollis = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
  expect((await listGrants(hollis)).map(({ source }) => source)).toEqual(['demo'])
  const administrator = visitor(app)
  await administrator.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'administrator' })
  const access = await accessOf(app, administrator)
  if (access === undefined) throw new Error('no access')
  await createKey(app.platform, openTenant(app.platform, access, 'ellery', 'hollis'), 'A key', 'work')
  const [key] = await listKeys(hollis)
  expect(key?.expiresAt).toBe(app.platform.clock.now() + 24 * 3_600_000)
  const off = createApp({ ...app.platform, demo: false })
  const ask = (path: string, init?: RequestInit) =>
    off.request(`http://localhost${path}`, {
      ...init,
      headers: { origin: 'http://localhost', cookie: `${STAFF}=${boss.cookies.get(STAFF)}` },
    })
  const body = new URLSearchParams({ email, name: 'Somebody' })
  for (const answer of [
    await ask('/region'),
    await ask('/region/larkfield', { method: 'POST', body }),
    await ask('/me'),
  ])
    expect(answer.headers.get('location')).toContain('/sign-in?')
})

describe('beside anything real', () => {
  /** The responses of the front page and of a role's button. */
  async function asked(app: Pick<TestApp, 'request'>) {
    const browser = visitor(app)
    const played = await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'agent' })
    return [(await browser.get('/')).status, played.status]
  }
  const served = [200, 303]
  const refused = [503, 503]

  it('is nothing: a jurisdiction’s own provider', async () => {
    const documents = await bundledDocuments()
    const signIn = { issuer: 'https://login.example', clientId: 'c', claim: 'groups', roles: {} }
    const jurisdictions = documents.jurisdictions.map(one => ({ ...one, signIn }))
    expect(await asked(await start({ demo: true, documents: { ...documents, jurisdictions } }))).toEqual(
      refused,
    )
  })

  it('is nothing: mail or text messages that go out', async () => {
    const mail = { kind: 'smtp', url: 'smtp://127.0.0.1:9', from: 'a@b.example' } as const
    expect(await asked(await start({ demo: true, mail }))).toEqual(refused)
    const sms = { url: 'http://127.0.0.1:9', account: undefined, token: '', from: '311' }
    const app = await start({ demo: true, sms })
    expect(await asked(app)).toEqual(refused)
    expect(app.logged.map(({ fields }) => String(fields.detail))).toContainEqual(
      expect.stringMatching(/COUNTYLINE_DEMO=1 .* real text messages\. Remove it, or SMS_URL\./),
    )
  })

  it('is nothing: anyone who was given access, in a server that was no demonstration then', async () => {
    const real = await start({})
    const hollis = openTenant(real.platform, system, 'ellery', 'hollis')
    const demo = createApp({ ...real.platform, demo: true })
    const request = async (path: string, init?: RequestInit) => demo.request(`http://localhost${path}`, init)
    expect(await asked({ request })).toEqual(served)
    const input = { email: 'ada@hollis.example', role: 'agent', language: 'en' } as const
    await inviteStaff(real.platform, hollis, input)
    real.advance(3_000)
    expect(await asked({ request })).toEqual(refused)
  })

  it('is nothing: a resident’s account', async () => {
    const app = await start({ demo: true })
    expect(await asked(app)).toEqual(served)
    const before = { ...app.platform, demo: false }
    await accountFor(before, 'ellery', { kind: 'email', value: 'ana@home.example' }, 'en')
    app.advance(3_000)
    expect(await asked(app)).toEqual(refused)
  })

  it('goes on beside whoever was given access by someone who plays', async () => {
    const app = await start({ demo: true })
    const boss = visitor(app)
    await boss.post('/sign-in/demo', { role: 'region' })
    await boss.post('/region/hollis', { email: 'somebody@hollis.example', name: 'Somebody' })
    app.advance(3_000)
    expect(await asked(app)).toEqual(served)
  })
})

it('that has become real knows nobody any more: no session, passkey, key or invitation of it counts', async () => {
  const app = await start({ demo: true })
  const mailbox = await startMailbox()
  onTestFinished(() => mailbox.close())
  const browser = visitor(app)
  await browser.post('/sign-in/demo', { jurisdiction: 'hollis', role: 'administrator' })
  const passkey = softPasskey()
  expect((await passkey.addTo(browser, 'Mine')).status).toBe(303)
  const email = 'mayor@hollis.example'
  const fields = { 'grant.email': email, 'grant.name': 'A rude name', 'grant.role': 'agent' }
  expect((await browser.post('/work/hollis/grants', fields)).status).toBe(303)
  const key = { 'key.name': 'Left behind', 'key.scope': 'work', 'key.way': 'key' }
  const made = await (await browser.post('/work/hollis/keys', key)).text()
  const [secret = ''] = /cl_work_[\w-]+/.exec(made) ?? []
  const work = { headers: { authorization: `Bearer ${secret}` } }
  expect((await app.request('/api/v1/work/requests', work)).status).toBe(200)

  const platform = { ...app.platform, demo: false, mail: smtpMail(mailbox.settings) }
  const front = createApp(platform)
  const real = {
    request: async (path: string, init?: RequestInit) => front.request(`http://localhost${path}`, init),
  }
  expect((await real.request('/api/v1/work/requests', work)).status).toBe(403)
  const later = visitor(real)
  for (const [name, value] of browser.cookies) later.cookies.set(name, value)
  expect((await later.get('/work')).headers.get('location')).toContain('/sign-in?')
  expect((await passkey.signIn(visitor(real))).status).toBe(403)
  await later.post('/sign-in/email', { email })
  for (const name of await listDatabases(platform)) await runDueJobs(platform, name, jobHandlers)
  expect(mailbox.emails).toEqual([])
  // A person invited now is new, with another name.
  const hollis = openTenant(platform, system, 'ellery', 'hollis')
  const input = { email, name: 'The Mayor', role: 'supervisor', language: 'en' } as const
  const { staff } = await inviteStaff(platform, hollis, input)
  for (const name of await listDatabases(platform)) await runDueJobs(platform, name, jobHandlers)
  expect((await staffById(identityDb(platform, 'ellery'), staff))?.name).toBe('The Mayor')
  expect(mailbox.emails.map(({ to }) => to)).toEqual([email])
})

it('that has become real lets nobody into the account that another made with their address', async () => {
  const app = await start({ demo: true })
  const address = { kind: 'email', value: 'ana@home.example' } as const
  const played = await accountFor(app.platform, 'ellery', address, 'en')
  const shown = [{ method: 'email', source: 'mailbox' }] as const
  const session = { kind: 'account', holder: played, shown, device: '' } as const
  const cookie = await startSession(app.platform, 'ellery', session)
  expect((await readSession(app.platform, 'ellery', 'account', cookie))?.signedIn.holder).toBe(played)
  const real = { ...app.platform, demo: false }
  expect(await readSession(real, 'ellery', 'account', cookie)).toBeUndefined()
  const own = await accountFor(real, 'ellery', address, 'en')
  expect(own).not.toBe(played)
  expect(await accountFor(real, 'ellery', address, 'en')).toBe(own)
})

it('does not start beside a real sign-in, and names the file to correct', async () => {
  const root = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const signIn =
    'signIn:\n  issuer: https://login.west.example\n  clientId: c\n  claim: groups\n  roles: { a: agent }\n'
  const files = lakeEdited('west/jurisdiction.yaml', 'code: WE\n', `code: WE\n${signIn}`)
  writeFilesTo(join(root, 'tenants/lake'), files)
  const folders = { DATA_DIR: join(root, 'data'), TENANTS_DIR: join(root, 'tenants') }
  await expect(startServer({ COUNTYLINE_DEMO: '1', ...folders })).rejects.toThrow(
    'lake/west/jurisdiction.yaml names a real issuer',
  )
})
