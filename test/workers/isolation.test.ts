import { beforeAll, expect, it } from 'vitest'
import { openTenant } from '../../src/core/database/handles.ts'
import { createClient } from '../../src/identity/programs/clients.ts'
import { createKey, revokeKey } from '../../src/identity/programs/keys.ts'
import { endSession, readSession, startSession } from '../../src/identity/sessions/sessions.ts'
import type { SignInSource } from '../../src/identity/sessions/sources.ts'
import { makeGrant, withdrawGrant } from '../../src/identity/staff/grants.ts'
import { staffOf } from '../../src/identity/staff/staff.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

/*
 * Promises of the isolation matrix (`test/isolation`), where a worker caches data and a server holds the
 * database.
 */

const env = {
  ...workerEnv,
  SIGNING_KEY: 'a signing key of the tests alone',
}
const platform = workersPlatform(env)
const REGION = 'ellery'
const system = { kind: 'system', reason: 'test' } as const
const db = openTenant(platform, system, REGION, 'hollis')
const now = () => platform.clock.now()

beforeAll(async () => {
  await startInWorkerd(env)
})

async function arrive(source: SignInSource = 'mailbox') {
  const email = `${crypto.randomUUID()}@hollis.example`
  const staff = await staffOf(platform, REGION, { email, name: 'Wanda' })
  const input = {
    kind: 'staff',
    holder: staff,
    shown: [{ method: source === 'mailbox' ? 'email' : 'oidc', source }],
    device: 'a test',
  } as const
  const written = await startSession(platform, REGION, input)
  const headers = { cookie: `__Host-staff-${REGION}=${written}` }
  return { staff, written, look: (slug: string) => ask(`/work/${slug}/handoffs`, headers) }
}

const ask = (path: string, headers: Record<string, string>) =>
  request(path, { headers: { ...headers, 'x-request-id': 'the-same' }, redirect: 'manual' }, env)
const lookWith = (token: string) => ask('/api/v1/work/requests', { authorization: `Bearer ${token}` })
const withoutNonce = (page: string, slug: string) =>
  page.replaceAll(/nonce(-|=")[\w+/=-]+/g, 'NONCE').replaceAll(slug, 'THIS')

it('a grant opens its own jurisdiction, and nothing from the moment that it is withdrawn', async () => {
  const { staff, look } = await arrive()
  const grant = await makeGrant(platform, db, { staff, role: 'agent', source: 'command' })
  expect((await look('hollis')).status).toBe(200)
  const [beside, missing] = [await look('port-ellery'), await look('no-such-place')]
  expect([beside.status, missing.status]).toEqual([404, 404])
  expect(withoutNonce(await beside.text(), 'port-ellery')).toBe(
    withoutNonce(await missing.text(), 'no-such-place'),
  )
  await withdrawGrant(platform, db, grant)
  expect((await look('hollis')).status).toBe(404)
})

it('a neighbor’s provider opens nothing: who was given access is led to the sign-in there, nobody else hears of it', async () => {
  const { staff, look } = await arrive('issuer:https://login.neighbor.example/')
  expect((await look('hollis')).status).toBe(404)
  await makeGrant(platform, db, { staff, role: 'administrator', source: 'command' })
  const answer = await look('hollis')
  const page = '/sign-in?to=%2Fwork%2Fhollis%2Fhandoffs'
  expect([answer.status, answer.headers.get('location')]).toEqual([303, page])
})

it('a session that has ended opens nothing that its grants would', async () => {
  const { staff, written, look } = await arrive()
  await makeGrant(platform, db, { staff, role: 'agent', source: 'command' })
  expect((await look('hollis')).status).toBe(200)
  const read = await readSession(platform, REGION, 'staff', written)
  await endSession(platform, REGION, read?.signedIn.session ?? '')
  const answer = await look('hollis')
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    '/sign-in?to=%2Fwork%2Fhollis%2Fhandoffs',
  ])
})

it('a key that is revoked is refused at once', async () => {
  const { id, key } = await createKey(platform, db, 'a test', 'work')
  expect((await lookWith(key)).status).toBe(200)
  await revokeKey(db, id, now())
  expect((await lookWith(key)).status).toBe(403)
})

it('a token of a client that is revoked since is refused at once', async () => {
  const made = await createClient(platform, db, { name: 'a test', scope: 'work', expiresAt: null })
  const form = { grant_type: 'client_credentials', client_id: made.clientId, client_secret: made.secret }
  const bought = await request('/oauth/token', { method: 'POST', body: new URLSearchParams(form) }, env)
  const { access_token } = (await bought.json()) as { access_token: string }
  expect((await lookWith(access_token)).status).toBe(200)
  await revokeKey(db, made.id, now())
  expect((await lookWith(access_token)).status).toBe(403)
})
