import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditOf } from '../src/audit/audit.ts'
import { main } from '../src/cli/main.ts'
import { openTenant, openTenantReader, type TenantReader } from '../src/core/database/handles.ts'
import { createKey, revokeKey } from '../src/identity/programs/keys.ts'
import type { SignedIn } from '../src/identity/sessions/sessions.ts'
import { makeGrant, staffAccess, withdrawGrant } from '../src/identity/staff/grants.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { listRequests, wholeCase } from '../src/requests/list/find.ts'
import { bundled, startApp, type TestApp, tenantsDir } from './support/app.ts'

const J = 'hollis'
const HOUR = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'countyline-acts-'))

let app: TestApp
let id: string
beforeAll(async () => {
  app = await startApp()
  const [found] = app.region.searchPlaces('Hollis Common', 1)
  const required = app.region.service('graffiti')?.questions?.filter(question => question.required) ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  const report = {
    service_code: 'graffiti',
    lat: found?.lat,
    long: found?.long,
    answers,
    email: 'ana@example.org',
  }
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(report) }
  id = ((await (await app.request('/api/v1/requests', init)).json()) as { id: string }).id
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

const system = () => openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, J)

const signedIn = (holder: string): SignedIn => {
  return {
    kind: 'staff',
    region: bundled,
    holder,
    session: `of-${holder}`,
    authentications: [{ method: 'email', source: 'mailbox', at: app.platform.clock.now() }],
  }
}

async function readerOf(holder: string): Promise<TenantReader | undefined> {
  const access = await staffAccess(app.platform, app.region, J, signedIn(holder))
  return access && openTenantReader(app.platform, access, bundled, J)
}

/** The newest rows of the audit, without place and time. */
async function newest(limit: number) {
  const { rows } = await auditOf(system(), { limit })
  return rows.map(({ kind, seq, at, ...row }) => row)
}

async function run(...argv: string[]) {
  let out = ''
  const code = await main(argv, {
    env: { DATA_DIR: app.dataDir, TENANTS_DIR: tenantsDir },
    out: text => {
      out += text
    },
    err: text => {
      out += text
    },
    now: app.platform.clock.now,
  })
  return { code, out }
}

describe('acts', () => {
  it('stand in the audit: grants and keys, made and ended, by whom', async () => {
    const made = await makeGrant(app.platform, system(), {
      staff: 'alva',
      role: 'agent',
      source: 'staff',
      services: ['graffiti'],
    })
    await withdrawGrant(app.platform, system(), made)
    const { id: key } = await createKey(app.platform, system(), 'Somebody’s', 'read')
    await revokeKey(system(), key, app.platform.clock.now())
    const act = { actor: 'system:test', requests: [], fields: [] }
    expect(await newest(4)).toEqual([
      { ...act, what: 'key-revoked', about: { key } },
      { ...act, what: 'key-made', about: { key, kind: 'key', scope: 'read' } },
      { ...act, what: 'grant-ended', about: { grant: made, staff: 'alva', role: 'agent' } },
      {
        ...act,
        what: 'grant-made',
        about: { grant: made, staff: 'alva', role: 'agent', services: ['graffiti'] },
      },
    ])
    const again = revokeKey(system(), key, app.platform.clock.now())
    await expect(again).rejects.toMatchObject({ slug: 'wrong-state' })
    await expect(withdrawGrant(app.platform, system(), made)).rejects.toMatchObject({ slug: 'wrong-state' })
    await expect(withdrawGrant(app.platform, system(), 'NONE')).rejects.toMatchObject({ slug: 'not-found' })
    expect((await newest(1))[0]).toMatchObject({ what: 'key-revoked' })
  })

  it('a version of the configuration, once, by whom; never in a log that had not begun', async () => {
    const { documents } = app.region
    const region = { ...documents.region, name: 'Ellery County and all in it' }
    const apply = () =>
      applyRegion(app.platform, readMigrations(), bundled, { ...documents, region }, { by: 'operator:maria' })
    await apply()
    await apply()
    const about = { version: app.region.snapshot.version + 1 }
    expect((await newest(2)).map(row => [row.actor, row.about])).toEqual([
      ['operator:maria', about],
      ['system:test', expect.objectContaining({ key: expect.any(String) })],
    ])
    const other = openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, 'larkfield')
    expect(await other.rows(sql`SELECT * FROM event`)).toEqual([])
  })

  it('are nobody’s news: whoever follows the log for requests’ sake passes over them', async () => {
    app.advance(60_000)
    await app.runJobs()
    expect(app.logged.filter(({ event }) => event === 'job-failed')).toEqual([])
    const counts = () =>
      system().rows(
        sql`SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM notice) AS emails`,
      )
    const before = await counts()
    const number = await app.request(`/api/v1/requests/${id}`)
    const { id: key } = await createKey(app.platform, system(), 'another', 'report')
    await system().commit([
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('publish', 'publish', 0, 0), ('sync-origin', 'sync-origin', 0, 0), ('notify', 'notify', 0, 0) ON CONFLICT DO NOTHING`,
    ])
    await app.runJobs()
    expect(await counts()).toEqual(before)
    const [last] = await system().rows<{ seq: number }>(sql`SELECT max(seq) AS seq FROM event`)
    const followers = await system().rows<{ name: string; seq: number }>(
      sql`SELECT name, seq FROM consumer WHERE name IN ('public-index', 'sync-origin', 'notify')`,
    )
    expect(followers).toHaveLength(3)
    expect(new Set(followers.map(({ seq }) => seq))).toEqual(new Set([last?.seq]))
    expect(await (await app.request(`/api/v1/requests/${id}`)).json()).toEqual(await number.json())
    const updates = await app.request(`/open311/v2/servicerequestupdates.json?jurisdiction_id=${J}`)
    expect(await updates.text()).not.toContain(key)
    const feed = await app.request(`/open311/v2/requests.json?jurisdiction_id=${J}`)
    expect(await feed.text()).not.toContain(key)
    expect(await wholeCase(app.platform, system(), '')).toBeUndefined()
  })
})

describe('the platform’s operator', () => {
  it('looks through the pages by a grant of the jurisdiction, which ends, and is in the audit like everyone', async () => {
    expect(await readerOf('operator')).toBeUndefined()
    const to = app.platform.clock.now() + HOUR
    await makeGrant(app.platform, system(), { staff: 'operator', role: 'supervisor', source: 'staff', to })
    const reader = await readerOf('operator')
    if (reader === undefined) throw new Error('the grant opens nothing')
    expect((await wholeCase(app.platform, reader, id))?.contact).not.toBeNull()
    expect((await newest(1))[0]).toEqual({
      actor: 'staff:operator',
      what: 'request',
      requests: [id],
      fields: ['contacts'],
      about: {},
    })
    app.advance(HOUR)
    expect(await readerOf('operator')).toBeUndefined()
  })

  it('is out in the middle of a page when the jurisdiction takes it back', async () => {
    const made = await makeGrant(app.platform, system(), {
      staff: 'operator',
      role: 'supervisor',
      source: 'staff',
    })
    const reader = await readerOf('operator')
    if (reader === undefined) throw new Error('the grant opens nothing')
    await withdrawGrant(app.platform, system(), made)
    const [before] = await system().rows(sql`SELECT count(*) AS rows FROM access_log`)
    await expect(wholeCase(app.platform, reader, id)).rejects.toMatchObject({ slug: 'not-found' })
    await expect(listRequests(reader, { onlyPublic: false, limit: 1 })).rejects.toMatchObject({
      slug: 'not-found',
    })
    expect((await system().rows(sql`SELECT count(*) AS rows FROM access_log`))[0]).toEqual(before)
  })

  it('at the command line is named by what is taken from there, and is told no payload', async () => {
    const to = join(folder, 'export')
    app.advance(1000)
    expect((await run('export', J, '--region', bundled, '--to', to, '--as', 'maria')).code).toBe(0)
    expect((await newest(1))[0]).toMatchObject({ actor: 'operator:maria', what: 'exported' })
    const log = readFileSync(join(to, 'tables/event.jsonl'), 'utf8').trim().split('\n')
    expect(log.at(-1)).toContain('"operator:maria"')
    expect((await run('export', J, '--region', bundled, '--to', to, '--as', 'Jane Doe')).code).toBe(1)
    const key = await run(
      'keys',
      'create',
      '--jurisdiction',
      J,
      '--scope',
      'audit',
      '--as',
      'maria',
      '--json',
    )
    expect((await newest(1))[0]).toMatchObject({ actor: 'operator:maria', about: { scope: 'audit' } })
    const bearer = { authorization: `Bearer ${(JSON.parse(key.out) as { api_key: string }).api_key}` }
    expect((await app.request('/api/v1/work/audit', { headers: bearer })).status).toBe(200)
    await system().commit([
      sql`INSERT INTO job (kind, key, payload, due_at, created_at) VALUES ('forward', ${`forward:${id}:x`}, ${JSON.stringify({ request: id })}, 4e12, 0)`,
    ])
    const jobs = await run('jobs', '--json')
    expect(jobs.out).toContain('forward')
    expect(jobs.out).not.toContain(id)
  })
})
