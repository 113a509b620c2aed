import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTenant, openTenantReader, type TenantReader } from '../src/core/database/handles.ts'
import { asProblem } from '../src/core/problem.ts'
import { oneTime, session as sessionTable } from '../src/identity/region-schema.ts'
import { endedSession, grant } from '../src/identity/schema.ts'
import { readSession, type SignedIn, startSession } from '../src/identity/sessions/sessions.ts'
import { makeGrant, staffAccess } from '../src/identity/staff/grants.ts'
import { identityDb, staffOf } from '../src/identity/staff/staff.ts'
import { startApp, type TestApp } from './support/app.ts'
import { iphone, leadsTo, type Visitor, visitor } from './support/visitor.ts'

const NAME = '__Host-staff-ellery'
const MINUTE = 60_000
const cities = ['hollis', 'larkfield', 'port-ellery']

let app: TestApp
let staff: string

beforeAll(async () => {
  app = await startApp()
  staff = await staffOf(app.platform, 'ellery', { email: 'ada@city.example', name: 'Ada' })
  for (const city of cities) {
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', city)
    await makeGrant(app.platform, db, { staff, role: 'agent', source: 'staff' })
  }
})
afterAll(() => app.close())
beforeEach(() => app.advance(24 * 3_600_000))

async function signedIn(agent?: string): Promise<Visitor> {
  const browser = visitor(app, agent)
  const device = agent === iphone ? 'Safari, iOS' : 'Firefox, Linux'
  const input = {
    kind: 'staff',
    holder: staff,
    shown: [{ method: 'email', source: 'mailbox' }],
    device,
  } as const
  browser.cookies.set(NAME, await startSession(app.platform, 'ellery', input))
  return browser
}

const isIn = async (browser: Visitor) => (await browser.get('/me')).status === 200

async function claims(browser: Visitor): Promise<SignedIn> {
  const read = await readSession(app.platform, 'ellery', 'staff', browser.cookies.get(NAME) ?? '')
  if (read === undefined) throw new Error('not signed in')
  return read.signedIn
}

const rowOf = async (browser: Visitor) => {
  const { session } = await claims(browser)
  const [row] = await identityDb(app.platform, 'ellery')
    .select()
    .from(sessionTable)
    .where(eq(sessionTable.id, session))
  return row
}

describe('a session', () => {
  it('is a cookie of this host alone, out of the reach of scripts, and none of other regions or kinds', async () => {
    const browser = await signedIn()
    app.advance(6 * MINUTE)
    const answer = await browser.get('/me')
    const line = answer.headers.getSetCookie().find(cookie => cookie.startsWith(NAME))
    for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(line).toContain(part)
    expect(line).not.toContain('Domain')
    const cookie = browser.cookies.get(NAME) ?? ''
    expect(await readSession(app.platform, 'ellery', 'account', cookie)).toBeUndefined()
    expect(await readSession(app.platform, 'other', 'staff', cookie)).toBeUndefined()
    expect(await readSession(app.platform, 'ellery', 'staff', `${cookie.slice(0, -2)}AA`)).toBeUndefined()
  })

  it('is written anew while it is used, and counts', async () => {
    const browser = await signedIn()
    const first = browser.cookies.get(NAME)
    app.advance(6 * MINUTE)
    expect(await isIn(browser)).toBe(true)
    expect(browser.cookies.get(NAME)).not.toBe(first)
    expect((await rowOf(browser))?.rotation).toBe(1)
  })

  it('ends when a copy of its cookie comes back later, for both who have it', async () => {
    const browser = await signedIn()
    const thief = visitor(app)
    thief.cookies.set(NAME, browser.cookies.get(NAME) ?? '')
    app.advance(6 * MINUTE)
    expect(await isIn(browser)).toBe(true)
    app.advance(6 * MINUTE)
    expect(await isIn(thief)).toBe(false)
    expect(await isIn(browser)).toBe(false)
    expect(app.logged.some(({ event }) => event === 'session-copied')).toBe(true)
  })

  it('bears two answers that cross', async () => {
    const browser = await signedIn()
    const twin = visitor(app)
    twin.cookies.set(NAME, browser.cookies.get(NAME) ?? '')
    app.advance(6 * MINUTE)
    expect(await isIn(browser)).toBe(true)
    expect(await isIn(twin)).toBe(true)
    expect(await isIn(browser)).toBe(true)
  })

  it('ends after half an hour without use', async () => {
    const browser = await signedIn()
    app.advance(29 * MINUTE)
    expect(await isIn(browser)).toBe(true)
    app.advance(31 * MINUTE)
    expect(await isIn(browser)).toBe(false)
  })

  it('ends after twelve hours, however much it is used', async () => {
    const browser = await signedIn()
    for (let quarter = 0; quarter < 47; quarter++) {
      app.advance(15 * MINUTE)
      expect(await isIn(browser)).toBe(true)
    }
    app.advance(16 * MINUTE)
    expect(await isIn(browser)).toBe(false)
  })
})

/** What an existing access can reach now in a jurisdiction. */
async function reaches(db: TenantReader): Promise<string> {
  try {
    await db.select().from(grant).limit(1)
    return 'open'
  } catch (error) {
    return asProblem(error).slug
  }
}

async function desksOf(browser: Visitor): Promise<TenantReader[]> {
  const here = await claims(browser)
  return Promise.all(
    cities.map(async city => {
      const access = await staffAccess(app.platform, app.region, city, here)
      if (access === undefined) throw new Error(`no access to ${city}`)
      return openTenantReader(app.platform, access, 'ellery', city)
    }),
  )
}

describe('ending', () => {
  it('closes at once what the session had opened in every jurisdiction', async () => {
    const browser = await signedIn()
    const desks = await desksOf(browser)
    expect(await Promise.all(desks.map(reaches))).toEqual(cities.map(() => 'open'))
    const copy = new Map(browser.cookies)
    expect((await browser.post('/sign-out')).status).toBe(303)
    expect(browser.cookies.has(NAME)).toBe(false)
    expect(await Promise.all(desks.map(reaches))).toEqual(cities.map(() => 'sign-in-needed'))
    for (const [name, value] of copy) browser.cookies.set(name, value)
    expect(await isIn(browser)).toBe(false)
  })

  it('is its owner’s: they see where they are signed in, and end one', async () => {
    const desk = await signedIn()
    const lost = await signedIn(iphone)
    const page = await desk.read('/me')
    expect(page).toContain('Firefox, Linux')
    expect(page).toContain('Safari, iOS')
    const row = await rowOf(lost)
    const desks = await desksOf(lost)
    expect((await desk.post(`/me/sessions/${row?.id}/end`)).status).toBe(303)
    expect(await isIn(lost)).toBe(false)
    expect(await Promise.all(desks.map(reaches))).toEqual(cities.map(() => 'sign-in-needed'))
    expect(await isIn(desk)).toBe(true)
    expect(await desk.read('/me')).not.toContain('Safari, iOS')
  })

  it('reaches all but this one, by one button', async () => {
    const desk = await signedIn()
    const others = [await signedIn(iphone), await signedIn()]
    expect((await desk.post('/me/sessions/end-others')).status).toBe(303)
    expect(await Promise.all(others.map(isIn))).toEqual([false, false])
    expect(await isIn(desk)).toBe(true)
  })

  it('holds where its holder is let work only afterwards, for a cookie that is good for minutes still', async () => {
    const browser = await signedIn()
    const here = await claims(browser)
    expect((await browser.post('/sign-out')).status).toBe(303)
    app.advance(MINUTE)
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'gull-harbor')
    await makeGrant(app.platform, db, { staff, role: 'administrator', source: 'staff' })
    const access = await staffAccess(app.platform, app.region, 'gull-harbor', here)
    if (access === undefined) throw new Error('the grant is not there')
    expect(await reaches(openTenantReader(app.platform, access, 'ellery', 'gull-harbor'))).toBe(
      'sign-in-needed',
    )
    const again = await claims(await signedIn())
    const open = await staffAccess(app.platform, app.region, 'gull-harbor', again)
    expect(open && (await reaches(openTenantReader(app.platform, open, 'ellery', 'gull-harbor')))).toBe(
      'open',
    )
  })

  it('is nobody else’s', async () => {
    const other = await staffOf(app.platform, 'ellery', { email: 'bob@city.example', name: 'Bob' })
    const bob = visitor(app)
    const input = {
      kind: 'staff',
      holder: other,
      shown: [{ method: 'email', source: 'mailbox' }],
      device: '',
    } as const
    bob.cookies.set(NAME, await startSession(app.platform, 'ellery', input))
    const ada = await signedIn()
    expect((await bob.post(`/me/sessions/${(await rowOf(ada))?.id}/end`)).status).toBe(404)
    expect(await isIn(ada)).toBe(true)
  })
})

it('gives a grant up only after its holder has read what goes', async () => {
  const browser = await signedIn()
  const page = await browser.read('/me')
  const [path = ''] = /\/me\/grants\/larkfield\/\w+/.exec(page) ?? []
  expect(await browser.read(path)).toContain('Remove your access “Agent, Town of Larkfield”')
  const [, larkfield] = await desksOf(browser)
  expect(leadsTo(await browser.post(path))).toBe('/me')
  expect(await browser.read('/me')).not.toContain('Town of Larkfield</strong>')
  expect(larkfield && (await reaches(larkfield))).toBe('not-found')
  expect((await browser.post(path)).status).toBe(404)
})

it('forgets sign-ins that are over, and what was good once', async () => {
  const browser = await signedIn()
  await browser.post('/sign-out')
  await browser.post('/sign-in/passkey/options')
  app.advance(3 * 24 * 3_600_000)
  await app.runJobs()
  const { platform } = app
  const region = identityDb(platform, 'ellery')
  expect(await region.select().from(sessionTable)).toEqual([])
  expect(await region.select().from(oneTime)).toEqual([])
  for (const city of cities) {
    const db = openTenant(platform, { kind: 'system', reason: 'test' }, 'ellery', city)
    expect(await db.select().from(endedSession)).toEqual([])
  }
})
