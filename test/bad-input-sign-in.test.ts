import fc from 'fast-check'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAuditFilter } from '../src/audit/routes.ts'
import { readTo as readOwnPage } from '../src/citizen/account/resident.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { asProblem } from '../src/core/problem.ts'
import { isEmail } from '../src/core/text.ts'
import { beginOidc, finishOidc } from '../src/identity/federation/oidc.ts'
import { createClient, findClient, readClientId } from '../src/identity/programs/clients.ts'
import { createKey, readKey } from '../src/identity/programs/keys.ts'
import { issueToken, tokenAccess } from '../src/identity/programs/tokens.ts'
import { deviceWords } from '../src/identity/sessions/device.ts'
import { addPasskey, askForNewPasskey, askForPasskey, usePasskey } from '../src/identity/sessions/passkeys.ts'
import { readSession, startSession } from '../src/identity/sessions/sessions.ts'
import { issueLink, peekLink, readToken, useLink } from '../src/identity/staff/links.ts'
import { identityDb, staffById } from '../src/identity/staff/staff.ts'
import type { Platform } from '../src/platform/platform.ts'
import { type AppEnv, findSite } from '../src/regions/runtime/site.ts'
import { readAddress } from '../src/residents/address.ts'
import { readTo } from '../src/sign-in/destination.ts'
import { readFrom, readUntil } from '../src/workspace/shell/days.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { fuzzing } from './support/fuzz.ts'
import { damaged, hostileEncoded, hostileHeader, hostileJson, hostileText } from './support/hostile.ts'
import { hire } from './support/staff.ts'

/*
 * Readers of credentials: each returns the holder for exactly the text that was issued, and nobody for any
 * other.
 */

const { tries, timeout, inputs } = fuzzing(4000)
const NOON = Date.parse('2026-08-12T16:00:00Z')
const system = { kind: 'system', reason: 'test' } as const

let app: TestApp
let staff = ''
beforeAll(async () => {
  app = await startApp()
  staff = await hire(app, 'Somebody')
})
afterAll(() => app.close())

/** The text, with a few of its characters changed; now and then anything else. */
const almost = (right: string) =>
  fc.oneof(
    { weight: 3, arbitrary: damaged(new TextEncoder().encode(right)).map(latin) },
    fc.constantFrom(right, `${right} `, right.slice(1), right.toLowerCase(), `${right}${right}`),
    hostileText,
  )
const latin = (bytes: Uint8Array<ArrayBuffer>) => new TextDecoder('latin1').decode(bytes)

async function refusal(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return asProblem(error).slug
  }
}

describe('what a browser carries', { timeout }, () => {
  test('a session’s cookie is the one that was given, or nobody’s', async () => {
    const right = await startSession(app.platform, bundled, {
      kind: 'staff',
      holder: staff,
      shown: [{ method: 'email', source: 'mailbox' }],
      device: 'a test',
    })
    await fc.assert(
      fc.asyncProperty(almost(right), fc.constantFrom('staff', 'account'), async (cookie, kind) => {
        const read = await readSession(app.platform, bundled, kind, cookie)
        expect(read?.signedIn.holder).toBe(cookie === right && kind === 'staff' ? staff : undefined)
      }),
      tries(2),
    )
  })

  test('a link signs in once, to the letter', async () => {
    const db = identityDb(app.platform, bundled)
    const says = { staff, sources: ['mailbox'], device: '', to: '/me', again: false } as const
    const right = (await issueLink(app.platform, db, says, 'sign-in')) ?? ''
    await fc.assert(
      fc.asyncProperty(almost(right), async token => {
        const read = readToken(token)
        expect(read === undefined || /^[0-9A-Z]{20}$/.test(read.id)).toBe(true)
        expect((await peekLink(app.platform, bundled, token))?.staff).toBe(
          token === right ? staff : undefined,
        )
      }),
      tries(1),
    )
    expect((await useLink(app.platform, bundled, right))?.staff).toBe(staff)
    expect(await useLink(app.platform, bundled, right)).toBeUndefined()
  })

  test('where to go on is a page of this host; a device has a few plain words', async () => {
    const reader = new Hono<AppEnv>()
    reader.use(async (c, next) => {
      c.set('platform', app.platform)
      c.set('site', await findSite(app.platform, new URL('http://localhost/')))
      await next()
    })
    reader.get('/staff', c => c.text(readTo(c, c.req.query('to'))))
    reader.get('/resident', c => c.text(readOwnPage(c, c.req.query('to'))))
    const pages = fc.constantFrom(
      '/me',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'https:/evil.example',
    )
    const parts = fc.constantFrom(
      '/',
      '.',
      '\\',
      '\t',
      '@',
      ':',
      '%2f',
      '%2e',
      '?',
      'r',
      'ellery',
      'evil.example',
    )
    const pieced = fc.array(parts, { maxLength: 12 }).map(found => `/${found.join('')}`)
    const asked = fc.oneof(
      hostileEncoded,
      pages.map(encodeURIComponent),
      pages,
      pieced.map(encodeURIComponent),
    )
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom('staff', 'resident'), async (to, who) => {
        const page = await (await reader.request(`/${who}?to=${to}`)).text()
        expect(new URL(page, 'http://localhost').origin).toBe('http://localhost')
        expect(page).toMatch(/^\/(?![/\\])/)
      }),
      tries(1.5),
    )
    fc.assert(
      fc.property(fc.oneof(hostileHeader, hostileText), agent => {
        expect(deviceWords(agent).length).toBeLessThan(60)
      }),
      tries(1),
    )
  })
})

describe('what a program sends', { timeout }, () => {
  test('keys and names of clients are read whole, or not at all', async () => {
    const db = openTenant(app.platform, system, bundled, 'hollis')
    const { key } = await createKey(app.platform, db, 'a test', 'work')
    const { clientId, secret } = await createClient(app.platform, db, {
      name: 'a test',
      scope: 'work',
      expiresAt: null,
    })
    fc.assert(
      fc.property(almost(key), almost(clientId), (key, client) => {
        const read = readKey(key)
        if (read !== undefined)
          expect(key.trim()).toContain(`cl_${read.scope}_${read.jurisdiction}_${read.id}_`)
        const named = readClientId(client)
        if (named !== undefined) expect(client).toBe(`client_${named.jurisdiction}_${named.id}`)
      }),
      tries(2.5),
    )
    await fc.assert(
      fc.asyncProperty(almost(clientId), almost(secret), async (id, said) => {
        const found = await findClient(app.platform, app.region, id, said)
        expect(found !== undefined).toBe(id === clientId && said === secret)
      }),
      tries(0.5),
    )
  })

  test('a token opens what it says, or nothing', async () => {
    const client = { clientId: 'client_hollis_2222222222', jurisdiction: 'hollis', id: '2222222222' }
    const all = { ...client, scope: 'work', expiresAt: null } as const
    const { text } = await issueToken(app.platform, app.region, all, ['read'])
    const [head = '', claims = '', signature = ''] = text.split('.')
    const base64 = (said: unknown) => Buffer.from(JSON.stringify(said)).toString('base64url')
    const none = base64({ alg: 'none', typ: 'at+jwt' })
    const made = hostileJson.chain(said =>
      fc.constantFrom(
        `${base64(said)}.${claims}.${signature}`,
        `${head}.${base64(said)}.${signature}`,
        `${none}.${claims}.`,
        `${none}.${claims}.${signature}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 2, arbitrary: almost(text) }, made), async token => {
        const access = await tokenAccess(app.platform, app.region, token)
        // Another base64 spelling of the same signature bytes is the same signature.
        if (access !== undefined) expect(token.slice(0, text.length - 1)).toBe(text.slice(0, -1))
      }),
      tries(2),
    )
  })

  test('a form for a token is answered as RFC 6749 says', async () => {
    const name = fc.constantFrom('grant_type', 'client_id', 'client_secret', 'scope', 'resource')
    const value = fc.oneof(hostileEncoded, fc.constantFrom('client_credentials', 'client_hollis_2222222222'))
    const fields = fc.array(fc.tuple(name, value), { maxLength: 5 })
    const basic = hostileText.map(text => `Basic ${Buffer.from(text).toString('base64')}`)
    await fc.assert(
      fc.asyncProperty(fields, fc.option(fc.oneof(basic, hostileHeader)), async (given, authorization) => {
        const answer = await app.request('/oauth/token', {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            ...(authorization !== null && { authorization }),
          },
          body: given.map(pair => pair.join('=')).join('&'),
        })
        expect([400, 401]).toContain(answer.status)
        expect(await answer.json()).toHaveProperty('error')
      }),
      tries(0.4),
    )
  })

  test('what is asked of the audit is a filter within bounds, or told', async () => {
    const reader = new Hono<AppEnv>()
    reader.get('/', c => c.json(readAuditFilter(name => c.req.query(name) ?? '')))
    reader.onError((error, c) => c.body(null, asProblem(error).status))
    const name = fc.constantFrom('actor', 'request', 'kind', 'after', 'limit')
    const value = fc.oneof(hostileEncoded, fc.constantFrom('did', 'saw', '7', '7-9', 'PE-22222-22222'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), async given => {
        const answer = await reader.request(`/?${given.map(pair => pair.join('=')).join('&')}`)
        expect([200, 400]).toContain(answer.status)
        if (answer.status === 200)
          expect(((await answer.json()) as { limit: number }).limit).toBeLessThan(201)
      }),
      tries(2),
    )
  })
})

describe('what others say of someone', { timeout }, () => {
  test('a passkey’s answer that proves nothing is refused', async () => {
    const db = identityDb(app.platform, bundled)
    const site = { origin: 'http://localhost', name: 'A test' }
    const row = await staffById(db, staff)
    if (row === undefined) throw new Error('nobody')
    const [{ challenge }, asked] = await Promise.all([
      askForNewPasskey(app.platform, db, site, row),
      askForPasskey(app.platform, db, site),
    ])
    const base64 = (said: unknown) => Buffer.from(JSON.stringify(said)).toString('base64url')
    const client = (type: string, challenge: string) => base64({ type, challenge, origin: site.origin })
    const right = {
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: client('webauthn.create', challenge),
        attestationObject: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA',
        authenticatorData: 'AAAA',
        signature: client('webauthn.get', asked.challenge),
      },
    }
    const said = fc.oneof(
      hostileText,
      hostileJson.map(any => JSON.stringify(any)),
      hostileJson.map(any => JSON.stringify({ ...right, response: any })),
      hostileJson.map(any =>
        JSON.stringify({ ...right, response: { ...right.response, clientDataJSON: any } }),
      ),
      hostileText.map(any =>
        JSON.stringify({ ...right, response: { ...right.response, attestationObject: any } }),
      ),
      damaged(new TextEncoder().encode(JSON.stringify(right))).map(latin),
    )
    await fc.assert(
      fc.asyncProperty(said, async answer => {
        const made = { holder: staff, name: 'mine', sources: ['mailbox'] } as const
        expect(await refusal(() => addPasskey(app.platform, db, site, answer, made))).toBe('sign-in-failed')
        expect(await refusal(() => usePasskey(app.platform, db, site, answer))).toBe('sign-in-failed')
      }),
      tries(1),
    )
  })

  test('a provider’s answer that is not as it should be signs nobody in', async () => {
    const issuer = 'https://login.example'
    const signIn = { issuer, clientId: 'us', claim: 'roles', roles: {} }
    const provider = { slug: 'hollis', signIn } as never
    const about = JSON.stringify({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    })
    const base64 = (said: unknown) => Buffer.from(JSON.stringify(said)).toString('base64url')
    const at = NOON / 1000
    const claims = { iss: issuer, sub: '1', aud: 'us', iat: at, exp: at + 60 }
    const token = { access_token: 'a', token_type: 'bearer' }
    const idToken = fc.oneof(
      hostileText,
      hostileJson.map(head => `${base64(head)}.${base64(claims)}.AAAA`),
      hostileJson.map(body => `${base64({ alg: 'RS256' })}.${base64(body)}.AAAA`),
      fc.constant(`${base64({ alg: 'none' })}.${base64(claims)}.`),
    )
    const said = fc.oneof(
      hostileText,
      hostileJson.map(any => JSON.stringify(any)),
      idToken.map(id_token => JSON.stringify({ ...token, id_token })),
    )
    const query = fc.array(fc.tuple(fc.constantFrom('code', 'iss', 'error', 'response'), hostileText), {
      maxLength: 2,
    })
    await fc.assert(
      fc.asyncProperty(said, query, fc.boolean(), async (text, more, hasState) => {
        const fetch = async (url: string | URL) =>
          new Response(String(url).includes('.well-known') ? about : text, {
            headers: { 'content-type': 'application/json' },
          })
        const outbound = { ...app.platform.outbound, fetch, isAllowed: () => true }
        const platform = { ...app.platform, outbound } as unknown as Platform
        const input = { redirectUri: 'http://localhost/sign-in/oidc/callback', to: '/me', again: '' }
        const { location, verifier } = await beginOidc(platform, bundled, provider, input)
        const state = hasState ? (new URL(location).searchParams.get('state') ?? '') : text
        const answer = new URLSearchParams({ state, code: 'a' })
        for (const [name, value] of more) answer.append(name, value.toWellFormed())
        const slug = await refusal(() => finishOidc(platform, bundled, () => provider, answer, verifier))
        expect(slug).toBe('sign-in-failed')
      }),
      tries(0.1),
    )
  })
})

describe('what is typed by whoever signs in', { timeout }, () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789+-.() ‐–'), maxLength: 44 })

  test('an address is one, a telephone number is as E.164 writes it', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText, digits, fc.emailAddress()),
        fc.constantFrom('1', '44', '509', undefined),
        (typed, country) => {
          const address = readAddress(typed, country)
          if (address?.kind === 'email') expect(isEmail(address.value)).toBe(true)
          if (address?.kind === 'phone') expect(address.value).toMatch(/^\+[1-9]\d{5,14}$/)
        },
      ),
      tries(3),
    )
  })

  test('a grant’s days are instants, or told', async () => {
    const day = fc
      .tuple(fc.nat(10_000), fc.nat(14), fc.nat(33))
      .map(([year, month, day]) =>
        [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join(
          '-',
        ),
      )
    const zone = fc.constantFrom('America/New_York', 'Pacific/Apia', 'UTC')
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostileText, day), zone, async (typed, zone) => {
        for (const read of [readFrom, readUntil]) {
          const slug = await refusal(() => {
            const instant = read('day', typed, zone, NOON)
            expect(instant === undefined ? typed : Number.isFinite(instant)).toBe(
              instant === undefined ? '' : true,
            )
          })
          expect([undefined, 'invalid-fields']).toContain(slug)
        }
      }),
      tries(2),
    )
  })
})

test.runIf(process.env.FUZZ_RUNS === undefined)('they were many', () => {
  expect(inputs()).toBeGreaterThanOrEqual(75_000)
})
