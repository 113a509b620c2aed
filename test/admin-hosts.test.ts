import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLocalHost, proofToken, readHostName, saveProof } from '../src/admin/hosts/hosts.ts'
import { openRegion } from '../src/core/database/handles.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { startApp, type TestApp } from './support/app.ts'
import { administrator, applyDraft, asVisitor, beginDraft, fieldsOf } from './support/drafts.ts'
import { lakeDocuments } from './support/lake.ts'
import { type LentHosts, lendHosts } from './support/lent-hosts.ts'
import { signIn } from './support/staff.ts'
import type { Visitor } from './support/visitor.ts'

/* Host names that administrators add, proved by a file or a DNS record before they take effect. */

let lent: LentHosts
let app: TestApp
let ana: Visitor
let clerk: Visitor

beforeAll(async () => {
  lent = await lendHosts()
  const { outbound, dnsResolverUrl } = lent
  app = await startApp({ outbound, dnsResolverUrl, rateLimits: true })
  ana = await administrator(app, 'ana@county.example')
  clerk = asVisitor(app, (await signIn(app, 'hollis', 'administrator')).cookie)
  await applyRegion(app.platform, readMigrations(), 'lake', lakeDocuments(), { by: 'test' })
})
afterAll(async () => {
  await app.close()
  await lent.close()
})

const tokenOf = (host: string) => proofToken(app.platform, 'ellery', host)
const region = async () => (await newestRegion(app.platform, 'ellery')).documents.region
const system = () => openRegion(app.platform, { kind: 'system', reason: 'test' }, 'ellery')
const text = (body: string) => (response: ServerResponse) => response.end(body)

async function add(who: Visitor, draft: string, host: string, slug = 'hollis'): Promise<Response> {
  return who.post(`${draft}/jurisdictions/${slug}/hosts`, { 'host.name': host })
}

async function check(who: Visitor, draft: string, host: string, slug = 'hollis'): Promise<Response> {
  return who.post(`${draft}/jurisdictions/${slug}/hosts/check`, { 'check.host': host })
}

/** Saves the region's form with these shared hosts. */
async function share(draft: string, hosts: readonly string[]): Promise<Response> {
  const body = new URLSearchParams(fieldsOf(await ana.read(`${draft}/region`)))
  body.set('document.hosts', hosts.join('\n'))
  body.delete('document.languages')
  for (const language of ['en', 'es', 'ht']) body.append('document.languages', language)
  return ana.postBody(`${draft}/region`, body)
}

describe('a municipality’s own host', () => {
  it('is added by its administrator, proved by a file, and then served', async () => {
    const host = '311.hollis.example'
    const token = await tokenOf(host)
    const draft = await beginDraft(clerk)
    expect((await add(clerk, draft, ' 311.Hollis.example ')).status).toBe(303)
    const page = await clerk.read(`${draft}/jurisdictions/hollis/hosts`)
    expect(page).toContain(`https://${host}/.well-known/countyline-${token}.txt`)
    expect(page).toContain(`_countyline.${host}`)
    expect(await clerk.read(`${draft}/jurisdictions/hollis`)).toMatch(
      /checklist__item--optional(?:(?!<\/li>).)*Host names/s,
    )
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).toContain('1 host name is not proved yet')
    expect(plan).not.toContain('Apply now')
    // Its web server is there without a certificate.
    lent.hosts.set(host, (response, asked) =>
      asked.href === `http://${host}/.well-known/countyline-${token}.txt`
        ? response.end(`\uFEFF${token}\r\n`)
        : response.destroy(),
    )
    expect((await check(clerk, draft, host)).headers.get('location')).toContain('done=host-proved')
    expect(await clerk.read(`${draft}/jurisdictions/hollis/hosts`)).toContain('Proved by its file')
    expect(await clerk.read(`${draft}/jurisdictions/hollis`)).toMatch(
      /checklist__item--done(?:(?!<\/li>).)*Host names/s,
    )
    expect(await ana.read('/admin/log')).toContain(`Proved a host name: ${host}`)
    expect((await check(clerk, draft, host)).status).toBe(409)
    await applyDraft(app, ana, draft)
    expect((await region()).jurisdictionHosts).toMatchObject({ [host]: 'hollis' })
    const site = await app.request(`https://${host}/`)
    expect([site.status, (await site.text()).includes('City of Hollis')]).toEqual([200, true])
    const next = await beginDraft(ana)
    expect(await ana.read(`${next}/hosts`)).toMatch(/311\.hollis\.example(?:(?!<\/li>).)*In force/s)
  })

  it('is proved by a DNS record, also by one of several, in parts', async () => {
    const host = 'report.hollis.example'
    const token = await tokenOf(host)
    const draft = await beginDraft(ana)
    await add(ana, draft, host)
    lent.records.set(`_countyline.${host}`, ['"v=spf1 -all"', `"${token.slice(0, 9)}" "${token.slice(9)}"`])
    expect((await ana.post(`${draft}/hosts/check`, { 'check.host': host })).status).toBe(303)
    const page = await ana.read(`${draft}/hosts`)
    expect(page).toContain('Proved by its DNS record')
    expect(page).not.toContain('Check now')
    expect(await ana.read(`${draft}/plan`)).toContain('Apply now')
  })

  it('is nobody else’s to add, prove or remove', async () => {
    const draft = await beginDraft(ana)
    await add(ana, draft, '311.larkfield.example', 'larkfield')
    expect((await add(clerk, draft, 'x.larkfield.example', 'larkfield')).status).toBe(403)
    for (const answer of [
      await check(clerk, draft, '311.larkfield.example', 'larkfield'),
      await check(clerk, draft, '311.larkfield.example', 'hollis'),
      await clerk.post(`${draft}/hosts/check`, { 'check.host': '311.larkfield.example' }),
      await clerk.post(`${draft}/jurisdictions/larkfield/hosts/remove`, {
        'remove.host': '311.larkfield.example',
      }),
    ]) {
      expect(answer.status).toBe(403)
    }
    // Through the page of its own municipality it reaches its own hosts only.
    await clerk.post(`${draft}/jurisdictions/hollis/hosts/remove`, { 'remove.host': '311.larkfield.example' })
    expect(await ana.read(`${draft}/hosts`)).toContain('311.larkfield.example')
    const remove = { 'remove.host': '311.larkfield.example' }
    expect((await ana.post(`${draft}/jurisdictions/larkfield/hosts/remove`, remove)).status).toBe(303)
    expect(await ana.read(`${draft}/hosts`)).not.toContain('311.larkfield.example')
  })

  it.each([
    ['no host name', 'https://311.hollis.example/', 'Enter only the host name'],
    ['every name', '*', 'Enter only the host name'],
    ['the host of another region', 'lake.example', 'The host name lake.example belongs to lake'],
    ['the shared site’s', 'localhost', 'The host name localhost belongs to Ellery'],
  ])('is refused if it is %s', async (_, host, message) => {
    const draft = await beginDraft(clerk)
    const answer = await add(clerk, draft, host)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(message)
    expect(await clerk.read(draft)).toContain('There are no changes in this draft yet')
  })
})

describe('a shared host', () => {
  it('is refused as every name, or as another region’s', async () => {
    const draft = await beginDraft(ana)
    for (const [host, message] of [
      ['*', 'Only the operator can apply *'],
      ['Lake.example', 'The host name lake.example belongs to lake'],
    ] as const) {
      const answer = await share(draft, ['localhost', host])
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain(message)
    }
  })

  it('needs no proof on one’s own machine, and the operator’s word where nobody can reach it', async () => {
    const draft = await beginDraft(ana)
    const hosts = ['localhost', '127.0.0.1', '311.localhost', '127.0.0.2']
    expect((await share(draft, hosts)).status).toBe(303)
    expect(await ana.read(`${draft}/plan`)).toContain('Apply now')
    await share(draft, [...hosts, '311.town.internal'])
    expect(await ana.read(`${draft}/plan`)).not.toContain('Apply now')
    expect(await ana.read(`${draft}/hosts`)).toContain('Ask the operator to confirm it')
    const none = await ana.post(`${draft}/hosts/check`, { 'check.host': '311.town.internal' })
    expect(none.status).toBe(409)
    const doing = { by: 'operator:olga', at: app.platform.clock.now() }
    await saveProof(system(), { host: '311.town.internal', kind: 'operator', ...doing })
    expect(await ana.read(`${draft}/hosts`)).toContain('Confirmed by the operator')
    expect(await ana.read('/admin/log')).toContain('Confirmed a host name as the operator: 311.town.internal')
    expect(await ana.read(`${draft}/plan`)).toContain('Apply now')
  })

  it('is not applied, now or later, by a form that its plan did not show', async () => {
    const draft = await beginDraft(ana)
    await share(draft, ['localhost', '127.0.0.1', 'new.example'])
    for (const on of ['', '2030-01-01']) {
      const answer = await ana.post(`${draft}/apply`, { version: '1', 'apply.on': on })
      expect(answer.status).toBe(400)
    }
    await app.runJobs()
    expect((await region()).hosts).not.toContain('new.example')
    const doing = { by: 'operator:olga', at: app.platform.clock.now() }
    await saveProof(system(), { host: 'new.example', kind: 'operator', ...doing })
    const later = await ana.post(`${draft}/apply`, { version: '1', 'apply.on': '2030-01-01' })
    expect(later.headers.get('location')).toContain('done=scheduled')
  })
})

describe('a check that finds no proof', () => {
  const NOT_FOUND = [404, ''] as const
  it.each([
    ['nothing', NOT_FOUND, 3, ['File: there is none', 'DNS record: there is none']],
    ['other texts', [200, 'Welcome'], ['"something"'], ['File: there is one', 'DNS record: there is one']],
    [
      'the token among other words',
      [200, 'see TOKEN'],
      ['"x TOKEN"'],
      ['with another text', 'another value'],
    ],
    ['failures', [500, 'TOKEN'], 2, ['the server does not answer', 'nobody answers for this name']],
    ['no records', NOT_FOUND, [], ['File: there is none', 'DNS record: there is none']],
  ] as const)('says what it found: %s', async (what, [status, body], records, messages) => {
    const host = `${what.replaceAll(' ', '-')}.example`
    const token = await tokenOf(host)
    lent.hosts.set(host, response => response.writeHead(status).end(body.replace('TOKEN', token)))
    const written = typeof records === 'number' ? records : records.map(one => one.replace('TOKEN', token))
    lent.records.set(`_countyline.${host}`, written)
    const draft = await beginDraft(ana)
    await add(ana, draft, host)
    const answer = await (await check(ana, draft, host)).text()
    for (const message of messages) expect(answer).toContain(message)
    expect(answer).toContain('Check now')
    expect(await ana.read(`${draft}/plan`)).toContain('not proved yet')
  })

  it('follows a redirect to another public host, never to a private address', async () => {
    const draft = await beginDraft(ana)
    const names = ['moved.example', 'inward.example', 'machine.example']
    const [moved = '', inward = '', machine = ''] = names
    for (const host of names) await add(ana, draft, host)
    const to = (location: string) => (response: ServerResponse) => response.writeHead(301, { location }).end()
    lent.hosts.set(moved, (response, { pathname }) => to(`https://www.moved.example${pathname}`)(response))
    lent.hosts.set('www.moved.example', text(await tokenOf(moved)))
    lent.hosts.set(inward, to('http://169.254.169.254/latest/meta-data'))
    lent.hosts.set(machine, to('http://127.0.0.1:8311/'))
    expect((await check(ana, draft, moved)).status).toBe(303)
    lent.asked.length = 0
    for (const host of [inward, machine]) {
      const answer = await check(ana, draft, host)
      expect([answer.status, (await answer.text()).includes('the server does not answer')]).toEqual([
        200,
        true,
      ])
    }
    expect(lent.asked.map(url => new URL(url).hostname).sort()).toEqual([inward, inward, machine, machine])
  })

  it('gives up on a server that does not answer, and still sees the DNS record', async () => {
    const host = 'slow.hollis.example'
    const draft = await beginDraft(ana)
    await add(ana, draft, host)
    lent.hosts.set(host, () => undefined)
    expect(await (await check(ana, draft, host)).text()).toContain('the server does not answer')
    lent.records.set(`_countyline.${host}`, [await tokenOf(host)])
    expect((await check(ana, draft, host)).status).toBe(303)
  })

  it('is not repeated without end', async () => {
    const ben = await administrator(app, 'ben@county.example')
    const draft = await beginDraft(ben)
    await add(ben, draft, 'nowhere.example')
    const answers: number[] = []
    for (let tries = 0; tries < 21; tries++) {
      answers.push((await check(ben, draft, 'nowhere.example')).status)
    }
    expect([...new Set(answers.slice(0, 20)), answers[20]]).toEqual([200, 429])
  })
})

describe('a token', () => {
  it('is another one for another host and another region', async () => {
    const tokens = [
      await tokenOf('a.example'),
      await tokenOf('b.example'),
      await proofToken(app.platform, 'lake', 'a.example'),
    ]
    expect(new Set(tokens).size).toBe(3)
    expect(tokens[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(await tokenOf('a.example')).toBe(tokens[0])
  })
})

describe('a name', () => {
  it.each([
    ['311.City.gov', '311.city.gov'],
    ['mañana.example', 'xn--maana-pta.example'],
    ['localhost', 'localhost'],
    ['intranet', undefined],
    ['*.city.gov', undefined],
    ['city.gov:8080', undefined],
    ['city..gov', undefined],
    ['-city.gov', undefined],
    ['mañana.example/path', undefined],
    [`${'a'.repeat(64)}.gov`, undefined],
    ['a/b.gov', undefined],
    ['', undefined],
  ])('is read: %s', (written, read) => {
    expect(readHostName(written)).toBe(read)
  })

  it.each([
    ['localhost', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['127.evil.example', false],
    ['notlocalhost', false],
    ['128.0.0.1', false],
  ])('is of one’s own machine or not: %s', (host, isLocal) => {
    expect(isLocalHost(host)).toBe(isLocal)
  })
})
