import { sql } from 'drizzle-orm'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { createClient } from '../../src/identity/programs/clients.ts'
import { createKey, listKeys, revokeKey } from '../../src/identity/programs/keys.ts'
import { currentSigningKey, rotateSigningKey } from '../../src/identity/programs/signing-keys.ts'
import { signingKey } from '../../src/identity/region-schema.ts'
import type { Scope } from '../../src/identity/roles.ts'
import type { Platform } from '../../src/platform/platform.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'

export interface ProgramsWorld {
  readonly platform: Platform
  readonly region: Region
  /** From an address, if one is given. */
  request(path: string, init?: RequestInit, from?: string): Promise<Response>
  /** Moves the clock, where it stands still. */
  advance?(milliseconds: number): void
}

interface Given {
  readonly access_token: string
  readonly expires_in: number
  readonly scope: string
}

type Claims = Readonly<Record<string, unknown>>

const SYSTEM = { kind: 'system', reason: 'test' } as const

/** Keys, clients, tokens and limits over HTTP: the same promises on each runtime. */
export function programsContract(name: string, start: () => Promise<ProgramsWorld>): void {
  let world: ProgramsWorld
  let slug = ''
  let addresses = 0
  const fresh = () => `198.51.${100 + Math.floor(++addresses / 250)}.${1 + (addresses % 250)}`
  const db = () => openTenant(world.platform, SYSTEM, world.region.slug, slug)
  const now = () => world.platform.clock.now()
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const look = (token: string, path = '/api/v1/work/requests', from = fresh()) =>
    world.request(path, bearer(token), from)
  const client = (scope: Scope = 'work', expiresAt: number | null = null) =>
    createClient(world.platform, db(), { name: 'a program', scope, expiresAt })
  const ask = (form: Record<string, string>, headers: Record<string, string> = {}, from = fresh()) =>
    world.request('/oauth/token', { method: 'POST', body: new URLSearchParams(form), headers }, from)
  const post = ({ clientId, secret }: { clientId: string; secret: string }, more = {}) =>
    ask({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret, ...more })
  const tokenOf = async (made: { clientId: string; secret: string }, more = {}) => {
    const answer = await post(made, more)
    expect(answer.status).toBe(200)
    return (await answer.json()) as Given
  }
  /** A token with the claims of a real one except for `changes`, signed as given. */
  const forged = async (
    made: { clientId: string },
    changes: Claims = {},
    signing: { key?: CryptoKey | Uint8Array; header?: object } = {},
  ) => {
    const own = await currentSigningKey(world.platform, world.region.slug)
    const issuer = (
      (await (await world.request('/.well-known/oauth-authorization-server')).json()) as { issuer: string }
    ).issuer
    const at = Math.floor(now() / 1000)
    const claims = {
      iss: issuer,
      aud: `${issuer}/api/v1`,
      sub: made.clientId,
      client_id: made.clientId,
      jurisdiction: slug,
      scope: 'work',
      jti: crypto.randomUUID(),
      iat: at,
      exp: at + 600,
      ...changes,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: own.kid, ...signing.header })
      .sign(signing.key ?? own.key)
  }

  beforeAll(async () => {
    world = await start()
    slug = world.region.documents.jurisdictions[0]?.slug ?? ''
  })

  describe(`keys of programs, ${name}`, () => {
    it('a key opens its own jurisdiction until it expires or is revoked, at once', async () => {
      const made = await createKey(world.platform, db(), 'a program', 'read')
      expect((await look(made.key)).status).toBe(200)
      await revokeKey(db(), made.id, now())
      expect((await look(made.key)).status).toBe(403)
      const expired = await createKey(world.platform, db(), 'a program', 'read', now())
      expect((await look(expired.key)).status).toBe(403)
    })

    it('a key for reading changes nothing, and one for reports reads nothing', async () => {
      const read = await createKey(world.platform, db(), 'a program', 'read')
      const change = { method: 'POST', body: '{"text":"x"}', headers: { 'content-type': 'application/json' } }
      const answer = await world.request('/api/v1/work/requests/none/notes', {
        ...change,
        headers: { ...change.headers, ...bearer(read.key).headers },
      })
      expect(answer.status).toBe(403)
      const report = await createKey(world.platform, db(), 'a program', 'report')
      expect((await look(report.key)).status).toBe(403)
    })

    it('the list says to the hour when a key was last used, and nothing that opens anything', async () => {
      const made = await createKey(world.platform, db(), 'a program', 'read')
      const listed = async () => (await listKeys(db())).find(({ id }) => id === made.id)
      expect((await listed())?.lastUsedAt).toBeNull()
      expect((await look(made.key)).status).toBe(200)
      await expect.poll(async () => (await listed())?.lastUsedAt).toBe(now() - (now() % 3_600_000))
      const wrong = made.key.slice(0, -1) + (made.key.endsWith('2') ? '3' : '2')
      const other = await createKey(world.platform, db(), 'never used', 'read')
      expect((await look(wrong)).status).toBe(403)
      expect((await listKeys(db())).find(({ id }) => id === other.id)?.lastUsedAt).toBeNull()
      expect(JSON.stringify(await listed())).not.toContain(made.key.split('_').at(-1))
      expect(await listed()).not.toHaveProperty('hash')
    })

    it('making and revoking stand in the jurisdiction’s log, without the secret', async () => {
      const made = await createKey(world.platform, db(), 'a program', 'read')
      await revokeKey(db(), made.id, now())
      await expect(revokeKey(db(), made.id, now())).rejects.toMatchObject({ slug: 'wrong-state' })
      await expect(revokeKey(db(), 'NOSUCHKEY0', now())).rejects.toMatchObject({ slug: 'not-found' })
      const { rows } = db()
      const pattern = `%${made.id}%`
      const events = await rows<{ type: string; payload: string; public: number }>(
        sql`SELECT type, payload, public FROM event WHERE payload LIKE ${pattern} ORDER BY seq`,
      )
      expect(events.map(({ type }) => type)).toEqual(['key-made', 'key-revoked'])
      expect(events.every(event => event.public === 0)).toBe(true)
      expect(JSON.stringify(events)).not.toContain(made.key.split('_').at(-1))
    })

    it('a key or token as bearer is an api_key to GeoReport', async () => {
      const made = await client('report')
      const { access_token } = await tokenOf(made)
      const key = await createKey(world.platform, db(), 'a program', 'report')
      const file = (headers: Record<string, string>) =>
        world.request('/open311/v2/requests.json', {
          method: 'POST',
          headers,
          body: new URLSearchParams({ service_code: 'no-such-service', jurisdiction_id: slug }),
        })
      expect((await file({})).status).toBe(403)
      expect((await file(bearer(key.key).headers)).status).toBe(404)
      expect((await file(bearer(access_token).headers)).status).toBe(404)
    })
  })

  describe(`OAuth 2.0 clients, ${name}`, () => {
    it('a secret buys a token for ten minutes, sent in the form or as Basic, and it opens the jurisdiction', async () => {
      const made = await client()
      const answer = await post(made)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const given = (await answer.json()) as Given
      expect(given).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'work' })
      expect((await look(given.access_token)).status).toBe(200)
      const basic = await ask(
        { grant_type: 'client_credentials' },
        { authorization: `Basic ${btoa(`${made.clientId}:${made.secret}`)}` },
      )
      expect(basic.status).toBe(200)
    })

    it('a token may be for less than its client, never for more', async () => {
      const made = await client('work')
      expect((await tokenOf(made, { scope: 'read' })).scope).toBe('read')
      const { access_token } = await tokenOf(made, { scope: 'report' })
      expect((await look(access_token)).status).toBe(403)
      const more = await post(await client('read'), { scope: 'read work' })
      expect([more.status, await more.json()]).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_scope' }),
      ])
      const unknown = await post(made, { scope: 'read everything' })
      expect(((await unknown.json()) as { error: string }).error).toBe('invalid_scope')
    })

    it.each([
      ['no grant type', { client_id: 'c', client_secret: 's' }, {}, 400, 'invalid_request'],
      ['another grant', { grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
      ['no client', { grant_type: 'client_credentials' }, {}, 401, 'invalid_client'],
      [
        'a secret sent twice',
        { grant_type: 'client_credentials', client_secret: 's' },
        { authorization: 'Basic YTpi' },
        400,
        'invalid_request',
      ],
      [
        'what is no Basic',
        { grant_type: 'client_credentials' },
        { authorization: 'Basic %%%' },
        401,
        'invalid_client',
      ],
    ])('refuses %s as RFC 6749 says', async (_, form, headers, status, error) => {
      const answer = await ask(form as Record<string, string>, headers as Record<string, string>)
      expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ error })])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.has('www-authenticate')).toBe(status === 401)
    })

    it('a wrong secret, a revoked, an expired and an unknown client are refused alike', async () => {
      const made = await client()
      const revoked = await client()
      await revokeKey(db(), revoked.id, now())
      const answers = await Promise.all([
        post({ ...made, secret: 'wrong' }),
        post(revoked),
        post(await client('work', now())),
        post({ ...made, clientId: `client_${slug}_2222222222` }),
        post({ ...made, clientId: 'client_no-such-jurisdiction_2222222222' }),
      ])
      const said = await Promise.all(answers.map(async answer => [answer.status, await answer.text()]))
      expect(new Set(said.map(one => JSON.stringify(one))).size).toBe(1)
      expect(said[0]?.[0]).toBe(401)
    })

    it('a client’s secret is no key, and a key’s no client’s', async () => {
      const made = await client()
      expect((await look(`cl_work_${slug}_${made.id}_${made.secret}`)).status).toBe(403)
      const { id, key } = await createKey(world.platform, db(), 'a program', 'work')
      const secret = key.split('_').at(-1) ?? ''
      expect((await post({ clientId: `client_${slug}_${id}`, secret })).status).toBe(401)
    })

    it('describes itself and publishes its keys, with no private part', async () => {
      const at = async (path: string) => (await (await world.request(path)).json()) as Record<string, unknown>
      const described = await at('/.well-known/oauth-authorization-server')
      const { issuer } = described as { issuer: string }
      expect(described).toMatchObject({
        token_endpoint: `${issuer}/oauth/token`,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        grant_types_supported: ['client_credentials'],
      })
      const path = `/.well-known/oauth-authorization-server/r/${world.region.slug}`
      expect(await at(path)).toEqual(described)
      const { keys } = (await at('/.well-known/jwks.json')) as { keys: Record<string, string>[] }
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) {
        expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
        expect(key).not.toHaveProperty('d')
      }
    })
  })

  describe(`access tokens, ${name}`, () => {
    it('one that is just as ours is taken: what follows is refused for what was changed', async () => {
      const made = await client()
      expect((await look(await forged(made))).status).toBe(200)
    })

    it('expired, of another audience, issuer or jurisdiction, or without its time is refused', async () => {
      const made = await client()
      const at = Math.floor(now() / 1000)
      const neighbor = world.region.documents.jurisdictions[1]?.slug ?? ''
      const changes: Claims[] = [
        { exp: at - 60 },
        { exp: undefined },
        { aud: 'https://elsewhere.example/api/v1' },
        { iss: 'https://elsewhere.example' },
        { iss: undefined },
        { jurisdiction: neighbor },
        { client_id: `client_${neighbor}_${made.id}`, jurisdiction: neighbor },
        { client_id: 'client_elsewhere_2222222222', jurisdiction: 'elsewhere' },
      ]
      for (const change of changes)
        expect((await look(await forged(made, change))).status, JSON.stringify(change)).toBe(403)
    })

    it('alg none, HS256 by the public key, another type, a swapped key and an unknown kid are refused', async () => {
      const made = await client()
      const [head = '', body = ''] = (await forged(made)).split('.')
      const text = (value: object) =>
        btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
      const { kid } = JSON.parse(atob(head)) as { kid: string }
      expect((await look(`${text({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`)).status).toBe(403)
      const { keys } = (await (await world.request('/.well-known/jwks.json')).json()) as {
        keys: { kid: string }[]
      }
      const open = new TextEncoder().encode(JSON.stringify(keys.find(key => key.kid === kid)))
      const own = await generateKeyPair('ES256')
      const jwk = await exportJWK(own.publicKey)
      const signings = [
        { key: open, header: { alg: 'HS256' } },
        { header: { typ: 'JWT' } },
        { key: own.privateKey },
        { key: own.privateKey, header: { jwk } },
        { key: own.privateKey, header: { kid: 'UNKNOWN' } },
        { header: { kid: undefined } },
      ]
      for (const signing of signings)
        expect((await look(await forged(made, {}, signing))).status, JSON.stringify(signing.header)).toBe(403)
    })

    it('a tampered payload is refused', async () => {
      const made = await client('read')
      const { access_token } = await tokenOf(made)
      const [head = '', body = '', mark = ''] = access_token.split('.')
      const claims = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/'))) as object
      const changed = btoa(JSON.stringify({ ...claims, scope: 'work' })).replaceAll('=', '')
      expect((await look([head, changed, mark].join('.'))).status).toBe(403)
    })

    it('is of no use from the moment that its client is revoked', async () => {
      const made = await client()
      const { access_token } = await tokenOf(made)
      expect((await look(access_token)).status).toBe(200)
      await revokeKey(db(), made.id, now())
      expect((await look(access_token)).status).toBe(403)
    })

    it('outlives a rotation: the next key is published before it signs, and nothing is in the clear', async () => {
      const made = await client()
      const { access_token } = await tokenOf(made)
      const before = await currentSigningKey(world.platform, world.region.slug)
      const next = await rotateSigningKey(world.platform, world.region.slug)
      const { keys } = (await (await world.request('/.well-known/jwks.json')).json()) as {
        keys: { kid: string }[]
      }
      expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([before.kid, next]))
      expect((await currentSigningKey(world.platform, world.region.slug)).kid).toBe(before.kid)
      expect((await look(access_token)).status).toBe(200)
      const rows = await openRegion(world.platform, SYSTEM, world.region.slug).select().from(signingKey)
      for (const { privateJwk } of rows) expect(privateJwk).toMatch(/^e1\./)
    })

    it('after a key was stolen nothing that it signed is taken, and new tokens are', async () => {
      const made = await client()
      const { access_token } = await tokenOf(made)
      const stolen = await forged(made)
      await rotateSigningKey(world.platform, world.region.slug, { atOnce: true })
      expect((await look(access_token)).status).toBe(403)
      expect((await look(stolen)).status).toBe(403)
      expect((await look((await tokenOf(made)).access_token)).status).toBe(200)
    })
  })

  describe(`rate limits, ${name}`, () => {
    it('an answer says what is left', async () => {
      const answer = await world.request('/api/v1/requests', {}, fresh())
      expect(answer.headers.get('ratelimit-policy')).toBe('"visitor";q=1200;w=60')
      expect(answer.headers.get('ratelimit')).toBe('"visitor";r=1199;t=1')
      const { key } = await createKey(world.platform, db(), 'a program', 'read')
      expect((await look(key)).headers.get('ratelimit')).toBe('"program";r=5999;t=1')
    })

    it('whoever sends too many reports waits, and another address does not', async () => {
      const from = fresh()
      const report = (address: string, path = '/api/v1/requests') =>
        world.request(
          path,
          { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
          address,
        )
      const refused = await untilRefused(() => report(from))
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(refused.headers.get('ratelimit')).toMatch(/^"reports";r=0;t=\d+$/)
      expect(((await refused.json()) as { type: string }).type).toBe(
        'urn:countyline:problem:too-many-requests',
      )
      expect((await report(fresh())).status).toBe(400)
      const page = await report(from, '/report/pothole/send')
      expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=UTF-8'])
    })

    it('a header that no key is read from lets nobody send more', async () => {
      const sent = (headers: Record<string, string>, path: string, body: BodyInit, address: string) =>
        world.request(path, { method: 'POST', headers, body }, address)
      const authorization = 'Bearer nonsense'
      const json = { 'content-type': 'application/json', authorization }
      for (const [headers, path, body] of [
        [json, '/api/v1/requests', '{}'],
        [{ authorization }, '/api/v1/media', new FormData()],
        [{ authorization: 'Basic YTpi' }, `/j/${slug}/api/v1/work/requests/EC-22222-22222/notes`, '{}'],
        [{}, '/open311/v2/requests.json', new URLSearchParams({ jurisdiction_id: slug })],
      ] as const) {
        const from = fresh()
        expect((await untilRefused(() => sent(headers, path, body, from))).status, path).toBe(429)
      }
      const look = await world.request('/api/v1/requests', { headers: { authorization } }, fresh())
      expect(look.headers.get('ratelimit')).toBe('"visitor";r=1199;t=1')
    })

    it('a key as a bearer is counted as its program, not by its address, also where none is needed', async () => {
      const from = fresh()
      const { key } = await createKey(world.platform, db(), 'a program', 'report')
      const authorization = `Bearer ${key}`
      const report = (headers: object) => {
        const init = {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json', ...headers },
        }
        return world.request('/api/v1/requests', init, from)
      }
      expect((await untilRefused(() => report({}))).status).toBe(429)
      const sent = await Promise.all(Array.from({ length: 70 }, () => report({ authorization })))
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([400]))
      const shown = await world.request('/api/v1/requests', { headers: { authorization } }, from)
      expect(shown.status).toBe(200)
      expect(shown.headers.get('ratelimit-policy')).toBe('"program";q=6000;w=60')
    })

    it('a revoked key is refused, also where none is needed', async () => {
      const { id, key } = await createKey(world.platform, db(), 'a program', 'report')
      const look = () =>
        world.request('/api/v1/requests', { headers: { authorization: `Bearer ${key}` } }, fresh())
      expect((await look()).status).toBe(200)
      await revokeKey(db(), id, world.platform.clock.now())
      expect((await look()).status).toBe(403)
    })

    it.each([
      '/sign-in/email',
      '/sign-in/link/wrong',
      '/sign-in/passkey',
      '/account/sign-in',
      '/account/code',
    ])('attempts to sign in at %s end for their address, and for no other', async path => {
      const from = fresh()
      const attempt = (address: string) =>
        world.request(
          path,
          { method: 'POST', headers: { origin: 'http://localhost' }, body: new URLSearchParams() },
          address,
        )
      const refused = await untilRefused(() => attempt(from))
      expect(refused.status).toBe(429)
      expect(refused.headers.get('ratelimit')).toMatch(/^"sign-in";r=0;t=\d+$/)
      expect((await world.request('/sign-in/oidc/hollis', {}, from)).status).toBe(429)
      expect((await world.request('/sign-in', {}, from)).status).toBe(200)
      expect((await attempt(fresh())).status).not.toBe(429)
    })

    it('guessing keys ends, in each route’s own words, and no valid key, token or secret is refused for it', async () => {
      const from = fresh()
      const made = await client()
      const { access_token } = await tokenOf(made)
      const known = await createKey(world.platform, db(), 'a program', 'read')
      const georeport = (api_key: string) =>
        world.request(
          '/open311/v2/requests.json',
          {
            method: 'POST',
            body: new URLSearchParams({ api_key, jurisdiction_id: slug, service_code: 'no-such-service' }),
          },
          from,
        )
      const token = (secret: string) => {
        const form = { grant_type: 'client_credentials', client_id: made.clientId, client_secret: secret }
        return ask(form, {}, from)
      }
      // Each guess is different.
      let guesses = 0
      const guess = () => `cl_work_${slug}_2222222222_${String(++guesses).padStart(40, '2')}`
      await untilRefused(() => look(guess(), undefined, from))
      const refused = await georeport(guess())
      expect([refused.status, await refused.json()]).toEqual([429, [expect.objectContaining({ code: 429 })]])
      const wrong = await token('wrong')
      expect([wrong.status, await wrong.json()]).toEqual([
        429,
        expect.objectContaining({ error: 'temporarily_unavailable' }),
      ])
      for (const credential of [known.key, access_token])
        expect((await look(credential, undefined, from)).status).toBe(200)
      expect((await token(made.secret)).status).toBe(200)
      const report = await createKey(world.platform, db(), 'a program', 'report')
      // A key made a moment ago is known here within a second.
      world.advance?.(1000)
      await expect.poll(async () => (await georeport(report.key)).status, { timeout: 5000 }).toBe(404)
      await revokeKey(db(), known.id, now())
      expect((await look(known.key, undefined, from)).status).toBe(403)
      expect((await look(guess(), undefined, from)).status).toBe(429)
      expect((await look(guess())).status).toBe(403)
    })
  })
}

/** Where the clock is real, the bucket refills while it is emptied. */
async function untilRefused(send: () => Promise<Response>): Promise<Response> {
  for (let sent = 0; sent < 300; sent++) {
    const answer = await send()
    if (answer.status === 429) return answer
  }
  throw new Error('nobody was refused')
}
