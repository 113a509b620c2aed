import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuditRow, auditOf } from '../src/audit/audit.ts'
import type { WorkAccess } from '../src/core/access.ts'
import { openTenant, openTenantReader } from '../src/core/database/handles.ts'
import { createKey } from '../src/identity/programs/keys.ts'
import type { Scope } from '../src/identity/roles.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'

const J = 'hollis'
let app: TestApp
let keys: Record<Scope, { id: string; key: string }>
let ids: string[]

beforeAll(async () => {
  app = await startApp()
  const made = (scope: Scope) => createKey(app.platform, system(), 'test', scope)
  keys = {
    report: await made('report'),
    read: await made('read'),
    work: await made('work'),
    audit: await made('audit'),
  }
  ids = [
    await file({ first_name: 'Ana', email: 'ana@example.org' }),
    await file({ first_name: 'Ben', phone: '302-555-0100' }),
    await file({}),
  ]
})
afterAll(() => app.close())

const system = () => openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, J)

async function ask(path: string, scope?: Scope, body?: object): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (scope !== undefined) headers.authorization = `Bearer ${keys[scope].key}`
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
  return app.request(`/api/v1${path}`, init)
}

async function file(contact: object): Promise<string> {
  const [found] = app.region.searchPlaces('Hollis Common', 1)
  const where = { lat: found?.lat, long: found?.long }
  const required = app.region.service('graffiti')?.questions?.filter(question => question.required) ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  const report = { service_code: 'graffiti', ...where, answers, ...contact }
  const answer = await ask('/requests', undefined, report)
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

interface Noted {
  readonly actor: string
  readonly at: number
  readonly view: string
  readonly requests: string
  readonly fields: string
}

/** The access log entries that `act` causes. */
async function notedOf(act: () => Promise<unknown>): Promise<Noted[]> {
  const [last] = await system().rows<{ seq: number }>(
    sql`SELECT coalesce(max(seq), 0) AS seq FROM access_log`,
  )
  await act()
  return system().rows<Noted>(
    sql`SELECT actor, at, view, requests, fields FROM access_log WHERE seq > ${last?.seq ?? 0} ORDER BY seq`,
  )
}

const staff = (id: string): WorkAccess => ({
  kind: 'work',
  region: bundled,
  jurisdiction: J,
  actor: `staff:${id}`,
  permits: [{ rights: ['read', 'contacts', 'notes', 'audit'], services: undefined }],
  proof: [],
})

describe('who saw what', () => {
  it('one request, whole: one line, with what was shown beyond the public fields', async () => {
    const [id = '', , bare = ''] = ids
    const at = app.platform.clock.now()
    const line = { actor: `key:${keys.work.id}`, at, view: 'request', requests: JSON.stringify([id]) }
    expect(await notedOf(() => ask(`/work/requests/${id}`, 'work'))).toEqual([
      { ...line, fields: '["contacts"]' },
    ])
    expect((await ask(`/work/requests/${id}/notes`, 'work', { text: 'For us.' })).status).toBe(201)
    expect(await notedOf(() => ask(`/work/requests/${id}`, 'work'))).toEqual([
      { ...line, fields: '["contacts","notes"]' },
    ])
    expect(await notedOf(() => ask(`/work/requests/${id}`, 'read'))).toEqual([
      { ...line, actor: `key:${keys.read.id}`, fields: '[]' },
    ])
    expect((await notedOf(() => ask(`/work/requests/${bare}`, 'work')))[0]?.fields).toBe('[]')
  })

  it('a list: the very numbers that it showed, page by page', async () => {
    const shown: string[] = []
    const noted = await notedOf(async () => {
      let after = ''
      do {
        const answer = await ask(`/work/requests?limit=2&after=${after}`, 'read')
        const page = (await answer.json()) as { requests: { id: string }[]; next: string | null }
        shown.push(JSON.stringify(page.requests.map(({ id }) => id)))
        after = page.next ?? ''
      } while (after !== '')
    })
    expect(noted.map(({ view, requests }) => [view, requests])).toEqual(shown.map(list => ['list', list]))
    expect(shown.length).toBeGreaterThan(1)
  })

  it('words that staff wrote on a handoff or a link are notes to whoever is shown them', async () => {
    const [, , bare = ''] = ids
    const receiver = app.region.documents.jurisdictions
      .map(({ slug }) => slug)
      .find(slug => slug !== J && app.region.servicesOffered(slug).some(({ code }) => code === 'graffiti'))
    const offer = async (id: string, text: string) => {
      const input = { receiver, reason: 'other', text, version: 1 }
      const answer = await ask(`/work/requests/${id}/handoffs`, 'work', input)
      expect(answer.status).toBe(201)
      return ((await answer.json()) as { id: string }).id
    }
    const fieldsOf = async (path: string, scope: Scope) =>
      (await notedOf(() => ask(path, scope))).map(({ view, fields }) => [view, fields])
    const silent = await offer(await file({}), '')
    expect(await fieldsOf(`/work/handoffs/${silent}`, 'work')).toEqual([['handoff', '[]']])
    const worded = await offer(bare, 'Your wall.')
    for (const path of [`/work/handoffs/${worded}`, '/work/handoffs']) {
      expect(await fieldsOf(path, 'work')).toEqual([['handoff', '["notes"]']])
      expect(await fieldsOf(path, 'read')).toEqual([['handoff', '[]']])
    }
    const [one, other] = [await file({}), await file({})]
    await app.runJobs()
    const link = { of: other, text: 'One wall.' }
    expect((await ask(`/work/requests/${one}/duplicates`, 'work', link)).status).toBe(201)
    for (const path of [`/work/requests/${one}/duplicates`, '/work/duplicates?state=confirmed']) {
      expect(await fieldsOf(path, 'work')).toEqual([['list', '["notes"]']])
      expect(await fieldsOf(path, 'read')).toEqual([['list', '[]']])
    }
  })

  it('what is not there, not allowed or not asked at work is noted of nobody', async () => {
    const noted = await notedOf(async () => {
      const [id] = ids
      expect((await ask('/work/requests/HL-22222-22222', 'work')).status).toBe(404)
      expect((await ask(`/work/requests/${id}`, 'report')).status).toBe(403)
      expect((await ask('/work/requests?q=nothingofthekind', 'work')).status).toBe(200)
      expect((await ask(`/requests/${id}`)).status).toBe(200)
      expect((await ask('/requests')).status).toBe(200)
    })
    expect(noted).toEqual([])
  })

  it('nothing is shown that could not be noted', async () => {
    await system().commit([
      sql`CREATE TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT raise(ABORT, 'no room'); END`,
    ])
    const whole = await ask(`/work/requests/${ids[0]}`, 'work')
    expect([whole.status, await whole.text()]).toEqual([500, expect.not.stringContaining('ana@example.org')])
    expect((await ask('/work/requests', 'work')).status).toBe(500)
    expect((await ask(`/requests/${ids[0]}`)).status).toBe(200)
    await system().commit([sql`DROP TRIGGER full`])
    expect((await ask(`/work/requests/${ids[0]}`, 'work')).status).toBe(200)
  })

  it('is never changed or removed, nor are its seals', async () => {
    await system().commit([
      sql`INSERT INTO seal (number, events_to, access_log_to, hash, at) SELECT 0, 0, 0, '', 0`,
    ])
    for (const change of [
      sql`UPDATE access_log SET actor = 'nobody'`,
      sql`DELETE FROM access_log`,
      sql`UPDATE seal SET hash = ''`,
      sql`DELETE FROM seal`,
    ]) {
      await expect(system().commit([change])).rejects.toThrow()
    }
  })
})

describe('the audit', () => {
  const rowsOf = async (query = ''): Promise<(Omit<AuditRow, 'at'> & { at: string })[]> => {
    const answer = await ask(`/work/audit?${query}`, 'audit')
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { rows: (Omit<AuditRow, 'at'> & { at: string })[] }).rows
  }

  it('is what was done and seen as one list, newest first, and reading it is in it too', async () => {
    app.advance(1000)
    await ask(`/work/requests/${ids[1]}`, 'work')
    app.advance(1000)
    await ask(`/work/requests/${ids[1]}/status`, 'work', { to: 'acknowledged', version: 1 })
    app.advance(1000)
    const actor = `key:${keys.work.id}`
    const [changed, looked] = await rowsOf(`request=${ids[1]}`)
    expect(changed).toMatchObject({ kind: 'did', what: 'status', actor, requests: [ids[1]], fields: [] })
    expect(looked).toMatchObject({
      kind: 'saw',
      what: 'request',
      actor,
      requests: [ids[1]],
      fields: ['contacts'],
    })
    const [read] = await rowsOf()
    expect(read).toMatchObject({
      kind: 'saw',
      what: 'audit',
      actor: `key:${keys.audit.id}`,
      requests: [ids[1]],
    })
  })

  it('comes in pages that leave out and repeat nothing, whatever it is filtered by', async () => {
    for (const filter of [
      {},
      { kind: 'saw' },
      { kind: 'did' },
      { request: ids[0] },
      { actor: 'public' },
    ] as const) {
      const db = openTenantReader(app.platform, staff('one'), bundled, J)
      const whole = await auditOf(db, { ...filter, limit: 200 })
      const paged: AuditRow[] = []
      for (let after: Parameters<typeof auditOf>[1]['after']; ; ) {
        const page = await auditOf(openTenantReader(app.platform, staff('two'), bundled, J), {
          ...filter,
          after,
          limit: 3,
        })
        paged.push(...page.rows)
        if (page.next === undefined) break
        after = page.next
      }
      const isOld = ({ actor }: AuditRow) => !actor.startsWith('staff:')
      expect(paged.filter(isOld)).toEqual(whole.rows.filter(isOld))
      expect(whole.rows.length).toBeGreaterThan(2)
      for (const [name, value] of Object.entries(filter)) {
        const entries = whole.rows.map(row =>
          name === 'request' ? row.requests.includes(String(value)) : row[name as 'kind'] === value,
        )
        expect(new Set(entries)).toEqual(new Set([true]))
      }
    }
  })

  it('is for whoever has the right to all of it', async () => {
    for (const scope of ['report', 'read', 'work'] as const)
      expect((await ask('/work/audit', scope)).status).toBe(403)
    expect((await ask('/work/requests', 'audit')).status).toBe(403)
    const ofSome = { ...staff('one'), permits: [{ rights: ['audit' as const], services: ['graffiti'] }] }
    const reading = auditOf(openTenantReader(app.platform, ofSome, bundled, J), { limit: 1 })
    await expect(reading).rejects.toMatchObject({ slug: 'not-allowed' })
    for (const query of ['kind=all', 'after=1', 'request=XX-1', 'limit=0']) {
      expect([query, (await ask(`/work/audit?${query}`, 'audit')).status]).toEqual([query, 400])
    }
  })
})
