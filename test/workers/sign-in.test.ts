import { expect, it } from 'vitest'
import { openTenant } from '../../src/core/db.ts'
import { staffAccess } from '../../src/people/grants.ts'
import { issueLink } from '../../src/people/links.ts'
import { grant } from '../../src/people/schema.ts'
import { readSession } from '../../src/people/sessions.ts'
import { inviteStaff, peopleDb } from '../../src/people/staff.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
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
  const says = { staff, device: '', to: '/me', again: false }
  const token = await issueLink(platform, peopleDb(platform, 'ellery'), says, 'sign-in')
  const browser = visitor({ request: (path, init) => request(path, init, env) })
  expect(await browser.read(`/sign-in/link/${token}`)).toContain('Sign in as Wanda')
  expect((await browser.post(`/sign-in/link/${token}`)).status).toBe(303)
  expect((await browser.post(`/sign-in/link/${token}`)).status).toBe(404)
  expect(await browser.read('/me')).toContain('Agent, City of Hollis')
  const cookie = browser.cookies.get('__Host-staff-ellery') ?? ''
  const read = await readSession(platform, 'ellery', 'staff', cookie)
  if (read === undefined) throw new Error('not signed in')
  const access = await staffAccess(platform, 'ellery', 'hollis', read.signedIn)
  if (access === undefined) throw new Error('no access')
  const desk = openTenant(platform, access, 'ellery', 'hollis')
  expect((await desk.select().from(grant).limit(1)).length).toBe(1)
  expect((await browser.post('/sign-out')).status).toBe(303)
  await expect(desk.select().from(grant).limit(1)).rejects.toMatchObject({
    cause: { slug: 'sign-in-needed' },
  })
})

it('asks for a passkey, and refuses an answer that proves nothing', async () => {
  const browser = visitor({ request: (path, init) => request(path, init, env) })
  const options = (await (await browser.post('/sign-in/passkey/options')).json()) as Record<string, unknown>
  expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
  expect((await browser.post('/sign-in/passkey', { answer: '{"id":"none"}' })).status).toBe(403)
})

it('has no demonstration unless a variable asks for it', async () => {
  const fields = { jurisdiction: 'hollis', role: 'agent' }
  const ask = (demo: string) => {
    const asked = { ...env, COUNTYLINE_DEMO: demo }
    return visitor({ request: (path, init) => request(path, init, asked) })
  }
  expect((await ask('').post('/sign-in/demo', fields)).status).toBe(404)
  expect((await ask('1').post('/sign-in/demo', fields)).status).toBe(303)
})
