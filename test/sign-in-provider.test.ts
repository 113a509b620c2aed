import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { staffIdentity } from '../src/identity/region-schema.ts'
import { listGrants } from '../src/identity/staff/grants.ts'
import { identityDb, inviteStaff } from '../src/identity/staff/staff.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { CLIENT, type RealProvider, signInWith, startProvider, throughProvider } from './support/openid.ts'
import { leadsTo, type Visitor, visitor } from './support/visitor.ts'

/* Against a real OpenID provider. */

let app: TestApp
let provider: RealProvider
let mailbox: Mailbox

beforeAll(async () => {
  provider = await startProvider()
  mailbox = await startMailbox()
  const documents = await bundledDocuments()
  const signIn = {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: 'OIDC_ELLERY__HOLLIS',
    claim: 'groups',
    roles: { agents: 'agent', leads: 'supervisor', lights: 'field-crew' } as const,
    services: { lights: ['pothole'] },
  }
  app = await startApp({
    documents: {
      ...documents,
      jurisdictions: documents.jurisdictions.map(one => (one.slug === 'hollis' ? { ...one, signIn } : one)),
    },
    outboundAllow: [provider.host],
    environment: { OIDC_ELLERY__HOLLIS: CLIENT.secret },
    mail: mailbox.settings,
  })
})
afterAll(async () => {
  await app.close()
  await provider.close()
  await mailbox.close()
})
beforeEach(() => {
  app.advance(3_600_000)
  mailbox.emails.length = 0
})

/** A person at a browser of their own, with these groups at the provider. */
async function arrive(subject: string, groups: readonly string[], browser: Visitor = visitor(app)) {
  provider.people.set(subject, { name: `${subject} of Hollis`, groups })
  provider.sits(subject)
  const answer = await signInWith(browser, 'hollis')
  return { browser, answer }
}

const tenant = (slug: string) => openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug)

async function inForce(slug: string, staff: string) {
  const now = app.platform.clock.now()
  const rows = await listGrants(tenant(slug))
  return rows.filter(row => row.staff === staff && row.endedAt === null && (row.toAt ?? now + 1) > now)
}

async function staffOf(subject: string): Promise<string> {
  const rows = await identityDb(app.platform, 'ellery').select().from(staffIdentity)
  return rows.find(row => row.subject === subject)?.staff ?? ''
}

it('signs in whom the provider vouches for, with the roles that its claims give there and nowhere else', async () => {
  const { browser, answer } = await arrive('rosa', ['agents', 'lights', 'gardeners'])
  expect([answer.status, leadsTo(answer)]).toEqual([303, '/work'])
  const page = await browser.read('/me')
  expect(page).toContain('rosa of Hollis')
  const staff = await staffOf('rosa')
  const held = await inForce('hollis', staff)
  expect(held.map(({ role, services, source }) => [role, services, source]).sort()).toEqual([
    ['agent', null, 'oidc'],
    ['field-crew', ['pothole'], 'oidc'],
  ])
  for (const { slug } of app.region.documents.jurisdictions) {
    if (slug !== 'hollis') expect(await inForce(slug, staff)).toEqual([])
  }
})

it('is offered at the jurisdiction’s own site and the region’s, and at no other’s', async () => {
  const link = 'href="/sign-in/oidc/hollis'
  expect(await visitor(app).read('/sign-in')).toContain(link)
  expect(await visitor(app).read('/j/hollis/sign-in')).toContain('/sign-in/oidc/hollis')
  expect(await visitor(app).read('/j/larkfield/sign-in')).not.toContain('/sign-in/oidc/')
  expect((await visitor(app).get('/sign-in/oidc/larkfield')).status).toBe(404)
})

it('ends at the next sign-in what is no longer claimed, and keeps the person', async () => {
  await arrive('ines', ['agents', 'leads'])
  const staff = await staffOf('ines')
  await arrive('ines', ['leads'])
  expect(await staffOf('ines')).toBe(staff)
  expect((await inForce('hollis', staff)).map(({ role }) => role)).toEqual(['supervisor'])
  const { browser, answer } = await arrive('ines', [])
  expect(answer.status).toBe(303)
  expect(await inForce('hollis', staff)).toEqual([])
  expect(await browser.read('/me')).toContain('You do not have access to any agency')
})

it('makes no grant twice, and none outlives the provider’s word by more than a day', async () => {
  await arrive('omar', ['agents'])
  await arrive('omar', ['agents'])
  const staff = await staffOf('omar')
  expect(await inForce('hollis', staff)).toHaveLength(1)
  app.advance(13 * 3_600_000)
  await arrive('omar', ['agents'])
  expect((await inForce('hollis', staff)).length).toBeGreaterThan(0)
  app.advance(24 * 3_600_000)
  expect(await inForce('hollis', staff)).toEqual([])
})

it('makes nobody of someone new to whom the claims give nothing', async () => {
  const { answer } = await arrive('stranger', ['gardeners', '__proto__', 'constructor'])
  expect(answer.status).toBe(403)
  expect(await staffOf('stranger')).toBe('')
})

it('goes back to the page that was asked for', async () => {
  provider.people.set('rosa', { groups: ['agents'] })
  provider.sits('rosa')
  const answer = await signInWith(visitor(app), 'hollis', new Map(), '?to=%2Freports%3Fstatus%3Dopen')
  expect(leadsTo(answer)).toBe('/reports?status=open')
})

it('takes nobody’s place by claiming their address', async () => {
  const email = 'clerk@county.example'
  const invitation = { email, role: 'supervisor', language: 'en' } as const
  const invited = await inviteStaff(app.platform, tenant('larkfield'), invitation)
  provider.people.set('mallory', { name: 'Clerk', email, email_verified: true, groups: ['agents'] })
  provider.sits('mallory')
  const browser = visitor(app)
  await signInWith(browser, 'hollis')
  expect(await staffOf('mallory')).not.toBe(invited.staff)
  expect(await browser.read('/me')).not.toContain('Larkfield')
  // Nor by coming first: a person invited later at the same address is not them either.
  const later = await inviteStaff(app.platform, tenant('larkfield'), { ...invitation, role: 'agent' })
  expect(later.staff).toBe(invited.staff)
})

it('opens the link that proves a mailbox only where its asker is signed in', async () => {
  const email = 'call.center@county.example'
  const { browser } = await arrive('cara', ['agents'])
  expect((await browser.post('/me/mailbox', { email })).status).toBe(200)
  await app.runJobs()
  const [message] = mailbox.emailsTo(email)
  if (message === undefined) throw new Error('no letter')
  const link = new URL(linkIn(message, 'me/mailbox')).pathname
  // A person who has the email but is not signed in as the one who requested it gains nothing.
  expect(leadsTo(await visitor(app).get(link))).toContain('/sign-in?')
  const { browser: another } = await arrive('ines', ['leads'])
  expect((await another.get(link)).status).toBe(404)
  expect(await browser.read(link)).toContain(email)
})

it('becomes one person with someone invited, once the mailbox is proved', async () => {
  const email = 'desk@county.example'
  const invitation = { email, role: 'agent', language: 'en' } as const
  const invited = await inviteStaff(app.platform, tenant('larkfield'), invitation)
  await app.runJobs()
  mailbox.emails.length = 0
  const { browser } = await arrive('dina', ['agents'])
  const alone = await staffOf('dina')
  await browser.post('/me/mailbox', { email })
  await app.runJobs()
  const [message] = mailbox.emailsTo(email)
  if (message === undefined) throw new Error('no letter')
  const link = new URL(linkIn(message, 'me/mailbox')).pathname
  expect((await browser.post(link)).status).toBe(303)
  expect(await staffOf('dina')).toBe(invited.staff)
  const page = await browser.read('/me')
  expect(page).toContain('Agent, City of Hollis')
  expect(page).toContain('Agent, Town of Larkfield')
  expect(await inForce('hollis', alone)).toEqual([])
  const { browser: next } = await arrive('dina', ['leads'])
  expect(await next.read('/me')).toContain('Supervisor, City of Hollis')
})

it('lets nobody join someone who has a stronger sign-in than email', async () => {
  const email = 'chief@county.example'
  const invitation = { email, role: 'administrator', language: 'en' } as const
  const invited = await inviteStaff(app.platform, tenant('larkfield'), invitation)
  const db = identityDb(app.platform, 'ellery')
  const identity = { issuer: 'https://other.example/', subject: 'chief', staff: invited.staff, createdAt: 0 }
  await db.insert(staffIdentity).values(identity)
  await app.runJobs()
  mailbox.emails.length = 0
  const { browser } = await arrive('eve', ['agents'])
  await browser.post('/me/mailbox', { email })
  await app.runJobs()
  const [message] = mailbox.emailsTo(email)
  if (message === undefined) throw new Error('no letter')
  expect((await browser.post(new URL(linkIn(message, 'me/mailbox')).pathname)).status).toBe(409)
  expect(await browser.read('/me')).not.toContain('Larkfield')
})

it('proves again by the provider that it is the same person', async () => {
  const jar = new Map<string, string>()
  const browser = visitor(app)
  provider.people.set('rosa', { name: 'rosa of Hollis', groups: ['agents'] })
  provider.sits('rosa')
  await signInWith(browser, 'hollis', jar)
  app.advance(11 * 60_000)
  expect(leadsTo(await browser.post('/me/passkeys/options'))).toContain('/sign-in/again')
  expect(await browser.read('/sign-in/again')).toContain('/sign-in/oidc/hollis?to=')
  const sent = leadsTo(await browser.get('/sign-in/oidc/hollis?again=1&to=%2Fme'))
  expect(new URL(sent).searchParams.get('prompt')).toBe('login')
  const back = await browser.get(await throughProvider(sent, jar))
  expect([back.status, leadsTo(back)]).toEqual([303, '/me'])
  expect((await browser.post('/me/passkeys/options')).status).toBe(200)
  // Another person at the same provider proves nothing about this one.
  provider.people.set('ines', { groups: ['leads'] })
  provider.sits('ines')
  const other = await signInWith(browser, 'hollis', new Map(), '?again=1')
  expect(other.status).toBe(403)
})

it('tells who asks by letter to sign in with the provider instead', async () => {
  const email = 'new@hollis.example'
  await inviteStaff(app.platform, tenant('hollis'), { email, role: 'agent', language: 'en' })
  await app.runJobs()
  expect(mailbox.emailsTo(email)[0]?.text).toContain('/sign-in/link/')
  app.advance(3_600_000)
  await visitor(app).post('/sign-in/email', { email })
  await app.runJobs()
  const text = mailbox.emailsTo(email)[1]?.text
  expect(text).toContain('safer way')
  expect(text).not.toContain('/sign-in/link/')
})
