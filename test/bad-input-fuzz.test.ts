import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTenant, type TenantDb } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import { accountFor } from '../src/identity/accounts.ts'
import { createClient } from '../src/identity/programs/clients.ts'
import { createKey } from '../src/identity/programs/keys.ts'
import { startSession } from '../src/identity/sessions/sessions.ts'
import { askToFollow, followerLink } from '../src/notify/follow.ts'
import { pathInSite } from '../src/regions/runtime/site.ts'
import { follower } from '../src/requests/followers/schema.ts'
import { startApp, type TestApp } from './support/app.ts'
import type { Known } from './support/bodies.ts'
import { anyCall, type Call } from './support/calls.ts'
import { bodySchemas } from './support/from-schema.ts'
import { fuzzing } from './support/fuzz.ts'
import { ledger } from './support/ledger.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { jpeg } from './support/photos.ts'
import { grantRole, signIn } from './support/staff.ts'

/* Any request to any route: the routes are the app's own table, which includes new ones automatically. */
const { tries, seed, timeout } = fuzzing(3000)

/**
 * Warnings about the caller's behavior: a refused sign-in or set-up code, or one address that asked for too many
 * confirmations.
 */
const expectedWarnings = [
  'one-time-refused',
  'passkey-refused',
  'sign-in-refused',
  'setup-code-refused',
  'confirmation-not-sent',
]
const isExpected = (level: string, event: string) => level === 'warn' && expectedWarnings.includes(event)

let app: TestApp
let mailbox: Mailbox
beforeAll(async () => {
  mailbox = await startMailbox()
  app = await startApp({ mail: mailbox.settings })
})
afterAll(async () => {
  await app.close()
  await mailbox.close()
})

describe('anything at any route', { timeout: 2 * timeout }, () => {
  it('gets a clear answer in the form of the route, and leaves nothing half-written', async () => {
    console.log(`seed ${seed}`)
    const known = await whatCallersKnow()
    let filed = (await ledger(app)).requests
    await fc.assert(
      fc.asyncProperty(anyCall(createApp(app.platform).routes, known), async call => {
        const answer = await send(call)
        expect(await errorsOf(call, answer)).toEqual([])
        if (isFiled(call, answer)) filed++
      }),
      tries(1),
    )
    await app.runJobs()
    const kept = await ledger(app)
    expect(kept.errors).toEqual([])
    // A repeated Idempotency-Key is answered as if the report had been filed again.
    expect(kept.requests).toBeLessThanOrEqual(filed)
    expect(app.logged.filter(({ level, event }) => level !== 'info' && !isExpected(level, event))).toEqual([])
  })
})

/** A few requests, and what came of them: photos, handoffs, followers. */
async function whatCallersKnow(): Promise<Known> {
  const { region } = app
  const [long, lat] = region.documents.region.map.center
  const json = { 'content-type': 'application/json' }
  const post = async (path: string, body: object, headers = {}) => {
    const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) }
    return (await (await app.request(path, init)).json()) as { id: string; jurisdiction: string }
  }
  const answers = { size: 'large', lane: 'driving' }
  const filed = []
  const photos: string[] = []
  for (let count = 0; count < 8; count++) {
    const photo = await app.request('/api/v1/media', { method: 'POST', body: jpeg() })
    photos.push(((await photo.json()) as { id: string }).id)
    filed.push(await post('/api/v1/requests', { service_code: 'pothole', lat, long, answers }))
  }
  const keeper = filed[0]?.jurisdiction ?? ''
  const others = region.documents.jurisdictions.map(({ slug }) => slug).filter(slug => slug !== keeper)
  const keys = await Promise.all([keeper, ...others].map(slug => app.key(slug, 'work')))
  const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, region.slug, keeper)
  const authorization = `Bearer ${keys[0]}`
  const handoffs = []
  for (const [index, receiver] of others.slice(0, 4).entries()) {
    const offer = { receiver, reason: 'other', version: 1 }
    handoffs.push(await post(`/api/v1/work/requests/${filed[index]?.id}/handoffs`, offer, { authorization }))
  }
  await app.runJobs()
  const schemas = bodySchemas(await (await app.request('/api/v1/openapi.json')).json(), '/api/v1')
  const numbers = filed.map(({ id }) => id)
  return {
    region,
    keys: [...keys, await buyToken(db)],
    numbers,
    photos,
    ...(await whoIsSignedIn(db)),
    handoffs: handoffs.map(({ id }) => id),
    schemas,
    tokens: await emails(keeper, numbers),
  }
}

async function buyToken(db: TenantDb): Promise<string> {
  const made = await createClient(app.platform, db, { name: 'A test', scope: 'work', expiresAt: null })
  const form = { grant_type: 'client_credentials', client_id: made.clientId, client_secret: made.secret }
  const answer = await app.request('/oauth/token', { method: 'POST', body: new URLSearchParams(form) })
  return ((await answer.json()) as { access_token: string }).access_token
}

/** Enough people that some are left who have not signed out, and grants and keys that they may end. */
async function whoIsSignedIn(db: TenantDb): Promise<Pick<Known, 'cookies' | 'grants' | 'keyIds'>> {
  const { platform, region } = app
  const cookies: string[] = []
  const grants: string[] = []
  const keyIds: string[] = []
  for (let count = 0; count < 40; count++) {
    const { cookie, staff } = await signIn(app, db.slug, 'administrator')
    const value = `resident-${count}@example.org`
    const holder = await accountFor(platform, region.slug, { kind: 'email', value }, 'en')
    const at = {
      kind: 'account',
      holder,
      shown: [{ method: 'email', source: 'mailbox' }],
      device: 'A test',
    } as const
    const written = await startSession(platform, region.slug, at)
    cookies.push(`${cookie}; __Host-account-${region.slug}=${written}`)
    grants.push(await grantRole(app, staff, db.slug, 'agent'))
    keyIds.push((await createKey(platform, db, 'A test', 'read')).id)
  }
  return { cookies, grants, keyIds }
}

/** The links in emails to a follower of these cases. */
async function emails(keeper: string, numbers: readonly string[]): Promise<string[]> {
  const { platform, region } = app
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, region.slug, keeper)
  const stranger = { isProven: false, network: undefined }
  for (const number of numbers.slice(4))
    await askToFollow(platform, region, {
      number,
      email: `${number}@example.org`,
      language: 'en',
      ...stranger,
    })
  const rows = await db.select().from(follower)
  const purposes = ['follow', 'unfollow', 'answer'] as const
  return Promise.all(rows.flatMap(row => purposes.map(purpose => followerLink(platform, db, purpose, row))))
}

async function send({ method, url, headers, body }: Call): Promise<Response> {
  const startedAt = performance.now()
  const answer = await app.request(url, { method, headers: headers.map(header => [...header]), body })
  const took = performance.now() - startedAt
  if (took > 1000) console.log(`${Math.round(took)} ms: ${method} ${url.slice(0, 200)}`)
  return answer
}

/** What no response may contain, unless it was sent. */
const secrets =
  /\n\s+at .+:\d+|node_modules|SQLITE|SQL\b|\bINSERT |\bSELECT |libsql|drizzle|(?:Type|Range|Syntax|URI)Error|\/tmp\/|\[object |cl_[a-z-]+_[0-9A-Z]{10}_/

/** Everything that is wrong with a response, to any request. */
async function errorsOf({ method, url, headers, body }: Call, answer: Response): Promise<string[]> {
  const errors: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) errors.push(what)
  }
  const { status } = answer
  const path = pathInSite(new URL(url).pathname)
  const type = answer.headers.get('content-type') ?? ''
  const given = new Headers(headers.map(header => [...header])).get('x-request-id') ?? ''
  const text = await answer.text()
  must(status < 500, `status ${status}`)
  must(/^[\w=-]{1,100}$/.test(answer.headers.get('x-request-id') ?? ''), 'no sane request id')
  must(!/^[\w-]{1,100}$/.test(given) || answer.headers.get('x-request-id') === given, 'another request id')
  must(
    !answer.headers.has('location') || /^\/(?!\/)/.test(answer.headers.get('location') ?? ''),
    'leads away',
  )
  const policy = answer.headers.get('content-security-policy') ?? ''
  must(
    /default-src 'none'.*frame-ancestors 'none'/.test(policy) && !/unsafe/.test(policy),
    `policy ${policy}`,
  )
  must(answer.headers.get('x-content-type-options') === 'nosniff', 'a type to be guessed')
  must(answer.headers.has('cache-control'), 'kept by whoever likes to')
  const sent = `${url} ${new TextDecoder().decode(body ?? undefined)}`
  const shown = secrets.exec(text)?.[0]
  const isNewKey = method === 'POST' && /^\/work\/[^/]+\/keys$/.test(path)
  must(shown === undefined || isNewKey || sent.includes(shown.trim()), `shows ${shown}`)
  if (method === 'HEAD' || text === '') must(status !== 200 || method === 'HEAD', 'an empty page')
  else if (type.startsWith('text/xml')) must(XMLValidator.validate(text) === true, 'broken XML')
  else if (/json/.test(type)) must(isJson(text), 'broken JSON')
  else if (type.startsWith('text/html')) must(status < 400 || /^<!doctype html>/i.test(text), 'no page')
  if (status < 400) return errors
  const isEmpty = method === 'HEAD'
  if (/^\/open311(\/|$)/.test(path)) {
    must(
      type === (path.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/xml; charset=utf-8'),
      type,
    )
    must(
      isEmpty || /^\[\{"code":\d|<errors><error><code>\d/.test(text.replace(/^<\?.*\n/, '')),
      'no error list',
    )
  } else if (type === 'application/json' && path === '/oauth/token') {
    must(isEmpty || /^\{"error":"\w+"/.test(text), 'no error of OAuth')
  } else if (/^\/(api|oauth|\.well-known|healthz|readyz|metrics|doctor)(\/|$)/.test(path)) {
    must(type === 'application/problem+json; charset=utf-8', `${path} ${type}`)
    must(isEmpty || text.includes(`"status":${status},`), 'no problem')
  } else {
    must(type.toLowerCase() === 'text/html; charset=utf-8', `${path} ${type}`)
  }
  return errors
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether a report was filed, or the response says so. */
function isFiled({ method, url }: Call, { status, headers }: Response): boolean {
  const path = pathInSite(new URL(url).pathname)
  if (method !== 'POST') return false
  if (path.startsWith('/report/')) return (headers.get('location') ?? '').includes('?thanks')
  return status === 201 || (status === 200 && path.startsWith('/open311'))
}
