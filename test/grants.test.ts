import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTenant, openTenantReader } from '../src/core/database/handles.ts'
import type { Role } from '../src/identity/roles.ts'
import {
  endSession,
  endSessionsOf,
  readSession,
  type SignedIn,
  startSession,
} from '../src/identity/sessions/sessions.ts'
import { grantsOf, makeGrant, staffAccess, withdrawGrant } from '../src/identity/staff/grants.ts'
import { addNote } from '../src/requests/change.ts'
import { listRequests, wholeCase } from '../src/requests/list/find.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
let city: string
let town: string
let pothole: string
beforeAll(async () => {
  app = await startApp()
  const offering = app.region.documents.jurisdictions.filter(({ slug }) =>
    app.region.servicesOffered(slug).some(({ code }) => code === 'pothole'),
  )
  ;[city = '', town = ''] = offering.map(({ slug }) => slug)
  pothole = await file('pothole', { size: 'large', lane: 'driving' })
  await file('street-sign', { sign: 'stop', trouble: 'missing' })
})
afterAll(() => app.close())

const region = () => app.region.slug
const system = { kind: 'system', reason: 'test' } as const
const tenant = (slug = city) => openTenant(app.platform, system, region(), slug)

async function file(service: string, answers: object): Promise<string> {
  const answer = await app.request(`/j/${city}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service_code: service, lat: 38.6, long: -74.3, answers, first_name: 'Ana' }),
  })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

async function signIn(staff: string): Promise<SignedIn> {
  const input = {
    kind: 'staff',
    holder: staff,
    shown: [{ method: 'email', source: 'mailbox' }],
    device: 'a test',
  } as const
  const read = await readSession(
    app.platform,
    region(),
    'staff',
    await startSession(app.platform, region(), input),
  )
  if (read === undefined) throw new Error('the session is not read')
  return read.signedIn
}

let staffs = 0
/** A new staff member with this role, and their handle. */
async function grantRole(role: Role, limits: object = {}) {
  const staff = `somebody-${staffs++}`
  const grant = await makeGrant(app.platform, tenant(), { staff, role, source: 'command', ...limits })
  const signedIn = await signIn(staff)
  const access = () => staffAccess(app.platform, app.region, city, signedIn)
  const reader = async () => {
    const found = await access()
    if (found === undefined) throw new Error('no access')
    return openTenantReader(app.platform, found, region(), city)
  }
  return { staff, grant, signedIn, access, reader }
}
const refused = (slug: string) => expect.objectContaining({ slug })

describe('a grant', () => {
  it('opens the jurisdiction that made it, and no other', async () => {
    const { signedIn, access } = await grantRole('agent')
    expect((await access())?.jurisdiction).toBe(city)
    expect(await staffAccess(app.platform, app.region, town, signedIn)).toBeUndefined()
    const found = await access()
    if (found === undefined) throw new Error('no access')
    expect(() => openTenantReader(app.platform, found, region(), town)).toThrow(refused('not-found'))
  })

  it('that is withdrawn opens nothing from that instant, not even what was opened before', async () => {
    const { grant, reader, access } = await grantRole('agent')
    const open = await reader()
    expect(await wholeCase(app.platform, open, pothole)).toBeDefined()
    await withdrawGrant(app.platform, tenant(), grant)
    await expect(wholeCase(app.platform, open, pothole)).rejects.toThrow(refused('not-found'))
    expect(await access()).toBeUndefined()
  })

  it('that another isolate withdrew opens nothing either, although it is still in this one’s memory', async () => {
    const { grant, access } = await grantRole('agent')
    const kept = await access()
    await tenant().commit([sql`UPDATE "grant" SET ended_at = 1 WHERE id = ${grant}`])
    const still = await access()
    expect(still).toEqual(kept)
    if (still === undefined) throw new Error('it should be in memory')
    const db = openTenant(app.platform, still, region(), city)
    const note = { text: 'too late', public: false }
    await expect(addNote(db, pothole, note, 0)).rejects.toThrow(refused('not-found'))
  })

  it('that another isolate gave beside the first counts, without anyone waiting for a look', async () => {
    const { staff, grant, access } = await grantRole('field-crew')
    await access()
    const row = sql`SELECT 'beside-' || id, staff, 'auditor', from_at, source, made_by, made_at FROM "grant" WHERE id = ${grant}`
    await tenant().commit([
      sql`INSERT INTO "grant" (id, staff, role, from_at, source, made_by, made_at) ${row}`,
    ])
    app.advance(3_001)
    expect((await access())?.permits).toHaveLength(1)
    await expect.poll(async () => (await access())?.permits.length).toBe(2)
    await tenant().commit([sql`UPDATE "grant" SET ended_at = 1 WHERE staff = ${staff} AND role = 'auditor'`])
    app.advance(60_001)
    expect((await access())?.permits).toHaveLength(1)
  })

  it('holds from its first instant until its last, half-open', async () => {
    const now = app.platform.clock.now()
    const { access, reader } = await grantRole('auditor', { from: now + 1000, to: now + 2000 })
    expect(await access()).toBeUndefined()
    app.advance(1000)
    const open = await reader()
    expect(await wholeCase(app.platform, open, pothole)).toBeDefined()
    app.advance(999)
    expect(await access()).toBeDefined()
    app.advance(1)
    expect(await access()).toBeUndefined()
  })

  it('for some services shows and changes those, and of the rest not that it is there', async () => {
    const { reader, access } = await grantRole('field-crew', { services: ['street-sign'] })
    const open = await reader()
    const listed = await listRequests(open, { onlyPublic: false, limit: 50 })
    expect(new Set(listed.map(({ serviceCode }) => serviceCode))).toEqual(new Set(['street-sign']))
    expect(await wholeCase(app.platform, open, pothole)).toBeUndefined()
    expect((await access())?.permits).toEqual([
      { role: 'field-crew', rights: ['read', 'notes', 'change'], services: ['street-sign'] },
    ])
  })

  it('shows who reported only where the role has that', async () => {
    expect(
      (await wholeCase(app.platform, await (await grantRole('agent')).reader(), pothole))?.contact?.firstName,
    ).toBe('Ana')
    expect(
      (await wholeCase(app.platform, await (await grantRole('field-crew')).reader(), pothole))?.contact,
    ).toBeNull()
  })

  it('is seen by its holder wherever it was made', async () => {
    const { staff } = await grantRole('supervisor')
    await makeGrant(app.platform, tenant(town), { staff, role: 'agent', source: 'command' })
    const { grants, unavailable } = await grantsOf(app.platform, region(), staff)
    expect(grants.map(({ jurisdiction, role }) => `${role} of ${jurisdiction}`).sort()).toEqual(
      [`agent of ${town}`, `supervisor of ${city}`].sort(),
    )
    expect(unavailable).toEqual([])
  })

  it('of the last administrator is not withdrawn, nor by anyone who was let do less', async () => {
    const { grant, access } = await grantRole('administrator')
    const open = async (found: Awaited<ReturnType<typeof access>>) => {
      if (found === undefined) throw new Error('no access')
      return openTenant(app.platform, found, region(), city)
    }
    await expect(withdrawGrant(app.platform, await open(await access()), grant)).rejects.toThrow(
      refused('wrong-state'),
    )
    const agent = await grantRole('agent')
    await expect(withdrawGrant(app.platform, await open(await agent.access()), grant)).rejects.toThrow(
      refused('not-allowed'),
    )
    const second = await grantRole('administrator')
    await withdrawGrant(app.platform, await open(await second.access()), grant)
    expect(await access()).toBeUndefined()
  })
})

describe('a session that is ended', () => {
  it('closes what it had opened, in every jurisdiction, at once', async () => {
    const { signedIn, reader, access } = await grantRole('agent')
    const open = await reader()
    await endSession(app.platform, region(), signedIn.session)
    await expect(wholeCase(app.platform, open, pothole)).rejects.toThrow(refused('sign-in-needed'))
    const found = await access()
    if (found === undefined) throw new Error('the grant still stands')
    const again = openTenantReader(app.platform, found, region(), city)
    await expect(wholeCase(app.platform, again, pothole)).rejects.toThrow(refused('sign-in-needed'))
  })

  it('leaves the others of its holder open', async () => {
    const { staff, signedIn, reader } = await grantRole('agent')
    const other = await signIn(staff)
    expect(await endSessionsOf(app.platform, region(), 'staff', staff, signedIn.session)).toBe(1)
    expect(await wholeCase(app.platform, await reader(), pothole)).toBeDefined()
    const found = await staffAccess(app.platform, app.region, city, other)
    if (found === undefined) throw new Error('the grant still stands')
    const closed = openTenantReader(app.platform, found, region(), city)
    await expect(wholeCase(app.platform, closed, pothole)).rejects.toThrow(refused('sign-in-needed'))
  })
})
