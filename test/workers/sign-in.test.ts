import { expect, it } from 'vitest'
import { openTenant } from '../../src/core/database/handles.ts'
import { grant } from '../../src/identity/schema.ts'
import { readSession } from '../../src/identity/sessions/sessions.ts'
import { staffAccess } from '../../src/identity/staff/grants.ts'
import { issueLink } from '../../src/identity/staff/links.ts'
import { identityDb, inviteStaff } from '../../src/identity/staff/staff.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { visitor } from '../support/visitor.ts'
import { request, workerEnv } from './app.ts'

const env = {
  ...workerEnv,
  SIGNING_KEY: 'a signing key of the tests alone',
}
const platform = workersPlatform(env)

it('signs in by a link, keeps the session, and ends it at once', async () => {
  await request('/healthz', undefined, env)
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis')
  const email = `${crypto.randomUUID()}@hollis.example`
  const { staff } = await inviteStaff(platform, db, { email, name: 'Wanda', role: 'agent', language: 'en' })
  const says = { staff, sources: ['mailbox'], device: '', to: '/me', again: false } as const
  const token = await issueLink(platform, identityDb(platform, 'ellery'), says, 'sign-in')
  const browser = visitor({ request: (path, init) => request(path, init, env) })
  expect(await browser.read(`/sign-in/link/${token}`)).toContain('Sign in as Wanda')
  expect((await browser.post(`/sign-in/link/${token}`)).status).toBe(303)
  expect((await browser.post(`/sign-in/link/${token}`)).status).toBe(404)
  expect(await browser.read('/me')).toContain('Agent, City of Hollis')
  const cookie = browser.cookies.get('__Host-staff-ellery') ?? ''
  const read = await readSession(platform, 'ellery', 'staff', cookie)
  if (read === undefined) throw new Error('not signed in')
  const access = await staffAccess(platform, await currentRegion(platform, 'ellery'), 'hollis', read.signedIn)
  if (access === undefined) throw new Error('no access')
  const desk = openTenant(platform, access, 'ellery', 'hollis')
  expect((await desk.select().from(grant).limit(1)).length).toBe(1)
  expect((await browser.post('/sign-out')).status).toBe(303)
  await expect(desk.select().from(grant).limit(1)).rejects.toMatchObject({
    cause: { slug: 'sign-in-needed' },
  })
})

it('gives a secret that a document names to the body that its name says, and to no other', () => {
  const { secrets } = workersPlatform({ ...env, OIDC_ELLERY__HOLLIS: 'theirs' } as typeof env)
  const of = (body: string) => ({ purpose: 'OIDC', region: 'ellery', body }) as const
  expect(secrets.ownedBy(of('hollis'), 'OIDC_ELLERY__HOLLIS')).toBe('theirs')
  expect(secrets.ownedBy(of('larkfield'), 'OIDC_ELLERY__HOLLIS')).toBeUndefined()
  expect(secrets.ownedBy(of('larkfield'), 'SIGNING_KEY')).toBeUndefined()
  expect(secrets.get('OIDC_ELLERY__HOLLIS')).toBeUndefined()
})

it('asks for a passkey, and refuses an answer that proves nothing', async () => {
  const browser = visitor({ request: (path, init) => request(path, init, env) })
  const options = (await (await browser.post('/sign-in/passkey/options')).json()) as Record<string, unknown>
  expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
  expect((await browser.post('/sign-in/passkey', { answer: '{"id":"none"}' })).status).toBe(403)
})

it('has no demonstration unless a variable asks for it, and none beside anything real', async () => {
  const ask = async (region: string, jurisdiction: string, more: object) => {
    const asked = { ...env, ...more }
    const browser = visitor({ request: (path, init) => request(path, init, asked) })
    const { status } = await browser.post(`/r/${region}/sign-in/demo`, { jurisdiction, role: 'agent' })
    return [status, (await browser.get(`/r/${region}/`)).status]
  }
  expect(await ask('lake', 'west', {})).toEqual([404, 200])
  expect(await ask('lake', 'west', { COUNTYLINE_DEMO: '1' })).toEqual([303, 200])
  const mail = { MAIL_URL: 'https://mail.example', MAIL_FROM: 'a@b.example' }
  expect(await ask('lake', 'west', { COUNTYLINE_DEMO: '1', ...mail })).toEqual([503, 503])
  // Wanda works here.
  expect(await ask('ellery', 'hollis', { COUNTYLINE_DEMO: '1' })).toEqual([503, 503])
})
