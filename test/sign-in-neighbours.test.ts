import Database from 'libsql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { signPayload } from '../src/core/encryption/signing.ts'
import { accountFor } from '../src/identity/accounts.ts'
import { listKeys } from '../src/identity/programs/keys.ts'
import { staffIdentity } from '../src/identity/region-schema.ts'
import { passkeysOf } from '../src/identity/sessions/passkeys.ts'
import { readSession, startSession } from '../src/identity/sessions/sessions.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { identityDb, inviteStaff } from '../src/identity/staff/staff.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { CLIENT, type EvilProvider, startEvilProvider } from './support/openid.ts'
import { softPasskey } from './support/passkey.ts'
import { leadsTo, type Visitor, visitor } from './support/visitor.ts'

/*
 * Hollis runs its own provider, which no other jurisdiction should trust. Alice works for Hollis too, so that
 * provider can claim to be Alice at any time. She administers Larkfield, which has no provider, and Port
 * Ellery, which has its own; Gull Harbor accepts Hollis's provider for everyday work.
 */

let app: TestApp
let hollis: EvilProvider
let portEllery: EvilProvider
let mailbox: Mailbox
let alice: string

const EMAIL = 'alice@larkfield.example'
const invite = async (slug: string, role: 'administrator' | 'agent') =>
  (await inviteStaff(app.platform, tenant(slug), { email: EMAIL, name: 'Alice', role, language: 'en' })).staff

beforeAll(async () => {
  hollis = await startEvilProvider()
  portEllery = await startEvilProvider()
  mailbox = await startMailbox()
  const documents = await bundledDocuments()
  const signIn = ({ issuer }: EvilProvider) => ({
    issuer,
    clientId: CLIENT.id,
    claim: 'groups',
    roles: { '311-agents': 'agent' } as const,
  })
  const jurisdictions = documents.jurisdictions.map(one => {
    if (one.slug === 'hollis') return { ...one, signIn: signIn(hollis) }
    if (one.slug === 'port-ellery') return { ...one, signIn: signIn(portEllery) }
    return one.slug === 'gull-harbor' ? { ...one, acceptSignInsFrom: ['hollis'] } : one
  })
  app = await startApp({
    documents: { ...documents, jurisdictions },
    outboundAllow: [hollis.host, portEllery.host],
    mail: mailbox.settings,
  })
  alice = await invite('larkfield', 'administrator')
  await invite('port-ellery', 'administrator')
  await invite('gull-harbor', 'administrator')
  await addAdministrator(app.platform, 'ellery', { email: EMAIL }, 'test')
  await app.runJobs()
  // As after she proved her email address while signed in by the provider.
  const identity = { issuer: `${hollis.issuer}/`, subject: 'alice', staff: alice, createdAt: 0 }
  await db().insert(staffIdentity).values(identity)
})
afterAll(async () => {
  await app.close()
  await hollis.close()
  await portEllery.close()
  await mailbox.close()
})
beforeEach(() => {
  app.advance(3_600_000)
  mailbox.emails.length = 0
})

/** The statements of one migration of the region's databases, and of all before it. */
function migrationsUntil(name: string) {
  const { region } = readMigrations()
  const at = region.findIndex(migration => migration.name.includes(name))
  const statements = region.map(migration => migration.statements)
  return { before: statements.slice(0, at).flat(), statements: statements[at] ?? [] }
}

const db = () => identityDb(app.platform, 'ellery')
const tenant = (slug: string) => openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug)
const countKeys = async (slug: string) => (await listKeys(tenant(slug))).length

/** Hollis's provider claims that this browser is Alice's. */
async function byHollis(browser = visitor(app), query = ''): Promise<Visitor> {
  hollis.forge({ claims: { sub: 'alice', auth_time: Math.floor(Date.now() / 1000) } })
  const sent = leadsTo(await browser.get(`/sign-in/oidc/hollis${query}`))
  expect((await browser.get(hollis.answerTo(sent))).status).toBe(303)
  return browser
}

/** Alice requests a link by email and opens it in this browser. */
async function byEmail(browser = visitor(app), again = false): Promise<Visitor> {
  await browser.post('/sign-in/email', { email: EMAIL, ...(again && { again: '1' }) })
  await app.runJobs()
  const message = mailbox.emailsTo(EMAIL).at(-1)
  if (message === undefined) throw new Error('no letter')
  expect((await browser.post(new URL(linkIn(message, 'sign-in/link')).pathname)).status).toBe(303)
  return browser
}

const signInAt = (page: string) => `/sign-in?${new URLSearchParams({ to: page })}`
const again = (page: string) => `/sign-in/again?${new URLSearchParams({ to: page })}`
const LARKFIELD = '/work/larkfield/keys/new'
const makeKey = (browser: Visitor, slug: string) =>
  browser.post(`/work/${slug}/keys`, { 'key.name': 'A key', 'key.scope': 'work', 'key.way': 'key' })

describe('a provider of one jurisdiction, at the site of another', () => {
  it('opens nothing there, and the page says by which ways it opens', async () => {
    const browser = await byHollis()
    for (const page of ['/work/larkfield/handoffs', LARKFIELD, '/work/larkfield/audit'])
      expect(leadsTo(await browser.get(page))).toBe(signInAt(page))
    expect((await makeKey(browser, 'larkfield')).status).toBe(303)
    expect((await browser.post('/work/larkfield/grants', { 'grant.email': 'm@evil.example' })).status).toBe(
      303,
    )
    expect(await countKeys('larkfield')).toBe(0)
    const page = await browser.read(signInAt(LARKFIELD))
    expect(page).toContain('To work for Town of Larkfield, sign in one of the ways below')
    expect(page).not.toContain('/sign-in/oidc/')
    expect(page).toContain('action="/sign-in/email"')
    const portEllery = await browser.read(signInAt('/work/port-ellery/handoffs'))
    expect(portEllery).toContain('/sign-in/oidc/port-ellery?')
    expect(portEllery).not.toContain('/sign-in/oidc/hollis?')
    expect(portEllery).not.toContain('action="/sign-in/email"')
  })

  it('shows none of its requests in the list of all, and leads to its own sign-in', async () => {
    const page = await (await byHollis()).read('/work?status=any')
    expect(page).toContain('You also have access to Town of Larkfield')
    expect(page).toContain('/sign-in?to=%2Fwork%3Fjurisdiction%3Dlarkfield')
    expect(page).not.toContain('/work/larkfield/')
  })

  it('is answered as if there were none by a jurisdiction that has not let her in', async () => {
    const browser = await byHollis()
    const keysRead = async (slug: string) => {
      const answer = await browser.get(`/work/${slug}/handoffs`)
      const text = (await answer.text()).replaceAll(slug, 'SLUG').replaceAll(/nonce-[\w+/=-]+/g, '')
      return [answer.status, text, [...answer.headers].filter(([name]) => name !== 'x-request-id')]
    }
    expect(await keysRead('quill-water')).toEqual(await keysRead('no-such-place'))
    expect((await keysRead('quill-water'))[0]).toBe(404)
  })

  it('takes back nothing that another has granted', async () => {
    const browser = await byHollis()
    const page = await browser.read('/me')
    const path = /\/me\/grants\/larkfield\/\w+/.exec(page)?.[0] ?? ''
    expect(leadsTo(await browser.post(path))).toContain('/sign-in?')
    expect(await browser.read('/me')).toContain(path)
  })

  it('administers no region', async () => {
    const browser = await byHollis()
    expect(leadsTo(await browser.get('/region'))).toBe(signInAt('/region'))
    expect(leadsTo(await browser.get('/region/wickham'))).toContain('/sign-in?')
    const page = await browser.read(signInAt('/region'))
    expect(page).not.toContain('/sign-in/oidc/')
    expect((await (await byEmail(browser)).get('/region')).status).toBe(200)
  })

  it('opens it where its document says so, for everyday work: not its keys and grants', async () => {
    const browser = await byHollis()
    expect((await browser.get('/work/gull-harbor/handoffs')).status).toBe(200)
    const page = '/work/gull-harbor/keys/new'
    expect(leadsTo(await browser.get(page))).toBe(again(page))
    expect(await browser.read(again(page))).not.toContain('/sign-in/oidc/hollis')
    await byHollis(browser, `?again=1&to=${encodeURIComponent(page)}`)
    expect(leadsTo(await browser.get(page))).toBe(again(page))
    expect((await makeKey(browser, 'gull-harbor')).status).toBe(303)
    expect(await countKeys('gull-harbor')).toBe(0)
    await byEmail(browser, true)
    expect((await browser.get(page)).status).toBe(200)
  })
})

describe('a passkey', () => {
  it('counts for no more than the sign-in by which it was added', async () => {
    const stolen = softPasskey()
    const attacker = await byHollis()
    expect((await stolen.addTo(attacker, 'Work phone')).status).toBe(303)
    const browser = visitor(app)
    expect((await stolen.signIn(browser)).status).toBe(303)
    expect((await browser.get('/work/hollis/handoffs')).status).toBe(200)
    expect(leadsTo(await browser.get(LARKFIELD))).toBe(signInAt(LARKFIELD))
    expect(leadsTo(await browser.get('/region'))).toBe(signInAt('/region'))
    expect(leadsTo(await makeKey(browser, 'larkfield'))).toContain('/sign-in?')
    // Nor does it give a second passkey more than it has itself.
    const second = softPasskey()
    expect((await second.addTo(browser, 'Tablet')).status).toBe(303)
    const other = visitor(app)
    await second.signIn(other)
    expect(leadsTo(await other.get(LARKFIELD))).toBe(signInAt(LARKFIELD))
    expect(await countKeys('larkfield')).toBe(0)
  })

  it('proves nothing again for what its sign-in could not', async () => {
    const stolen = softPasskey()
    await stolen.addTo(await byHollis(), 'Another phone')
    const browser = await byEmail()
    app.advance(11 * 60_000)
    expect(leadsTo(await browser.get(LARKFIELD))).toBe(again(LARKFIELD))
    await stolen.signIn(browser, { again: '1', to: LARKFIELD })
    expect(leadsTo(await browser.get(LARKFIELD))).toBe(again(LARKFIELD))
  })

  it('of hers is neither renamed nor removed by a provider’s word', async () => {
    const hers = softPasskey()
    await hers.addTo(await byEmail(), 'Her own')
    const browser = await byHollis()
    expect(leadsTo(await browser.post(`/me/passkeys/${hers.id}/remove`))).toContain('/sign-in/again')
    expect(leadsTo(await browser.post(`/me/passkeys/${hers.id}`, { name: 'Not hers' }))).toContain(
      '/sign-in/again',
    )
    const kept = (await passkeysOf(db(), alice)).find(({ id }) => id === hers.id)
    expect(kept?.name).toBe('Her own')
    // It gives access to what her mailbox does, but not to a jurisdiction that requires its own provider.
    const next = visitor(app)
    await hers.signIn(next)
    expect((await next.get(LARKFIELD)).status).toBe(200)
    expect((await next.get('/region')).status).toBe(200)
    const page = '/work/port-ellery/handoffs'
    expect(leadsTo(await next.get(page))).toBe(signInAt(page))
    expect((await next.post(`/me/passkeys/${hers.id}/remove`)).status).toBe(303)
    expect((await passkeysOf(db(), alice)).some(({ id }) => id === hers.id)).toBe(false)
  })
})

describe('whoever works for several', () => {
  it('signs in for each in its own way, and stays signed in for the others', async () => {
    const browser = await byEmail(await byHollis())
    for (const slug of ['hollis', 'larkfield', 'gull-harbor'])
      expect((await browser.get(`/work/${slug}/handoffs`)).status).toBe(200)
    expect((await makeKey(browser, 'larkfield')).status).toBe(200)
    expect(await countKeys('larkfield')).toBe(1)
  })

  it('keeps nothing of a session that was ended', async () => {
    const browser = await byEmail()
    const copied = visitor(app)
    for (const [name, value] of browser.cookies) copied.cookies.set(name, value)
    await browser.post('/sign-out')
    await byHollis(copied)
    expect(leadsTo(await copied.get(LARKFIELD))).toBe(signInAt(LARKFIELD))
  })

  it('is sent a link by a jurisdiction that takes none of her other ways, which counts there only', async () => {
    await invite('port-ellery', 'agent')
    await app.runJobs()
    const message = mailbox.emailsTo(EMAIL).at(-1)
    if (message === undefined) throw new Error('no letter')
    const browser = visitor(app)
    await browser.post(new URL(linkIn(message, 'sign-in/link')).pathname)
    expect((await browser.get('/work/port-ellery/keys/new')).status).toBe(200)
    expect(leadsTo(await browser.get(LARKFIELD))).toBe(signInAt(LARKFIELD))
  })
})

it('leaves a passkey from before what its holder could have added it by', () => {
  const { statements, before } = migrationsUntil('session_sources')
  const database = new Database(':memory:')
  for (const statement of before) database.exec(statement)
  database.exec(`INSERT INTO staff (id, name, email, email_index, created_at) VALUES ('mail', '', '', 'a', 0),
    ('provider', '', '', 'b', 0), ('both', '', '', 'c', 0), ('player', '', '', 'demo:x:agent', 0);
    INSERT INTO staff_identity VALUES ('https://one/', 's', 'provider', 0), ('https://one/', 't', 'both', 0), ('https://two/', 't', 'both', 0);
    INSERT INTO staff_reach VALUES ('mail', 'hollis'), ('provider', 'hollis')`)
  for (const id of ['mail', 'provider', 'both', 'player'])
    database.exec(
      `INSERT INTO passkey (id, staff, public_key, counter, name, created_at) VALUES ('${id}', '${id}', '', 0, '', 0)`,
    )
  for (const statement of statements) database.exec(statement)
  const rows = database.prepare('SELECT id, sources FROM passkey').all() as { id: string; sources: string }[]
  expect(Object.fromEntries(rows.map(({ id, sources }) => [id, JSON.parse(sources)]))).toEqual({
    mail: ['mailbox', 'invitation:hollis'],
    provider: ['issuer:https://one/'],
    both: [],
    player: ['demo'],
  })
})

describe('a cookie from before sessions knew whose word they rest on', () => {
  const old = async (kind: 'staff' | 'account', holder: string, browser: Visitor) => {
    const shown = [{ method: 'email', source: 'mailbox' }] as const
    const written = await startSession(app.platform, 'ellery', { kind, holder, shown, device: '' })
    const session = (await readSession(app.platform, 'ellery', kind, written))?.signedIn.session ?? ''
    const now = app.platform.clock.now()
    const claims = [kind, 'ellery', holder, session, now, 0, now]
    browser.cookies.set(`__Host-${kind}-ellery`, await signPayload(app.platform, 'session', claims))
  }

  it('signs no staff in any more', async () => {
    const browser = visitor(app)
    await old('staff', alice, browser)
    expect(leadsTo(await browser.get('/work'))).toContain('/sign-in?')
    expect(browser.cookies.size).toBe(0)
  })

  it('keeps residents signed in, who prove themselves again before what is dangerous', async () => {
    const address = { kind: 'email', value: 'ana@example.org' } as const
    const holder = await accountFor(app.platform, 'ellery', address, 'en')
    const browser = visitor(app)
    await old('account', holder, browser)
    const asked = leadsTo(await browser.post('/account/data'))
    expect(browser.cookies.size).toBe(1)
    expect(asked).toContain('/account/sign-in/again')
  })
})
