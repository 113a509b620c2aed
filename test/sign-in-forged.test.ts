import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { session, staffIdentity } from '../src/identity/region-schema.ts'
import { identityDb } from '../src/identity/staff/staff.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { CLIENT, type EvilProvider, type Forgery, startEvilProvider } from './support/openid.ts'
import { leadsTo, type Visitor, visitor } from './support/visitor.ts'

/* A provider that forges tokens: anything not exactly right signs nobody in. */

let app: TestApp
let evil: EvilProvider
let other: EvilProvider

const signIn = (issuer: string) => ({
  issuer,
  clientId: CLIENT.id,
  claim: 'groups',
  roles: { '311-agents': 'agent' } as const,
})

beforeAll(async () => {
  evil = await startEvilProvider()
  other = await startEvilProvider()
  const documents = await bundledDocuments()
  const jurisdictions = documents.jurisdictions.map(one => {
    if (one.slug === 'hollis') return { ...one, signIn: signIn(evil.issuer) }
    if (one.slug === 'larkfield') return { ...one, signIn: signIn(other.issuer) }
    return one.slug === 'gull-harbor' ? { ...one, signIn: signIn('http://127.0.0.1:9') } : one
  })
  app = await startApp({ documents: { ...documents, jurisdictions }, outboundAllow: [evil.host, other.host] })
})
afterAll(async () => {
  await app.close()
  await evil.close()
  await other.close()
})
beforeEach(() => {
  evil.forge({})
  other.forge({})
})

const begin = async (browser: Visitor, jurisdiction = 'hollis') =>
  leadsTo(await browser.get(`/sign-in/oidc/${jurisdiction}`))

const db = () => identityDb(app.platform, 'ellery')
const sessions = async () => (await db().select().from(session)).length

/** Nothing came of it: no session, no person. */
async function refused(answer: Response, before: number) {
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('We could not sign you in')
  expect(await sessions()).toBe(before)
}

it('takes what is as it should be', async () => {
  const browser = visitor(app)
  const answer = await browser.get(evil.answerTo(await begin(browser)))
  expect([answer.status, leadsTo(answer)]).toEqual([303, '/work'])
  expect(await browser.read('/me')).toContain('Agent, City of Hollis')
})

const past = Math.floor(Date.now() / 1000) - 3600
const unsigned = (good: string, header: object, signature: string) => {
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
  return `${encoded}.${good.split('.')[1]}.${signature}`
}

const forgeries: readonly (readonly [string, Forgery])[] = [
  ['is too old', { claims: { exp: past } }],
  ['is for another client', { claims: { aud: 'somebody-else' } }],
  ['is for others too, and names no party', { claims: { aud: [CLIENT.id, 'somebody-else'] } }],
  ['was made for another party', { claims: { azp: 'somebody-else' } }],
  ['is of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
  ['has another nonce', { claims: { nonce: 'another' } }],
  ['has no nonce', { claims: { nonce: undefined } }],
  ['has no subject', { claims: { sub: undefined } }],
  ['is signed by a key that was swapped', { otherKey: true }],
  ['names a key that is not published', { header: { kid: 'theirs' } }],
  ['is signed by nobody', { token: good => unsigned(good, { alg: 'none' }, '') }],
  [
    'keeps a signature but says none',
    { token: good => unsigned(good, { alg: 'none' }, good.split('.')[2] ?? '') },
  ],
  ['says HS256', { token: good => unsigned(good, { alg: 'HS256', kid: 'ours' }, good.split('.')[2] ?? '') }],
  ['was changed', { token: good => good.replace(/\.([^.]{20})/, '.$1A') }],
  ['came with another access token', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
  ['is missing', { answer: { id_token: undefined } }],
  ['is no token', { answer: { id_token: 'garbage' } }],
]

describe('refuses a token that', () => {
  it.each(forgeries)('%s', async (_, forgery) => {
    const before = await sessions()
    const browser = visitor(app)
    const location = await begin(browser)
    evil.forge(forgery)
    await refused(await browser.get(evil.answerTo(location)), before)
  })
})

describe('refuses an answer', () => {
  it('with a state that was used', async () => {
    const browser = visitor(app)
    const back = evil.answerTo(await begin(browser))
    const verifier = new Map(browser.cookies)
    expect((await browser.get(back)).status).toBe(303)
    const before = await sessions()
    for (const [name, value] of verifier) browser.cookies.set(name, value)
    await refused(await browser.get(back), before)
  })

  it('in another browser than the one that was sent', async () => {
    const before = await sessions()
    const back = evil.answerTo(await begin(visitor(app)))
    await refused(await visitor(app).get(back), before)
    const victim = visitor(app)
    await begin(victim)
    await refused(await victim.get(evil.answerTo(await begin(visitor(app)))), before)
  })

  it('with a state that nobody made, or none', async () => {
    const before = await sessions()
    const browser = visitor(app)
    const location = await begin(browser)
    await refused(await browser.get(evil.answerTo(location, { state: 'made-up' })), before)
    await refused(await browser.get('/sign-in/oidc/callback'), before)
  })

  it('after ten minutes', async () => {
    const before = await sessions()
    const browser = visitor(app)
    const back = evil.answerTo(await begin(browser))
    app.advance(10 * 60_000)
    await refused(await browser.get(back), before)
  })

  it('of another issuer than the one that was asked', async () => {
    const before = await sessions()
    const browser = visitor(app)
    await refused(await browser.get(evil.answerTo(await begin(browser), { iss: other.issuer })), before)
  })

  it('that says the person would not', async () => {
    const before = await sessions()
    const browser = visitor(app)
    const location = await begin(browser)
    await refused(await browser.get(evil.answerTo(location, { error: 'access_denied' })), before)
  })
})

it('refuses a provider that says it is another', async () => {
  evil.forge({ metadata: { issuer: other.issuer } })
  expect((await visitor(app).get('/sign-in/oidc/hollis')).status).toBe(502)
})

it('asks no machine of our own network that the operator has not named, and none over plain http', async () => {
  expect((await visitor(app).get('/sign-in/oidc/gull-harbor')).status).toBe(502)
  evil.forge({ metadata: { authorization_endpoint: 'http://public.example/authorize' } })
  expect((await visitor(app).get('/sign-in/oidc/hollis')).status).toBe(502)
  evil.forge({})
  const browser = visitor(app)
  const location = await begin(browser)
  evil.forge({ metadata: { token_endpoint: 'http://public.example/token' } })
  expect((await browser.get(evil.answerTo(location))).status).toBe(502)
})

it('knows one subject of two issuers as two people', async () => {
  const jurisdictions = [
    ['hollis', evil],
    ['larkfield', other],
  ] as const
  for (const [slug, provider] of jurisdictions) {
    const browser = visitor(app)
    expect((await browser.get(provider.answerTo(await begin(browser, slug)))).status).toBe(303)
    const page = await browser.read('/me')
    expect(page.match(/<strong>Agent, /g)).toHaveLength(1)
  }
  const identities = await db().select().from(staffIdentity)
  expect(identities.map(({ subject }) => subject)).toEqual(['mallory', 'mallory'])
  expect(new Set(identities.map(({ staff }) => staff)).size).toBe(2)
})

it('says nothing of who or what in its log', () => {
  const refusals = app.logged.filter(({ event }) => event === 'sign-in-refused')
  expect(refusals.length).toBeGreaterThan(15)
  expect(JSON.stringify(refusals)).not.toMatch(/mallory|a-code|access-token/i)
})
